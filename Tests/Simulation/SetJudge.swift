/// What derived values owe: each is exactly what follows from the values of its telegram, and none is there while a value
/// that the meter sends is missing.
struct SetJudge {
    private struct Derived {
        let path: String
        let parts: [String]
        /// The factors of the parts.
        let signs: [Int64]
    }

    private static let all: [Derived] =
        ["received", "delivered"].map {
            Derived(path: "derived/\($0)/total", parts: ["electricity/\($0)/tariff1", "electricity/\($0)/tariff2"], signs: [1, 1])
        }
        + [
            Derived(
                path: "derived/netPower/total", parts: ["electricity/received/actual", "electricity/delivered/actual"], signs: [1, -1])
        ]
        + (1...3).map { phase in
            let power = "electricity/instantaneous/power/"
            return Derived(
                path: "derived/netPower/L\(phase)", parts: ["\(power)positive/L\(phase)", "\(power)negative/L\(phase)"], signs: [1, -1])
        }

    /// Telegrams in a row, of this run, without a part that was there, and when the first of them came.
    private var missing: [String: (count: Int, since: Int64)] = [:]
    private var present: [String: Int] = [:]
    private var known: Set<String> = []

    init(earlier: [String: String]? = nil) {
        for part in Self.all.flatMap(\.parts) where earlier?[part] != nil { known.insert(part) }
    }

    mutating func takes(_ telegram: SentTelegram) {
        for part in Self.all.flatMap(\.parts) {
            if telegram.values[part] != nil {
                known.insert(part)
                missing[part] = nil
                present[part, default: 0] += 1
            } else {
                present[part] = 0
                let before = missing[part] ?? (0, telegram.time)
                missing[part] = (before.count + 1, min(before.since, telegram.time))
            }
        }
    }

    /// - Parameter isNewest: whether it is the document of the newest telegram.
    func check(_ leaves: [String: String], _ telegram: SentTelegram, isNewest: Bool) -> String? {
        for derived in Self.all {
            let parts = derived.parts.map { leaves[$0].flatMap(Thousandths.init)?.value }
            guard let shown = leaves[derived.path] else {
                if isNewest, derived.parts.allSatisfy({ present[$0] ?? 0 > 3 }) {
                    return "\(derived.path) is missing, and all its parts are there"
                }
                continue
            }
            let sum = zip(parts, derived.signs).reduce(Int64(0)) { $0 + ($1.0 ?? 0) * $1.1 }
            // Of the phases, once the meter sends no total in one direction.
            let phases = (1...3).reduce(Int64(0)) { $0 + (leaves["derived/netPower/L\($1)"].flatMap(Thousandths.init)?.value ?? 0) }
            if derived.path == "derived/netPower/total", parts.contains(nil), Thousandths(shown)?.value == phases { continue }
            if Thousandths(shown)?.value != sum { return "\(derived.path) is \(shown), and its parts make \(sum) thousandths" }
            guard isNewest else { continue }
            for part in derived.parts where known.contains(part) {
                guard let gone = missing[part], gone.count < 3 || telegram.time - gone.since < 600 else { continue }
                return "\(derived.path) is \(shown) without \(part), which the meter sends"
            }
        }
        for phase in 1...3 {
            guard let current = leaves["derived/current/L\(phase)"].flatMap(Thousandths.init)?.value else { continue }
            let power = leaves["derived/netPower/L\(phase)"].flatMap(Thousandths.init)?.value ?? 0
            let amperes = leaves["electricity/instantaneous/current/L\(phase)"].flatMap(Thousandths.init)?.value
            if amperes.map({ power < 0 ? -$0 : $0 }) != current {
                return "derived/current/L\(phase) is \(current) thousandths at \(power) W"
            }
        }
        return leaves.keys.contains { $0 == "derived/received/actual" || $0 == "derived/delivered/actual" }
            ? "a power is derived that the meter sends" : nil
    }
}
