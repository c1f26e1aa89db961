import P1Parser

/// Adds what can be derived to the documents of one meter, which completes them. What the meter sends itself is not
/// derived again, and nothing is derived from a part of what it sends.
struct Derivation: Sendable {
    private let minimumMonthPeak: FixedDecimal
    private var meterId: String?
    private var sets = Sets()
    private var flows = DerivedValue.flows.map(Flow.init)

    /// What the derived values are made of.
    private struct Sets: Sendable {
        var received = PartSet([Places.received.total] + Places.received.tariffs)
        var delivered = PartSet([Places.delivered.total] + Places.delivered.tariffs)
        var power = NetPower()
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
        sets.power.add(to: &document)
        if sets.demand.isComplete(in: document) { document.deriveDemand(minimumMonthPeak) }
        document.deriveAveragePeak(minimumMonthPeak)
        for index in flows.indices { flows[index].add(to: &document) }
        return CompletedDocument(document)
    }

    /// Takes the document that an earlier run published: what it has is what the meter sends.
    mutating func recall(_ earlier: JSONTree) {
        meterId = earlier.at(DocumentLayout.shared.places[Places.meter.equipmentId].path)?.text
        sets.received.recall(earlier)
        sets.delivered.recall(earlier)
        sets.power.recall(earlier)
        sets.demand.recall(earlier)
        for index in flows.indices { flows[index].recall(earlier) }
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

    mutating func set(_ derived: DerivedValue, _ number: FixedDecimal?) {
        guard let number, let unit = derived.quantity.unit else { return }
        values[derived.slot] = .quantity(number, unit)
    }
}
