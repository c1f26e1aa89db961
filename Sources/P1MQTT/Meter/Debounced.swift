/// A debounced value: one that counts once it came often enough in a row: in one telegram whose checksum is right, in two of a meter
/// that sends none, where a single one may be damaged.
struct Debounced<Value: Equatable & Sendable>: Sendable {
    /// Another value counts from now on.
    struct Change {
        /// What counted before; `nil` for the first value.
        let old: Value?
    }

    private(set) var value: Value?
    private var candidate: (value: Value, count: Int)?

    /// Takes what a telegram says.
    ///
    /// - Parameters:
    ///   - new: the value.
    ///   - needed: telegrams in a row that must agree.
    /// - Returns: that `new` counts from now on; `nil` when nothing changed.
    mutating func take(_ new: Value, needed: Int) -> Change? {
        guard new != value else {
            candidate = nil
            return nil
        }
        let count = candidate.map { $0.value == new ? $0.count + 1 : 1 } ?? 1
        guard count >= needed else {
            candidate = (new, count)
            return nil
        }
        defer {
            value = new
            candidate = nil
        }
        return Change(old: value)
    }
}
