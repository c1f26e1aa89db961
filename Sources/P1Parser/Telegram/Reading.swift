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
        /// A list, to be read with `Telegram.failureLog(of:)` or `peakHistory(of:)`.
        case list
    }

    /// The index of its row in `Catalogue.rows`.
    public let row: Int
    /// The M-Bus channel or relay; 0 for the electricity meter's own values.
    public let channel: UInt8
    /// Whether it came on a channel that gives way to the same quantity on channel 0.
    public let isSubordinate: Bool
    /// The index of its object in `Telegram.objects`.
    public let object: Int
    /// What was read.
    public let value: Value

    /// What the catalogue says of it.
    public var catalogueRow: CatalogueRow { Catalogue.rows[row] }
}
