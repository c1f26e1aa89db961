package import P1Parser

/// Which of several M-Bus meters of a kind stands under `gas` (`water`, …): the live one on the lowest channel, and it
/// stays the one, by equipment id, until it has been dead for a day or is gone.
///
/// After a swap the old meter often stays on channel 1 with a frozen or empty reading (dsmr-reader 1794).
package struct MBusChoice: Sendable, Equatable {
    /// The equipment id that the configuration names for gas.
    package var gasMeter: String?
    private var chosen: [MBusMedium: String] = [:]

    private static let deadAfter: Int64 = 86400

    package init(gasMeter: String? = nil) {
        self.gasMeter = gasMeter
    }

    /// The meter for each kind of which there is one.
    package mutating func choose(
        among devices: [MBusDevice], of telegram: Telegram, at arrival: Int64?, utc: (MeterTimestamp) -> Int64
    ) -> [(MBusMedium, MBusDevice)] {
        var result: [(MBusMedium, MBusDevice)] = []
        for medium in MBusMedium.allCases {
            let candidates = devices.filter { $0.medium == medium }
            guard let device = candidates.count > 1 ? live(candidates, medium, telegram, utc) : candidates.first else { continue }
            if device.reading != nil { chosen[medium] = telegram.id(of: device) }
            result.append((medium, device))
        }
        return result
    }

    private func live(
        _ candidates: [MBusDevice], _ medium: MBusMedium, _ telegram: Telegram, _ utc: (MeterTimestamp) -> Int64
    ) -> MBusDevice? {
        if medium == .gas, let gasMeter, let named = candidates.first(where: { telegram.isNamed($0, gasMeter) }) { return named }
        let newest = candidates.compactMap { $0.timestamp.map(utc) }.max()
        let reporting = candidates.filter { device in
            guard device.reading != nil, let newest, let time = device.timestamp else { return false }
            return newest - utc(time) < MBusChoice.deadAfter
        }
        let identified = reporting.filter { telegram.id(of: $0) != nil }
        let alive = identified.isEmpty ? reporting : identified
        return alive.first { chosen[medium] != nil && telegram.id(of: $0) == chosen[medium] } ?? alive.first ?? candidates.first
    }
}

extension Telegram {
    /// The equipment id of a device as sent; `nil` when it is empty or says nothing.
    fileprivate func id(of device: MBusDevice) -> String? {
        guard let range = device.equipmentId, serialNumber(range) != nil else { return nil }
        return string(range)
    }

    /// Whether a name from the configuration is this device's: its id as sent or as printed on it.
    fileprivate func isNamed(_ device: MBusDevice, _ name: String) -> Bool {
        guard let range = device.equipmentId else { return false }
        return string(range).lowercased() == name.lowercased() || serialNumber(range)?.lowercased() == name.lowercased()
    }
}
