/// The one table of OBIS codes. Adding a code is adding a row to one of its parts. Of several codes for one quantity the first
/// row counts.
public enum Catalogue {
    /// All rows.
    public static let rows: [CatalogueRow] = general + energy + state + instantaneous + demand + mbus + media + icelandic

    /// Where the rows for meters on the M-Bus begin, and behind them those that go by what a meter measures. At the end
    /// stand those that hold in Iceland only.
    static let firstMBusRow = firstMediumRow - mbus.count
    static let firstMediumRow = firstIcelandicRow - media.count
    static let firstIcelandicRow = rows.count - icelandic.count

    /// Whether a row holds in every dialect: the others are no codes to `find`.
    ///
    /// - Parameter row: an index of `rows`.
    /// - Returns: false for rows of one dialect.
    public static func isGeneral(_ row: Int) -> Bool { row < firstIcelandicRow }

    /// The quantity of each row: looked up for each reading, without the texts of its row.
    public static let kinds: [Quantity] = rows.map(\.quantity)

    /// Whether a row is about the electricity meter itself.
    ///
    /// - Parameter row: an index of `rows`.
    /// - Returns: false for rows about meters on the M-Bus.
    public static func isMeterRow(_ row: Int) -> Bool { row < firstMBusRow }

    /// Codes that mean something else on the meters of some maker or country.
    static let exceptions: [(header: String, rows: [CatalogueRow])] = [
        // Signed power: Q3D meters print E as 0 or 255.
        (
            "/ESY5",
            [
                .init("1-0:1.7.0", "electricity/instantaneous/power/net", .power, "Net power (EasyMeter)"),
                .init("1-0:21.7.0", "electricity/instantaneous/power/net/L1", .power, "Net power L1 (EasyMeter)"),
                .init("1-0:41.7.0", "electricity/instantaneous/power/net/L2", .power, "Net power L2 (EasyMeter)"),
                .init("1-0:61.7.0", "electricity/instantaneous/power/net/L3", .power, "Net power L3 (EasyMeter)"),
            ]
        ),
        // Lithuania has no limit of the fuse in its list, but averages under these codes.
        (
            "/ESO5",
            [
                .init("1-0:31.4.0", "electricity/averageCurrent/L1", .current, "Average current L1 (Lithuania)"),
                .init("1-0:51.4.0", "electricity/averageCurrent/L2", .current, "Average current L2 (Lithuania)"),
                .init("1-0:71.4.0", "electricity/averageCurrent/L3", .current, "Average current L3 (Lithuania)"),
            ]
        ),
    ]

    /// The rows that replace those of the table for the meter with this header; they belong to the same codes.
    ///
    /// - Parameter telegram: a telegram of the meter.
    /// - Returns: the rows, none for nearly every meter.
    public static func exceptions(for telegram: Telegram) -> [CatalogueRow] {
        exceptions.first { telegram.headerBegins(with: $0.header) }?.rows ?? []
    }

    /// All rows of `exceptions`.
    public static let exceptionRows: [CatalogueRow] = exceptions.flatMap(\.rows)

    /// The row of a code and the M-Bus channel or relay it is about (0 for the electricity meter's own).
    ///
    /// F may be absent or 255, the running billing period. A code on channel 1 of electricity (Swiss meters, heat pumps)
    /// means what it means on channel 0.
    ///
    /// - Parameter code: a code as sent.
    /// - Returns: the index of the row in `rows`, or `nil` for a code that is not in the table.
    public static func find(_ code: OBISCode) -> (row: Int, channel: UInt8)? {
        let place = index.place(of: code)
        guard place != CodeIndex.nowhere else { return nil }
        let entry = index.entry(at: place)
        return (Int(entry.row), entry.channel)
    }

    static let index = CodeIndex(rows.enumerated().filter { isGeneral($0.offset) })

    /// That of Iceland, where some codes of M-Bus channels mean something else.
    static let icelandicIndex: CodeIndex = {
        let codes = Set(icelandic.map(\.code))
        let all = Array(rows.enumerated())
        return CodeIndex(all[firstIcelandicRow...] + all[..<firstIcelandicRow].filter { !codes.contains($0.element.code) })
    }()
}
