import P1Parser

/// Which of several M-Bus meters of a kind stands under `gas` (`water`, …): the live one on the lowest channel, and it
/// stays the one, by equipment id, until it has been dead or gone for a day.
///
/// One telegram changes nothing: while the chosen meter is missing, its kind is absent, not another meter's. Another id on
/// its channel takes over after three telegrams. After a swap the old meter often stays on channel 1 with a frozen or empty
/// reading (dsmr-reader 1794).
struct MBusChoice: Sendable {
    /// The equipment id that the configuration names for gas.
    var gasMeter: String?
    private var chosen: [MBusMedium: Chosen] = [:]

    /// Seconds after which a meter is dead or gone.
    private static let deadAfter: Int64 = 86400
    /// Telegrams in a row that must agree on another meter.
    static let telegrams = 3

    /// The meter that stands under the name of its kind.
    private struct Chosen: Sendable {
        /// As sent; `nil` for a meter without an id, which is known by its channel.
        var id: String?
        /// The channel it was last seen on; `nil` when it is known by its id alone.
        var channel: UInt8?
        /// Since when it has not reported, and for how many telegrams.
        var absence: (since: Int64?, telegrams: Int)?
        /// Another meter that is to take its place.
        var successor = Debounced<String>()
    }

    init(gasMeter: String? = nil) {
        self.gasMeter = gasMeter
    }

    /// Whether there is nothing to choose, and never was.
    var isIdle: Bool { chosen.isEmpty }

    /// The meter for each kind of which there is one.
    ///
    /// - Parameters:
    ///   - devices: those of the telegram.
    ///   - telegram: the telegram.
    ///   - now: its time, seconds since 1970; `nil` where nobody knows.
    ///   - times: turns a time of the meter into UTC.
    mutating func choose(
        among devices: [MBusDevice], of telegram: Telegram, at now: Int64?, _ times: Document.Times
    ) -> [(MBusMedium, MBusDevice)] {
        var result: [(MBusMedium, MBusDevice)] = []
        // Most meters have one or two kinds.
        for medium in MBusMedium.allCases where chosen[medium] != nil || devices.contains(where: { $0.medium == medium }) {
            let candidates = Candidates(devices: devices.filter { $0.medium == medium }, telegram: telegram, times: times)
            if let device = choose(medium, candidates, at: now) { result.append((medium, device)) }
        }
        return result
    }

    /// Takes the document of an earlier run: the meters that it names are the chosen ones.
    mutating func recall(_ earlier: JSONTree) {
        for medium in MBusMedium.allCases where chosen[medium] == nil {
            let meter = earlier[medium.rawValue]
            guard case .text(let id)? = meter?["equipmentId"], case .text? = meter?["serialNumber"], case .number? = meter?["reading"]
            else {
                continue
            }
            let channel = (1...4).first { earlier["mbus"]?["\($0)"]?["equipmentId"] == .text(id) }
            chosen[medium] = Chosen(id: id, channel: channel.map(UInt8.init))
        }
    }

    private mutating func choose(_ medium: MBusMedium, _ candidates: Candidates, at now: Int64?) -> MBusDevice? {
        if medium == .gas, let gasMeter {
            if let named = candidates.named(gasMeter) {
                chosen[.gas] = Chosen(id: candidates.id(of: named), channel: named.channel)
                return named
            }
            // Until it is seen it is known by its name.
            if chosen[.gas] == nil { chosen[.gas] = Chosen(id: gasMeter, channel: nil) }
        }
        guard var current = chosen[medium] else { return take(candidates.best, as: medium, candidates) }
        let device = candidates.device(id: current.id, channel: current.channel)
        if let device, device.reading != nil {
            current.absence = nil
        } else {
            current.absence = (current.absence.map { $0.since } ?? now, (current.absence?.telegrams ?? 0) + 1)
        }
        if let successor = successor(of: device, &current, candidates, at: now) { return take(successor, as: medium, candidates) }
        if let device {
            current.channel = device.channel
            current.id = current.id ?? candidates.id(of: device)
        }
        chosen[medium] = current
        return device
    }

    /// The meter that takes the place of the chosen one with this telegram.
    private func successor(of device: MBusDevice?, _ current: inout Chosen, _ candidates: Candidates, at now: Int64?) -> MBusDevice? {
        if let absence = current.absence {
            // Another id on its channel, or none of it for a day.
            if let since = absence.since, let now, now - since >= Self.deadAfter, absence.telegrams >= Self.telegrams {
                return candidates.reporting.isEmpty ? nil : candidates.best
            }
            guard device == nil, let other = candidates.reporting.first(where: { $0.channel == current.channel }),
                let id = candidates.id(of: other)
            else { return nil }
            return current.successor.take(id, needed: Self.telegrams) == nil ? nil : other
        }
        guard let device, candidates.isDead(device), let other = candidates.best, other.channel != device.channel else {
            current.successor = Debounced()
            return nil
        }
        return current.successor.take("channel \(other.channel)", needed: Self.telegrams) == nil ? nil : other
    }

    private mutating func take(_ device: MBusDevice?, as medium: MBusMedium, _ candidates: Candidates) -> MBusDevice? {
        guard let device else { return nil }
        chosen[medium] = device.reading == nil ? nil : Chosen(id: candidates.id(of: device), channel: device.channel)
        return device
    }

    /// The meters of a kind in one telegram.
    private struct Candidates {
        let devices: [MBusDevice]
        let telegram: Telegram
        let times: Document.Times

        /// Those that report: with a reading that is not a day older than another's. One without a time is as new as the
        /// telegram.
        var reporting: [MBusDevice] { devices.filter { $0.reading != nil && !isDead($0) } }

        /// The one to choose where none was chosen before.
        var best: MBusDevice? {
            let reporting = reporting
            let identified = reporting.filter { id(of: $0) != nil }
            let alive = identified.isEmpty ? reporting : identified
            return alive.first { $0.timestamp != nil } ?? alive.first ?? devices.first
        }

        func isDead(_ device: MBusDevice) -> Bool {
            guard let newest = devices.compactMap({ $0.timestamp.map(times.utc) }).max(), let time = device.timestamp else { return false }
            return newest - times.utc(time) >= MBusChoice.deadAfter
        }

        /// The meter that was chosen before: by its id on whatever channel, else by its channel, where it sends no id.
        func device(id: String?, channel: UInt8?) -> MBusDevice? {
            if let id, let known = devices.first(where: { self.id(of: $0) == id }) { return known }
            return devices.first { $0.channel == channel && (id == nil || self.id(of: $0) == nil) }
        }

        func named(_ name: String) -> MBusDevice? { devices.first { telegram.isNamed($0, name) } }

        func id(of device: MBusDevice) -> String? { telegram.id(of: device) }
    }
}

extension Telegram {
    /// Whether a name from the configuration is this device's: its id as sent or as printed on it.
    fileprivate func isNamed(_ device: MBusDevice, _ name: String) -> Bool {
        guard let range = device.equipmentId else { return false }
        return string(range).lowercased() == name.lowercased() || serialNumber(range)?.lowercased() == name.lowercased()
    }
}
