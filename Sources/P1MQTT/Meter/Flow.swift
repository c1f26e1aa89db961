import P1Parser

/// How much flows through a meter of gas or water: the mean between the last two readings of the meter that stands under
/// the name of its kind, by their own times. Such a meter is read every five minutes or every hour, and its reading is
/// repeated in each telegram until then.
struct Flow: Sendable {
    private let medium: MBusMedium
    private let places: MBusPlaces
    private let value: DerivedValue
    private var last: Sample?
    private var flow: FixedDecimal?

    private struct Sample: Sendable {
        var id: Document.Value?
        var reading: FixedDecimal
        /// Seconds since 1970.
        var time: Int64
    }

    /// Seconds between two readings at most: the mean of a day is no flow. An hourly reading may be missed once.
    private static let longestInterval: Int64 = 7200

    /// - Parameters:
    ///   - medium: the kind of meter.
    ///   - value: what is derived.
    init(_ medium: MBusMedium, _ value: DerivedValue) {
        self.medium = medium
        places = Places.medium(medium)
        self.value = value
    }

    /// Adds the flow to a document that the guard has seen: none until a second reading is there, nor after another
    /// meter, a clock that was set back, a register that began anew, or a long silence.
    mutating func add(to document: inout Document) {
        guard case .quantity(let reading, .m3)? = document.values[places.reading], let time = document.time(at: places.timestamp)
        else { return }
        let sample = Sample(id: document.values[places.identity.equipmentId], reading: reading, time: time)
        if last?.time != time || last?.id != sample.id {
            flow = last.flatMap { Self.flow(from: $0, to: sample) }
            last = sample
        }
        document.set(value, flow)
    }

    /// Takes the document that an earlier run published: its flow counts until the next reading.
    mutating func recall(_ earlier: JSONTree) {
        let meter = earlier[medium.rawValue]
        guard last == nil, let reading = meter?["reading"]?.number, meter?["unit"]?.text == MeterUnit.m3.rawValue,
            let time = meter?["timestamp"]?.text.flatMap(UTCTime.secondsSince1970)
        else { return }
        last = Sample(id: meter?["equipmentId"]?.text.map(Document.Value.text), reading: reading, time: time)
        flow = earlier.at(DocumentLayout.shared.places[value.slot].path + "/reading")?.number
    }

    private static func flow(from old: Sample, to new: Sample) -> FixedDecimal? {
        guard old.id == new.id, new.time > old.time, new.time - old.time <= longestInterval,
            let used = new.reading.subtracting(old.reading), used.mantissa >= 0
        else { return nil }
        return used.multiplied(by: 3600, over: new.time - old.time)
    }
}
