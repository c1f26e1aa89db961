import P1Parser

/// Adds the net power of a meter to its documents, positive from the grid, and what follows from it: both directions where
/// the meter sends signed power only, and the current of each phase with its direction.
///
/// Of each phase and of all together the first of these that the meter sends:
/// 1. signed power;
/// 2. what is taken less what is fed in;
/// 3. of all together: the sum of its phases, where they say which way it flows (Lithuania);
/// 4. of all together: one direction, and the sum of both without a sign, of which the rest is the other direction;
/// 5. what is taken: a meter that counts nothing else feeds nothing in.
///
/// Which of them it is follows from what the meter sends, not from one telegram: where a part is missing there is none.
struct NetPower: Sendable {
    private var all = PartSet(Places.power[0].parts)
    private var absolute = PartSet([Places.absolutePower])
    private var phases = Places.power.dropFirst().map { PartSet($0.parts) }
    private var allPhases = PartSet(Places.power.dropFirst().flatMap(\.parts))
    private var currents = zip(Places.power.dropFirst(), Places.currents).map { PartSet([$1] + $0.parts) }

    mutating func add(to document: inout Document) {
        for (index, places) in Places.power.dropFirst().enumerated() where phases[index].isComplete(in: document) {
            document.set(places.net, document.netPower(places) ?? document.number(at: places.taken))
        }
        let total = total(of: document)
        document.set(.netPower, total.net)
        if total.isSigned { document.deriveDirections() }
        for (index, places) in Places.power.dropFirst().enumerated() where currents[index].isComplete(in: document) {
            document.deriveCurrent(DerivedValue.currents[index], Places.currents[index], places)
        }
    }

    /// Takes the values that the document of an earlier run has.
    mutating func recall(_ earlier: JSONTree) {
        all.recall(earlier)
        absolute.recall(earlier)
        allPhases.recall(earlier)
        for index in phases.indices {
            phases[index].recall(earlier)
            currents[index].recall(earlier)
        }
    }

    private mutating func total(of document: borrowing Document) -> (net: FixedDecimal?, isSigned: Bool) {
        let places = Places.power[0]
        // Each set looks at each telegram.
        let isWhole = all.isComplete(in: document)
        let hasPhases = allPhases.isComplete(in: document)
        let hasAbsolute = absolute.isComplete(in: document)
        if all.isSent, !isWhole { return (nil, false) }
        if let net = document.netPower(places) { return (net, document.values[places.signed] != nil) }
        let taken = document.number(at: places.taken)
        if allPhases.isSent,
            taken == nil || Places.power.dropFirst().contains(where: { allPhases.isSent($0.signed) || allPhases.isSent($0.fedIn) })
        {
            return (hasPhases ? document.sumOfPhases() : nil, false)
        }
        guard absolute.isSent else { return (taken, false) }
        guard hasAbsolute, let sum = document.number(at: Places.absolutePower) else { return (nil, false) }
        if let taken { return (taken.adding(taken)?.subtracting(sum), false) }
        return (document.number(at: places.fedIn).flatMap { fedIn in sum.subtracting(fedIn)?.subtracting(fedIn) }, false)
    }
}

extension PowerPlaces {
    fileprivate var parts: [DocumentLayout.Slot] { [taken, fedIn, signed] }
}

extension Document {
    /// Signed, or of both directions; `nil` where one of them is not sent.
    fileprivate func netPower(_ places: PowerPlaces) -> FixedDecimal? {
        if let signed = number(at: places.signed) { return signed }
        guard let taken = number(at: places.taken), let fedIn = number(at: places.fedIn) else { return nil }
        return taken.subtracting(fedIn)
    }

    /// The net power of all phases; `nil` where one of them is not known: it has a voltage or a direction, yet no power.
    fileprivate func sumOfPhases() -> FixedDecimal? {
        var sum: FixedDecimal?
        for (places, voltage) in zip(Places.power.dropFirst(), Places.voltages) {
            guard let net = number(at: places.net.slot) else {
                if values[voltage] != nil || places.parts.contains(where: { values[$0] != nil }) { return nil }
                continue
            }
            guard let next = sum.map({ $0.adding(net) }) ?? net else { return nil }
            sum = next
        }
        return sum
    }

    /// Both directions of a meter that sends signed power only.
    fileprivate mutating func deriveDirections() {
        let places = Places.power[0]
        guard values[places.taken] == nil, let net = number(at: places.signed) else { return }
        let zero = FixedDecimal(mantissa: 0, scale: net.scale)
        set(.receivedActual, max(net, zero))
        set(.deliveredActual, zero.subtracting(min(net, zero)))
    }

    /// The current of a phase, negative while it feeds in. Some meters send it with a sign of its own.
    fileprivate mutating func deriveCurrent(_ derived: DerivedValue, _ current: DocumentLayout.Slot, _ places: PowerPlaces) {
        guard let current = number(at: current), let net = number(at: places.net.slot) else { return }
        let zero = FixedDecimal(mantissa: 0, scale: current.scale)
        guard let size = current.mantissa < 0 ? zero.subtracting(current) : current else { return }
        set(derived, net.mantissa < 0 ? zero.subtracting(size) : size)
    }
}
