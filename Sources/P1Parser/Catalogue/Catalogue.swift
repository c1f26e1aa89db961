/// The one table of OBIS codes, in the order of the JSON document. Adding a code is adding a row to one of its parts.
public enum Catalogue {
    /// All rows.
    public static let rows: [CatalogueRow] = general + energy + state + instantaneous + demand + mbus + media

    /// Where the rows for meters on the M-Bus begin, and behind them those that go by what a meter measures.
    static let firstMBusRow = rows.count - mbus.count - media.count
    static let firstMediumRow = rows.count - media.count

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
        index.entry(of: code).map { (Int($0.row), $0.channel) }
    }

    static let index = CodeIndex(rows)
}

/// What the parser needs of a row. It holds no text, so that passing it on costs nothing.
struct CatalogueEntry {
    /// The index of the row.
    let row: UInt16
    /// How the groups are read.
    let quantity: Quantity
    /// Whose value it is.
    let scope: CatalogueRow.Scope
    /// The M-Bus channel or relay; 0 for the electricity meter's own.
    var channel: UInt8
    /// Whether the code gives way to the same one on channel 0.
    var isSubordinate = false
}

/// A hash table from codes to their entries, with linear probing. A code is looked up for each line of each telegram; a
/// `Dictionary` would take a third of the time of the whole parse.
struct CodeIndex {
    private let slots: [(code: UInt64, entry: CatalogueEntry)?]
    private let mask: Int

    init(_ rows: [CatalogueRow]) {
        var size = 64
        while size < rows.count * 4 { size *= 2 }
        mask = size - 1
        var slots = [(code: UInt64, entry: CatalogueEntry)?](repeating: nil, count: size)
        for (index, row) in rows.enumerated() {
            var slot = CodeIndex.hash(row.code.packed) & mask
            while let taken = slots[slot] {
                precondition(taken.code != row.code.packed, "the catalogue has \(row.code) twice")
                slot = (slot + 1) & mask
            }
            let entry = CatalogueEntry(
                row: UInt16(index), quantity: row.quantity, scope: row.scope, channel: row.scope == .mbus || row.scope == .relay ? 1 : 0)
            slots[slot] = (row.code.packed, entry)
        }
        self.slots = slots
    }

    /// The entry of a code as a meter sends it. Any F but 255 names a past billing period (IEC 62056-61): another value.
    func entry(of code: OBISCode) -> CatalogueEntry? {
        if let period = code.f, period != 255 { return nil }
        let code = code.withoutF
        if let entry = lookUp(code) { return entry }
        switch (code.a, code.b) {
        case (0, 2...4):
            guard var entry = lookUp(code.onChannel(1)), entry.scope != .meter else { return nil }
            entry.channel = UInt8(code.b)
            return entry
        case (1, 1):
            var entry = lookUp(code.onChannel(0))
            entry?.isSubordinate = true
            return entry
        default:
            return nil
        }
    }

    private func lookUp(_ code: OBISCode) -> CatalogueEntry? {
        var slot = CodeIndex.hash(code.packed) & mask
        while let taken = slots[slot] {
            if taken.code == code.packed { return taken.entry }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Fibonacci hashing: the multiplier is 2 to the 64 divided by the golden ratio.
    private static func hash(_ packed: UInt64) -> Int {
        Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}
