/// What the parser needs of a row. It holds no text, so that passing it on costs nothing.
struct CatalogueEntry: Sendable, Hashable {
    /// The index of the row.
    let row: UInt16
    /// How the groups are read.
    let quantity: Quantity
    /// The M-Bus channel or relay; 0 for the electricity meter's own.
    let channel: UInt8
    /// Whether the code gives way to the same one on channel 0.
    var isSubordinate = false
}

/// The codes of the catalogue by the way they are spelled: a hash table with linear probing.
///
/// A code stands at the start of each line of each telegram. To find its twelve bytes here takes a third of the
/// instructions that it takes to read its numbers first and then look them up; a `Dictionary` would take a third of the
/// time of the whole parse.
struct CodeIndex: Sendable {
    /// A place in the table; `nowhere` for a code that is not in it.
    typealias Place = UInt16
    static let nowhere = Place.max

    /// One place. It is empty when its spelling is `.none`.
    private struct Slot {
        var spelling = CodeSpelling.none
        var code = OBISCode(0, 0, 0, 0, 0)
        var entry = CatalogueEntry(row: 0, quantity: .text, channel: 0)
    }

    // The only array: each one is counted in and out of memory management for each telegram.
    private var slots: [Slot]
    private let mask: Int

    /// - Parameter rows: with their places in the table.
    init(_ rows: some Collection<(offset: Int, element: CatalogueRow)>) {
        var size = 64
        // A row holds for four channels at most. One slot at least stays empty: there a search in vain ends.
        while size <= rows.count * 4 { size *= 2 }
        mask = size - 1
        slots = Array(repeating: Slot(), count: size)
        for (index, row) in rows {
            let channel: UInt8 = row.isOnChannels ? 1 : 0
            let isNew = insert(row.code, CatalogueEntry(row: UInt16(index), quantity: row.quantity, channel: channel))
            precondition(isNew, "the catalogue has \(row.code) twice")
        }
        // On other channels, unless there is a row of its own.
        for (index, row) in rows {
            if row.isOnChannels {
                for channel: UInt8 in 2...4 {
                    let entry = CatalogueEntry(row: UInt16(index), quantity: row.quantity, channel: channel)
                    _ = insert(row.code.onChannel(UInt16(channel)), entry)
                }
            } else if row.code.a == 1, row.code.b == 0 {
                let entry = CatalogueEntry(row: UInt16(index), quantity: row.quantity, channel: 0, isSubordinate: true)
                _ = insert(row.code.onChannel(1), entry)
            }
        }
    }

    /// The code at a place.
    func code(at place: Place) -> OBISCode { slots[Int(place)].code }

    /// The entry at a place.
    func entry(at place: Place) -> CatalogueEntry { slots[Int(place)].entry }

    /// The place of a code as a meter sends it. Any F but 255 names a past billing period (IEC 62056-61): another value.
    func place(of code: OBISCode) -> Place {
        if let period = code.f, period != 255 { return CodeIndex.nowhere }
        return CodeSpelling(code).map(place) ?? CodeIndex.nowhere
    }

    /// The place of a code by its spelling.
    @inline(__always)
    func place(of spelling: CodeSpelling) -> Place {
        var slot = spelling.hash & mask
        while slots[slot].spelling != spelling {
            if slots[slot].spelling == .none { return CodeIndex.nowhere }
            slot = (slot &+ 1) & mask
        }
        return Place(truncatingIfNeeded: slot)
    }

    /// Adds a code; false when it is there already.
    private mutating func insert(_ code: OBISCode, _ entry: CatalogueEntry) -> Bool {
        guard let spelling = CodeSpelling(code) else { preconditionFailure("\(code) is too long for the index") }
        guard place(of: spelling) == CodeIndex.nowhere else { return false }
        var slot = spelling.hash & mask
        while slots[slot].spelling != .none { slot = (slot + 1) & mask }
        slots[slot] = Slot(spelling: spelling, code: code, entry: entry)
        return true
    }
}
