package import P1Parser

/// Whose telegram it is.
extension Telegram {
    /// The id of the electricity meter, as sent.
    package struct ElectricityId: Equatable {
        package let text: TextRange
        /// Whether it is the logical device name, which stands in for an id (Luxembourg, Iskra).
        let isDeviceName: Bool
    }

    /// The id of the electricity meter; `nil` without one that says anything.
    package var electricityId: ElectricityId? {
        var isWeak = false
        if let best = identifier, case .text(let text) = best.value, hasSerialNumber(text) {
            isWeak = hasWeakSerialNumber(text)
            if !isWeak { return ElectricityId(text: text, isDeviceName: false) }
        }
        if let name = logicalDeviceName, hasSerialNumber(name), !(isWeak && hasWeakSerialNumber(name)) {
            return ElectricityId(text: name, isDeviceName: true)
        }
        guard isWeak, case .text(let text)? = identifier?.value else { return nil }
        return ElectricityId(text: text, isDeviceName: false)
    }

    /// The reading among the ids of the electricity meter that says most; it may say nothing.
    var identifier: Reading? {
        readings.lazy.filter { Catalogue.isMeterRow($0.row) && Catalogue.kinds[$0.row] == .identifier }
            .min { rank(of: $0) < rank(of: $1) }
    }

    /// Which of several readings for one place counts: the one with the lowest rank. A value of channel 1, an id that no
    /// other meter lacks, and one that says nothing give way to all others, the last most.
    func rank(of reading: Reading) -> Int {
        var rank = reading.row
        if reading.isSubordinate { rank += Catalogue.rows.count }
        if case .text(let text) = reading.value, Catalogue.kinds[reading.row] == .identifier {
            if !hasSerialNumber(text) {
                rank += 4 * Catalogue.rows.count
            } else if hasWeakSerialNumber(text) {
                rank += 2 * Catalogue.rows.count
            }
        }
        return rank
    }

    /// The logical device name as sent.
    private var logicalDeviceName: TextRange? {
        for reading in readings {
            if case .text(let text) = reading.value, reading.catalogueRow.path == "logicalDeviceName" { return text }
        }
        return nil
    }

    /// The equipment id of a meter on the M-Bus as sent; `nil` when it is empty or says nothing.
    func id(of device: MBusDevice) -> String? {
        guard let range = device.equipmentId, hasSerialNumber(range) else { return nil }
        return string(range)
    }
}
