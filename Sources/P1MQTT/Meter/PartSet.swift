import P1Parser

/// Which of the values that a derived one is made of a meter sends. One that is missing from a telegram makes the set
/// incomplete: a line was damaged, or left out under a right checksum, and a sum of the others would be wrong.
///
/// The set changes slowly: a value joins it after three telegrams in a row that have it, and leaves it after ten minutes
/// of telegrams without. In between the set is incomplete. A telegram without any of the values says nothing.
struct PartSet: Sendable {
    /// Telegrams in a row that must agree on another set.
    static let telegrams = 3
    /// Seconds for which a value must be missing.
    static let patience: Int64 = 600

    private let places: [DocumentLayout.Slot]
    /// A bit for each place; `nil` until a whole telegram has shown them.
    private var expected: UInt64?
    /// Another set that came last, in how many telegrams in a row, and since when.
    private var candidate: Candidate?

    private struct Candidate: Sendable {
        var parts: UInt64
        var telegrams = 0
        var since: Int64
    }

    /// - Parameter places: at most 64.
    init(_ places: [DocumentLayout.Slot]) {
        precondition(places.count <= 64, "each place is a bit")
        self.places = places
    }

    /// Whether the meter sends any of the values, as far as its telegrams have shown.
    var isSent: Bool { expected != nil || candidate != nil }

    /// Whether the meter sends this value.
    func isSent(_ place: DocumentLayout.Slot) -> Bool {
        guard let expected, let bit = places.firstIndex(of: place) else { return false }
        return expected & 1 << UInt64(bit) != 0
    }

    /// Whether a document has all that the meter sends.
    mutating func isComplete(in document: borrowing Document) -> Bool {
        var parts: UInt64 = 0
        for (bit, place) in places.enumerated() where document.values[place] != nil { parts |= 1 << UInt64(bit) }
        guard parts != 0 else { return false }
        guard let expected else {
            // Some meters send a line that nobody can read in each telegram.
            if document.isDamaged { return hasChanged(to: parts, from: 0, at: document.time ?? 0) }
            self.expected = parts
            return true
        }
        guard parts != expected else {
            candidate = nil
            return true
        }
        return hasChanged(to: parts, from: expected, at: document.time ?? 0)
    }

    /// Takes the values that the document of an earlier run has.
    mutating func recall(_ earlier: JSONTree) {
        var parts: UInt64 = 0
        for (bit, place) in places.enumerated() {
            if case .number? = earlier.at(DocumentLayout.shared.places[place].path)?["reading"] { parts |= 1 << UInt64(bit) }
        }
        if parts != 0 { expected = parts }
    }

    private mutating func hasChanged(to parts: UInt64, from expected: UInt64, at time: Int64) -> Bool {
        var seen = candidate.flatMap { $0.parts == parts ? $0 : nil } ?? Candidate(parts: parts, since: time)
        seen.telegrams += 1
        candidate = seen
        let isMissingOne = expected & ~parts != 0
        guard seen.telegrams >= Self.telegrams, !isMissingOne || time - seen.since >= Self.patience else { return false }
        self.expected = parts
        candidate = nil
        return true
    }
}
