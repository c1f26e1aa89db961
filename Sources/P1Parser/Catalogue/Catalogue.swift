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
        let code = code.withoutF
        if let row = index.find(code) { return (row, UInt8(rows[row].scope == .meter ? 0 : 1)) }
        switch (code.a, code.b) {
        case (0, 2...4):
            guard let row = index.find(code.onChannel(1)), rows[row].scope != .meter else { return nil }
            return (row, UInt8(code.b))
        case (1, 1):
            return index.find(code.onChannel(0)).map { ($0, 0) }
        default:
            return nil
        }
    }

    private static let index = CodeIndex(rows.map(\.code))
}

/// A hash table from codes to the indices of their rows, with linear probing. A code is looked up for each line of each
/// telegram; a `Dictionary` would take a third of the time of the whole parse.
struct CodeIndex {
    private let slots: [(code: UInt64, row: Int32)]
    private let mask: Int

    init(_ codes: [OBISCode]) {
        var size = 64
        while size < codes.count * 4 { size *= 2 }
        mask = size - 1
        var slots = [(code: UInt64, row: Int32)](repeating: (.max, -1), count: size)
        for (row, code) in codes.enumerated() {
            var slot = CodeIndex.hash(code.packed) & mask
            while slots[slot].row >= 0 {
                precondition(slots[slot].code != code.packed, "the catalogue has \(code) twice")
                slot = (slot + 1) & mask
            }
            slots[slot] = (code.packed, Int32(row))
        }
        self.slots = slots
    }

    func find(_ code: OBISCode) -> Int? {
        var slot = CodeIndex.hash(code.packed) & mask
        while slots[slot].row >= 0 {
            if slots[slot].code == code.packed { return Int(slots[slot].row) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Fibonacci hashing: the multiplier is 2 to the 64 divided by the golden ratio.
    private static func hash(_ packed: UInt64) -> Int {
        Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}
