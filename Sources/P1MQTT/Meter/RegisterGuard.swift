import P1Parser

/// Holds back registers that fell to zero, went back or jumped until they are confirmed (design A8), so that no
/// consumer that adds up differences ever sees a false one. Between the telegram's document and everything that is
/// published of it.
///
/// Registers are distinguished by the equipment id of their meter: one with a new id starts afresh.
package struct RegisterGuard: Sendable {
    private let limit: RegisterLimit
    /// By channel of the meter; 0 is the electricity meter itself.
    private var channels: [Channel]

    /// Equipment ids that are remembered on a channel. A damaged id of a meter without checksum must not make the guard
    /// forget the true one, and must not fill the memory either.
    private static let maximumMeters = 4

    /// The meters that were seen on a channel, the latest last.
    private struct Channel: Sendable {
        var meters: [Meter] = []
    }

    private struct Meter: Sendable {
        var id: String?
        /// By place in the document.
        var registers: [DocumentLayout.Slot: GuardedRegister] = [:]
    }

    package init(maximumPower: Double) {
        limit = RegisterLimit(maximumPower: maximumPower)
        channels = Array(repeating: Channel(), count: Places.mbus.count + 1)
    }

    /// Judges the registers of a document. One that is held gets its last accepted value and is listed in `held`.
    /// - Returns: the registers that began to be held.
    package mutating func judge(_ document: inout Document) -> [RegisterHold] {
        var holds = judgeElectricity(&document)
        for (index, places) in Places.mbus.enumerated() {
            if let hold = judgeMBus(index + 1, places, &document) { holds.append(hold) }
        }
        return holds
    }

    // MARK: - The electricity meter

    private mutating func judgeElectricity(_ document: inout Document) -> [RegisterHold] {
        let meter = meter(document.text(at: Places.meter.equipmentId), on: 0)
        let time = document.time ?? 0
        var holds: [RegisterHold] = []
        for slot in Registers.electricity {
            guard let sample = document.sample(slot, at: time) else { continue }
            let verdict = judge(sample, at: slot, .telegrams, meter, on: 0)
            guard case .held(let reason, let isNews) = verdict, let last = accepted(slot, meter, on: 0) else { continue }
            document.hold(slot, last)
            guard isNews else { continue }
            holds.append(
                RegisterHold(
                    path: DocumentLayout.shared.places[slot].path, equipmentId: channels[0].meters[meter].id, reason: reason,
                    held: sample, last: last))
        }
        return holds
    }

    // MARK: - Meters on the M-Bus

    private mutating func judgeMBus(_ channel: Int, _ places: MBusPlaces, _ document: inout Document) -> RegisterHold? {
        let ownTime = document.time(at: places.timestamp)
        guard let sample = document.sample(places.reading, at: ownTime ?? document.time ?? 0) else { return nil }
        let id = document.text(at: places.identity.equipmentId)
        let meter = meter(id, on: channel)
        let isFirst = accepted(places.reading, meter, on: channel) == nil
        let confirmation = ownTime == nil ? GuardedRegister.Confirmation.otherValue : .newerReading
        let verdict = judge(isFirst && ownTime == nil ? sample.aged : sample, at: places.reading, confirmation, meter, on: channel)
        guard case .held(let reason, let isNews) = verdict, let last = accepted(places.reading, meter, on: channel) else { return nil }
        // The same meter under the name of its kind.
        let named = document.mbus.name(of: channel).map(Places.medium)
        for place in [named, places].compactMap(\.self) {
            document.hold(place.reading, last)
            // The time belongs to the reading: both stay as they were.
            if ownTime != nil { document.values[place.timestamp] = .time(last.time) }
        }
        guard isNews else { return nil }
        return RegisterHold(
            path: DocumentLayout.shared.places[(named ?? places).reading].path, equipmentId: channels[channel].meters[meter].id,
            reason: reason, held: sample, last: last)
    }

    // MARK: - Steps

    private mutating func judge(
        _ sample: RegisterSample, at slot: DocumentLayout.Slot, _ confirmation: GuardedRegister.Confirmation, _ meter: Int,
        on channel: Int
    ) -> GuardedRegister.Verdict {
        let limit = limit
        guard let verdict = channels[channel].meters[meter].registers[slot]?.judge(sample, limit, confirmation) else {
            channels[channel].meters[meter].registers[slot] = GuardedRegister(first: sample)
            return .accepted
        }
        return verdict
    }

    private func accepted(_ slot: DocumentLayout.Slot, _ meter: Int, on channel: Int) -> RegisterSample? {
        channels[channel].meters[meter].registers[slot]?.accepted
    }

    /// The index of a meter on its channel, a new one if need be. A telegram without an id, or with an empty one, is
    /// taken for the meter that was there last: its line may have been damaged.
    private mutating func meter(_ id: String?, on channel: Int) -> Int {
        let known = channels[channel].meters
        let id = id?.isEmpty == true ? nil : id
        guard let index = id == nil ? known.indices.last : known.firstIndex(where: { $0.id == id }) else {
            if known.count == Self.maximumMeters { channels[channel].meters.removeFirst() }
            channels[channel].meters.append(Meter(id: id))
            return channels[channel].meters.count - 1
        }
        if index == known.count - 1 { return index }
        channels[channel].meters.append(channels[channel].meters.remove(at: index))
        return known.count - 1
    }
}

