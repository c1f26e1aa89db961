/// Compares what subscribers see of one meter with what it sent.
struct MeterLedger {
    let model: MeterModel
    /// The newest telegram that was sent; -1 before the first.
    private(set) var sent = -1
    /// The newest telegram whose document was seen.
    private(set) var documented = -1
    /// Minutes of the history since the last time that an outage began.
    private(set) var history: Set<Int64> = []

    /// By place in `MeterModel.topics`: the earliest telegram that the newest payload can be of, and that payload.
    private var cursors = [Int](repeating: -1, count: MeterModel.topics.count)
    private var newest = [String?](repeating: nil, count: MeterModel.topics.count)
    private var glitches: [Int: MeterModel.Glitch] = [:]
    private var expected: [Int: [String]] = [:]
    private var valuesSinceDocument = 0
    /// The telegram of which each value has to come exactly once.
    private var strict: Int?
    private var lastSequence = Int64.min

    /// Telegrams that a retained value may be older than the newest: the broker saves once a second.
    private static let retainedAge = 50_000
    /// Telegrams whose values are kept, so that they are made once.
    private static let valuesKept = 4096

    init(_ model: MeterModel) {
        self.model = model
    }

    // MARK: - What is sent

    /// - Parameter isStrict: whether nothing stands in the way of its values, and the telegram before is complete.
    mutating func send(_ n: Int, _ glitch: MeterModel.Glitch? = nil, isStrict: Bool = false) {
        sent = n
        if let glitch { glitches[n] = glitch }
        strict = isStrict ? n : nil
    }

    /// Whether the newest telegram has a glitch.
    var isGlitched: Bool { glitches[sent] != nil }

    /// What was seen counts no longer: a subscriber has to hear the newest of everything again.
    mutating func forgetSeen() {
        newest = newest.map { _ in nil }
        documented = -1
        history = []
        strict = nil
    }

    private mutating func values(_ n: Int) -> [String] {
        if let known = expected[n] { return known }
        if expected.count == Self.valuesKept { expected.removeAll(keepingCapacity: true) }
        let values = model.values(n, glitches[n])
        expected[n] = values
        return values
    }

    // MARK: - What is seen

    mutating func see(_ place: Int, _ payload: String, isRetained: Bool, _ report: inout SoakReport) {
        let topic = "\(model.name)/\(MeterModel.topics[place])"
        if isRetained {
            let oldest = max(0, sent - Self.retainedAge)
            guard oldest <= sent, (oldest...sent).reversed().contains(where: { values($0)[place] == payload }) else {
                return report.note(.wrong, "\(topic) = \(payload), kept by the broker, was never sent")
            }
            return
        }
        report.values += 1
        valuesSinceDocument += 1
        var n = max(0, cursors[place])
        // Where it is the likely one, the newest is tried first.
        if strict == sent, values(sent)[place] == payload { n = sent }
        while n <= sent, values(n)[place] != payload { n += 1 }
        guard n <= sent else {
            let older = (max(0, cursors[place] - Self.retainedAge)..<max(0, cursors[place])).last { values($0)[place] == payload }
            let (finding, what) = older.map { (SoakReport.Finding.backwards, "of telegram \($0)") } ?? (.wrong, "was never sent")
            return report.note(finding, "\(topic) = \(payload) \(what); newest \(cursors[place]), sent \(sent)")
        }
        cursors[place] = n
        newest[place] = payload
    }

    /// The whole telegram, which has to be of one piece, and the end of its values.
    mutating func seeDocument(_ json: String, isRetained: Bool, _ report: inout SoakReport) {
        guard let n = check(json, "document", &report), !isRetained else { return }
        report.documents += 1
        if n < documented { report.note(.backwards, "\(model.name): document \(n) after \(documented)") }
        documented = n
        let held = glitches[n]?.held ?? []
        let values = values(n)
        for (place, topic) in MeterModel.topics.enumerated() where !held.contains(topic) {
            // Of a telegram in whose midst an outage began some came before.
            guard let shown = newest[place], shown != values[place] else { continue }
            report.note(.lostValue, "\(model.name)/\(topic) = \(shown) at the document of telegram \(n)")
        }
        if strict == n, valuesSinceDocument != values.count - held.count {
            report.note(.lostValue, "\(model.name): \(valuesSinceDocument) values of telegram \(n) instead of \(values.count - held.count)")
        }
        valuesSinceDocument = 0
    }

    mutating func seeHistory(_ json: String, _ report: inout SoakReport) {
        guard let n = check(json, "history", &report) else { return }
        let minute = (model.start + Int64(n)) / 60
        if minute <= lastSequence { report.note(.repeatedHistory, "\(model.name): minute \(minute) after \(lastSequence)") }
        lastSequence = minute
        history.insert(minute)
        report.minutes += 1
    }

    /// - Returns: the telegram that the document is of.
    private mutating func check(_ json: String, _ kind: String, _ report: inout SoakReport) -> Int? {
        guard let leaves = try? DocumentLeaves(json).leaves, let n = leaves["timestamp"].flatMap(model.number), n <= sent else {
            report.note(.wrong, "\(model.name): a \(kind) of no telegram: \(json.prefix(200))")
            return nil
        }
        var rest = leaves
        rest["held"] = nil
        rest["seq"] = nil
        for (place, topic) in MeterModel.topics.enumerated() {
            let path = [topic, topic + "/reading", topic + "/value"].first { rest[$0] != nil } ?? topic
            let (value, shown) = (values(n)[place], rest.removeValue(forKey: path))
            guard shown != value else { continue }
            report.note(.wrong, "\(model.name): \(topic) = \(shown ?? "nothing") in the \(kind) of \(n), not \(value)")
        }
        report.unknownTopics.formUnion(rest.keys)
        let held = (glitches[n]?.held ?? []).map { "\"\($0)\"" }.joined(separator: ",")
        let shown = (leaves["held"] ?? "[]").replacing(" ", with: "")
        if shown != "[\(held)]" { report.note(.wrong, "\(model.name): held \(shown) in the \(kind) of \(n), not [\(held)]") }
        return n
    }

    // MARK: - What has to be there

    /// The values of the newest telegram.
    var last: [String] { model.values(sent, glitches[sent]) }

    /// Whether each topic shows the newest telegram.
    var isUpToDate: Bool { documented == sent && missing.isEmpty }

    /// Topics that do not show the newest telegram.
    var missing: [String] {
        let held = glitches[sent]?.held ?? []
        let values = last
        return MeterModel.topics.indices.filter { newest[$0] != values[$0] && !held.contains(MeterModel.topics[$0]) }
            .map { MeterModel.topics[$0] }
    }

    /// The minutes that began after telegram `n`, up to the newest, and did not come with the history.
    func missingMinutes(after n: Int) -> [Int64] {
        let begun = (model.start + Int64(n)) / 60 + 1
        let last = (model.start + Int64(sent)) / 60
        return begun > last ? [] : (begun...last).filter { !history.contains($0) }
    }
}
