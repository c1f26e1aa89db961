/// The one table of OBIS codes, in the order of the JSON document. Adding a code is adding a row to one of its parts.
public enum Catalogue {
    /// All rows.
    public static let rows: [CatalogueRow] = general + energy + state + instantaneous + demand + mbus

    /// The row of a code and the M-Bus channel or relay it is about (0 for the electricity meter's own).
    ///
    /// F is ignored. A code on channel 1 of electricity (Swiss meters, heat pumps) means what it means on channel 0.
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
                row: UInt16(index), quantity: row.quantity, scope: row.scope, channel: row.scope == .meter ? 0 : 1)
            slots[slot] = (row.code.packed, entry)
        }
        self.slots = slots
    }

    /// The entry of a code as a meter sends it.
    func entry(of code: OBISCode) -> CatalogueEntry? {
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
