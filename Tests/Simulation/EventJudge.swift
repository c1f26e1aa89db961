/// What events owe: each of what happened once, none of what did not.
struct EventJudge {
    /// Whether each must arrive; not behind an outage in which the program was killed.
    var isExact = true
    /// Whether one may come again, as a lost connection makes it.
    var mayRepeat = false

    private var expected: [String: Int] = [:]
    private var seen: [String: Set<String>] = [:]
    private var id: String?
    private var tariff: String?
    private var text: String?

    mutating func programStarts(_ earlier: [String: String]?) {
        (id, tariff, text) = (earlier?["equipmentId"], earlier?["electricity/tariffIndicator"], earlier?["textMessage/message"])
    }

    mutating func expect(_ telegram: SentTelegram) {
        if let id, id != telegram.id {
            expected["meterSwap", default: 0] += 1
            (tariff, text) = (nil, nil)
        }
        id = telegram.id
        if let next = telegram.values["electricity/tariffIndicator"] {
            if let tariff, tariff != next { expected["tariff", default: 0] += 1 }
            tariff = next
        }
        if let next = telegram.values["textMessage/message"] {
            if let text, text != next, !next.isEmpty { expected["message", default: 0] += 1 }
            text = next
        }
    }

    mutating func sees(_ topic: String, _ json: String) -> String? {
        guard let leaves = DocumentLeaves(json)?.leaves, let kind = leaves["event_type"], let seq = leaves["seq"],
            topic == "p1/event/" + kind
        else { return "\(topic) carries no event: \(json)" }
        if kind == "meterSwap", leaves["meter"] != "electricity" { return nil }
        let isNew = seen[kind, default: []].insert(seq).inserted
        if !isNew, !mayRepeat { return "event \(kind) \(seq) came twice" }
        if let limit = expected[kind] ?? (["tariff", "message", "meterSwap"].contains(kind) ? 0 : nil),
            seen[kind, default: []].count > limit
        {
            return "\(seen[kind, default: []].count) events \(kind), and it happened \(limit) times"
        }
        return nil
    }

    func isCalm() -> String? {
        guard isExact else { return nil }
        for (kind, count) in expected where seen[kind]?.count ?? 0 != count {
            return "\(seen[kind]?.count ?? 0) events \(kind), and it happened \(count) times"
        }
        return nil
    }
}
