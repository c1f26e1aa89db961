/// A quantity of the catalogue with the type of its value: what `telegram[.energyReceived(tariff: 1)]` asks for.
///
/// Whatever code a meter has for the quantity, the key finds it, and not what else a maker means by that code.
public struct TelegramKey<Value: Sendable>: Sendable {
    /// The path of the quantity in the catalogue.
    public let path: String
    let read: @Sendable (Telegram.Value) -> Value?

    init(_ path: String, _ read: @escaping @Sendable (Telegram.Value) -> Value?) {
        self.path = path
        self.read = read
    }
}

/// One of the three phases.
public enum Phase: String, Sendable, CaseIterable, Codable {
    case L1
    case L2
    case L3
}

extension Telegram {
    /// The value of a quantity; `nil` where the meter does not send it.
    ///
    /// - Parameter key: what to look for.
    public subscript<Value>(key: TelegramKey<Value>) -> Value? {
        let exceptions = Catalogue.exceptions(for: self)
        let found = readings.filter { $0.channel == 0 && row(of: $0, exceptions).path == key.path }
        // Of several codes the one that stands first in the catalogue counts, of several lines of one code the first.
        let first = found.min { ($0.isSubordinate ? 1 : 0, $0.row, $0.object) < ($1.isSubordinate ? 1 : 0, $1.row, $1.object) }
        return first.flatMap { value(of: $0) }.flatMap(key.read)
    }

    /// What a reading is on this meter: some makers mean something else by a code than the catalogue's row.
    ///
    /// - Parameter reading: one of `readings`.
    /// - Returns: the row that holds for this meter.
    public func row(of reading: Reading) -> CatalogueRow {
        row(of: reading, Catalogue.exceptions(for: self))
    }

    private func row(of reading: Reading, _ exceptions: [CatalogueRow]) -> CatalogueRow {
        if exceptions.isEmpty { return reading.catalogueRow }
        let code = objects[reading.object].code.withoutF
        return exceptions.first { $0.code == code } ?? reading.catalogueRow
    }

    /// When the telegram was made, by the meter's clock; `nil` where it sends no time or an impossible one.
    public var time: MeterTimestamp? { self[.time] ?? splitClock }

    /// The meter on the M-Bus that measures this, such as `.gas`: of several the one on the lowest channel that has a
    /// reading.
    ///
    /// - Parameter medium: what it measures.
    /// - Returns: the meter; `nil` when the telegram tells of none.
    public func mbusDevice(_ medium: MBusMedium) -> MBusDevice? {
        let devices = mbusDevices.filter { $0.medium == medium }
        return devices.first { $0.reading != nil } ?? devices.first
    }
}
