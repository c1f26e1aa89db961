/// What history owes: each minute of an outage, in order, with its number.
struct HistoryJudge {
    /// Whether one may come again, as a lost connection makes it.
    var mayRepeat = false

    /// Minutes in which the broker was away and a telegram came.
    private var expected: Set<Int64> = []
    private var seen: Set<Int64> = []
    private var last: Int64?

    mutating func programEnds() {
        expected = []
        last = nil
    }

    mutating func expect(_ telegram: SentTelegram) { expected.insert(telegram.time / 60) }

    mutating func sees(_ json: String, _ sent: [SentTelegram], _ story: Story) -> String? {
        guard let leaves = DocumentLeaves(json)?.leaves, let seq = leaves["seq"].flatMap({ Int64($0) }),
            let time = leaves["timestamp"].flatMap(Thousandths.seconds)
        else { return "p1/history carries no document: \(json.prefix(200))" }
        if !story.hasClockJumps {
            if seq != time / 60 { return "history \(seq) is of minute \(time / 60)" }
            if let last, seq <= last, !mayRepeat { return "history \(seq) came after \(last)" }
        }
        last = seq
        seen.insert(time / 60)
        let held = DocumentLeaves(json)?.held ?? []
        guard let telegram = sent.last(where: { $0.time == time }) else { return "history of \(seq) is of no telegram" }
        for path in RegisterJudge.paths where !held.contains(path) && leaves[path] != telegram.values[path] {
            return "history of \(seq): \(path) is \(leaves[path] ?? "nothing"), not \(telegram.values[path] ?? "nothing")"
        }
        return nil
    }

    func isCalm(_ story: Story) -> String? {
        guard story.keepsHistory, !story.hasClockJumps, expected.count < 1400 else { return nil }
        let missing = expected.subtracting(seen)
        return missing.isEmpty ? nil : "\(missing.count) minutes are not in the history, the first is \(missing.min() ?? 0)"
    }
}

extension Story {
    var hasClockJumps: Bool { turns.contains { if case .clockJump = $0.kind { true } else { false } } }
}
