/// Finds what a mistyped name was meant to be.
enum Spelling {
    /// The nearest candidate, if it is near enough to be worth proposing. Case does not count.
    static func closest(to name: String, among candidates: [String]) -> String? {
        let typed = Array(name.lowercased().utf8.prefix(100))
        let near =
            candidates
            .map { (candidate: $0, distance: distance(typed, Array($0.lowercased().utf8))) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= max(1, typed.count / 3) else { return nil }
        return near.candidate
    }

    /// Levenshtein's distance, with a swap of neighbours as one step.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var best = min(
                    last[column] + (left[row] == right[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
