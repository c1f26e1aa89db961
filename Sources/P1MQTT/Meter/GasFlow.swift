import P1Parser

/// How much gas flows: the mean between the last two readings of the meter under `gas`, by their own times. A gas meter
/// is read every five minutes or every hour, and its reading is repeated in each telegram until then.
struct GasFlow: Sendable {
    private var last: Sample?
    private var flow: FixedDecimal?

    private struct Sample: Sendable {
        var id: Document.Value?
        var reading: FixedDecimal
        /// Seconds since 1970.
        var time: Int64
    }

    /// Adds the flow to a document that the guard has seen: none until a second reading is there, nor after another
    /// meter, a clock that was set back, or a register that began anew.
    mutating func add(to document: inout Document) {
        guard case .quantity(let reading, .m3)? = document.values[Places.gas.reading], let time = document.time(at: Places.gas.timestamp)
        else { return }
        let sample = Sample(id: document.values[Places.gas.identity.equipmentId], reading: reading, time: time)
        if last?.time != time || last?.id != sample.id {
            flow = last.flatMap { Self.flow(from: $0, to: sample) }
            last = sample
        }
        document.set(.gasFlow, flow)
    }

    private static func flow(from old: Sample, to new: Sample) -> FixedDecimal? {
        guard old.id == new.id, new.time > old.time, let used = new.reading.subtracting(old.reading), used.mantissa >= 0 else { return nil }
        return used.multiplied(by: 3600, over: new.time - old.time)
    }
}
