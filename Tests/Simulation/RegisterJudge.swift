/// What the guard of registers owes: no register falls or jumps unless four telegrams agree, and none is held longer.
struct RegisterJudge {
    private struct Sample {
        var value: Int64
        var time: Int64
    }

    static let paths = ["received/tariff1", "received/tariff2", "delivered/tariff1", "delivered/tariff2"].map { "electricity/" + $0 }
    private static let gas = "mbus/1/reading"

    /// By path, the newest last.
    private var sent: [String: [Sample]] = [:]
    private var shown: [String: Sample] = [:]
    private var id: String?
    private var gasId: String?

    /// - Parameter earlier: the document of an earlier run that the program can know.
    init(earlier: [String: String]? = nil) {
        guard let earlier else { return }
        id = earlier["equipmentId"]
        gasId = earlier["mbus/1/equipmentId"]
        let time = earlier["timestamp"].flatMap(Thousandths.seconds) ?? 0
        for path in Self.paths { shown[path] = earlier[path].flatMap(Thousandths.init).map { Sample(value: $0.value, time: time) } }
        let gasTime = earlier["mbus/1/timestamp"].flatMap(Thousandths.seconds) ?? time
        shown[Self.gas] = earlier[Self.gas].flatMap(Thousandths.init).map { Sample(value: $0.value, time: gasTime) }
    }

    mutating func takes(_ telegram: SentTelegram, hasGas: Bool) {
        if telegram.id != id {
            for path in Self.paths { (sent[path], shown[path]) = (nil, nil) }
            id = telegram.id
        }
        for path in Self.paths {
            guard let value = telegram.values[path].flatMap(Thousandths.init) else { continue }
            sent[path, default: []].append(Sample(value: value.value, time: telegram.time))
            if sent[path, default: []].count > 6 { sent[path]?.removeFirst() }
        }
        guard hasGas, let gasId = telegram.gasId, let value = telegram.values[Self.gas].flatMap(Thousandths.init) else { return }
        if gasId != self.gasId { (sent[Self.gas], shown[Self.gas], self.gasId) = (nil, nil, gasId) }
        if sent[Self.gas]?.last?.time == telegram.gasTime { return }
        sent[Self.gas, default: []].append(Sample(value: value.value, time: telegram.gasTime))
        if sent[Self.gas, default: []].count > 6 { sent[Self.gas]?.removeFirst() }
    }

    /// - Parameters:
    ///   - telegram: that the document is of, the newest one.
    ///   - isNext: whether the document before was of the telegram before.
    mutating func check(_ leaves: [String: String], _ held: Set<String>, _ telegram: SentTelegram, isNext: Bool) -> String? {
        for path in Self.paths {
            guard let value = leaves[path].flatMap(Thousandths.init)?.value else { continue }
            let sample = Sample(value: value, time: telegram.time)
            if let fault = check(path, sample, isHeld: held.contains(path), needed: 4, sent: telegram.values[path], isNext) { return fault }
            if !held.contains(path) { shown[path] = sample }
        }
        if let value = leaves[Self.gas].flatMap(Thousandths.init)?.value, let time = leaves["mbus/1/timestamp"].flatMap(Thousandths.seconds)
        {
            let (sample, isHeld) = (Sample(value: value, time: time), held.contains(Self.gas) || held.contains("gas/reading"))
            if let fault = check(Self.gas, sample, isHeld: isHeld, needed: 2, sent: nil, isNext) { return fault }
            if !isHeld { shown[Self.gas] = sample }
        }
        return nil
    }

    private func check(
        _ path: String, _ sample: Sample, isHeld: Bool, needed: Int, sent text: String?, _ isNext: Bool
    ) -> String? {
        guard let last = shown[path] else { return isHeld ? "\(path) is held, and nothing came before" : nil }
        let run = sent[path] ?? []
        if isHeld {
            if isNext, sample.value != last.value { return "\(path) is held at \(sample.value), and was \(last.value)" }
            if isNext, let raw = text.flatMap(Thousandths.init)?.value, Self.follows(Sample(value: raw, time: sample.time), last, 100_000) {
                return "\(path) is held at \(last.value), and \(raw) follows it"
            }
            if needed == 4, isNext, Self.agree(run, 5, 100_000) { return "\(path) is held, and five telegrams agree" }
            return nil
        }
        let limit: Int64 = path == Self.gas ? 40_000 : 100_000
        if Self.follows(sample, last, limit) || Self.agree(run, needed, limit) { return nil }
        return "\(path) went from \(last.value) to \(sample.value) in \(sample.time - last.time) s, and no telegrams confirm it"
    }

    private static func agree(_ run: [Sample], _ number: Int, _ limit: Int64) -> Bool {
        guard run.count >= number else { return false }
        let last = run.suffix(number)
        return zip(last, last.dropFirst()).allSatisfy { follows($1, $0, limit) }
    }

    /// So many thousandths an hour over the time between them and a minute, and a last digit.
    private static func follows(_ next: Sample, _ last: Sample, _ limit: Int64) -> Bool {
        let seconds = max(0, next.time - last.time) + 60
        return next.value >= last.value && next.value - last.value <= seconds * limit / 3600 + 1
    }
}
