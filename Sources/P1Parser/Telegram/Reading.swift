/// A value of a telegram that the catalogue knows, in the product's unit.
public struct Reading: Sendable, Hashable {
    /// What was read.
    public enum Value: Sendable, Hashable {
        /// A number; `nil` unit for a bare one.
        case number(FixedDecimal, MeterUnit?)
        /// A number with the time it belongs to; `nil` where the meter sent an impossible one.
        case timed(FixedDecimal, MeterUnit?, MeterTimestamp?)
        /// A time; `nil` where the meter sent an impossible one.
        case time(MeterTimestamp?)
        /// Text, by its place in the telegram.
        case text(TextRange)
        /// A list, to be read with `Telegram.failureLog(of:)`, `peakHistory(of:)`, `monthEnd(of:)` or `profile(of:)`.
        case list
    }

    /// The index of its row in `Catalogue.rows`.
    public var row: Int { Int(rowIndex) }
    /// The index of its object in `Telegram.objects`.
    public var object: Int { Int(objectIndex) }
    /// The M-Bus channel or relay; 0 for the electricity meter's own values.
    public let channel: UInt8
    /// Whether it came on a channel that gives way to the same quantity on channel 0.
    public let isSubordinate: Bool
    /// What was read.
    public let value: Value

    // Kept small: a telegram has dozens of readings.
    private let rowIndex: UInt16
    private let objectIndex: UInt16

    init(row: UInt16, channel: UInt8, isSubordinate: Bool, object: UInt16, value: Value) {
        rowIndex = row
        objectIndex = object
        self.channel = channel
        self.isSubordinate = isSubordinate
        self.value = value
    }

    /// What the catalogue says of it.
    public var catalogueRow: CatalogueRow { Catalogue.rows[row] }
}