extension RegisterGuard {
    /// Takes a document that an earlier run published as the values before the first telegram. Meters that were seen
    /// already know better.
    package mutating func recall(_ earlier: JSONTree) {
        let meter = meter(earlier.at("equipmentId")?.text, on: 0)
        let time = earlier.at("timestamp")?.text.flatMap(UTCTime.secondsSince1970) ?? 0
        for slot in Registers.electricity {
            recall(earlier, slot, DocumentLayout.shared.places[slot].path, at: time, meter, on: 0)
        }
        for (index, places) in Places.mbus.enumerated() {
            let path = "mbus/\(index + 1)"
            let ownTime = earlier.at(path + "/timestamp")?.text.flatMap(UTCTime.secondsSince1970)
            let meter = self.meter(earlier.at(path + "/equipmentId")?.text, on: index + 1)
            recall(earlier, places.reading, path, at: ownTime ?? time - RegisterSample.age, meter, on: index + 1)
        }
    }

    private mutating func recall(
        _ earlier: JSONTree, _ slot: DocumentLayout.Slot, _ path: String, at time: Int64, _ meter: Int, on channel: Int
    ) {
        guard channels[channel].meters[meter].registers[slot] == nil, let value = earlier.at(path + "/reading")?.number else { return }
        let sample = RegisterSample(value: value, unit: earlier.at(path + "/unit")?.text.flatMap(MeterUnit.init), time: time)
        channels[channel].meters[meter].registers[slot] = GuardedRegister(first: sample)
    }
}

private enum Registers {
    /// The registers of the electricity meter: what counts energy and never falls.
    static let electricity: [DocumentLayout.Slot] = DocumentLayout.shared.places.indices.filter { slot in
        let place = DocumentLayout.shared.places[slot]
        return place.path.hasPrefix("electricity/") && (place.quantity == .energy || place.quantity == .reactiveEnergy)
    }
}

extension Document {
    fileprivate func sample(_ slot: DocumentLayout.Slot, at time: Int64) -> RegisterSample? {
        switch values[slot] {
        case .quantity(let value, let unit): RegisterSample(value: value, unit: unit, time: time)
        case .number(let value): RegisterSample(value: value, unit: nil, time: time)
        default: nil
        }
    }

    fileprivate mutating func hold(_ slot: DocumentLayout.Slot, _ last: RegisterSample) {
        values[slot] = last.unit.map { .quantity(last.value, $0) } ?? .number(last.value)
        held.append(slot)
    }
}

extension RegisterSample {
    /// Seconds that a reading without a time may be older than the first telegram that shows it.
    static let age: Int64 = 3600

    fileprivate var aged: RegisterSample { RegisterSample(value: value, unit: unit, time: time - Self.age) }
}
