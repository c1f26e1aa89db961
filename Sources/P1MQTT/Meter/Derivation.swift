import P1Parser

/// Adds what can be derived to the documents of one meter, which completes them. What the meter sends itself is not
/// derived again, and nothing is derived from a part of what it sends.
struct Derivation: Sendable {
    private let minimumMonthPeak: FixedDecimal
    private var meterId: String?
    private var sets = Sets()
    private var gasFlow = GasFlow()

    /// What the derived values are made of.
    private struct Sets: Sendable {
        var received = PartSet([Places.received.total] + Places.received.tariffs)
        var delivered = PartSet([Places.delivered.total] + Places.delivered.tariffs)
        var power = Places.power.map { PartSet([$0.taken, $0.fedIn, $0.signed]) }
        var demand = PartSet([Places.demandAverage, Places.demandPeriod])
    }

    /// - Parameter minimumMonthPeak: kW that each month counts at least in the capacity tariff.
    init(minimumMonthPeak: FixedDecimal) {
        self.minimumMonthPeak = minimumMonthPeak
    }

    /// The document with all that follows from it and from those before.
    mutating func complete(_ document: consuming Document) -> CompletedDocument {
        startAnewWithAnotherMeter(document)
        if sets.received.isComplete(in: document) { document.deriveTotal(.receivedTotal, Places.received) }
        if sets.delivered.isComplete(in: document) { document.deriveTotal(.deliveredTotal, Places.delivered) }
        for (index, places) in Places.power.enumerated() where sets.power[index].isComplete(in: document) {
            document.deriveNetPower(places)
            if index == 0 { document.deriveDirections(places) }
        }
        if sets.demand.isComplete(in: document) { document.deriveDemand(minimumMonthPeak) }
        document.deriveAveragePeak(minimumMonthPeak)
        gasFlow.add(to: &document)
        return CompletedDocument(document)
    }

    /// Takes the document that an earlier run published: what it has is what the meter sends.
    mutating func recall(_ earlier: JSONTree) {
        meterId = earlier.at(DocumentLayout.shared.places[Places.meter.equipmentId].path)?.text
        sets.received.recall(earlier)
        sets.delivered.recall(earlier)
        for index in sets.power.indices { sets.power[index].recall(earlier) }
        sets.demand.recall(earlier)
    }

    private mutating func startAnewWithAnotherMeter(_ document: borrowing Document) {
        guard document.values[Places.meter.serialNumber] != nil, let id = document.text(at: Places.meter.equipmentId), id != meterId
        else { return }
        if meterId != nil { sets = Sets() }
        meterId = id
    }
}

extension Document {
    fileprivate mutating func deriveTotal(_ derived: DerivedValue, _ places: DirectionPlaces) {
        guard values[places.total] == nil else { return }
        var sum: FixedDecimal?
        for slot in places.tariffs {
            guard let energy = number(at: slot) else { continue }
            guard let next = sum.map({ $0.adding(energy) }) ?? energy else { return }
            sum = next
        }
        set(derived, sum)
    }

    fileprivate mutating func deriveNetPower(_ places: PowerPlaces) {
        if let signed = number(at: places.signed) {
            set(places.net, signed)
        } else if let taken = number(at: places.taken) {
            // A meter that only counts what is taken feeds nothing in.
            set(places.net, number(at: places.fedIn).map { taken.subtracting($0) } ?? taken)
        }
    }

    /// Both directions of a meter that sends signed power only.
    fileprivate mutating func deriveDirections(_ places: PowerPlaces) {
        guard values[places.taken] == nil, let net = number(at: places.signed) else { return }
        let zero = FixedDecimal(mantissa: 0, scale: net.scale)
        set(.receivedActual, max(net, zero))
        set(.deliveredActual, zero.subtracting(min(net, zero)))
    }

    mutating func set(_ derived: DerivedValue, _ number: FixedDecimal?) {
        guard let number, let unit = derived.quantity.unit else { return }
        values[derived.slot] = .quantity(number, unit)
    }
}
