import P1Parser

/// Makes the messages of one meter's telegrams: a topic for each value, and the document last.
package struct ValueMessages: Sendable {
    package var topics: MeterTopics
    package let qos: CInt
    package let retain: Bool
    /// Milliseconds after which the broker forgets what is retained; `nil`: never.
    private let lifetime: Int64?
    private let publishesValues: Bool
    private var changes: ChangeFilter?
    private var unknown = UnknownCodes()

    /// - Parameters:
    ///   - qos: quality of service of values and of the document.
    ///   - retain: whether they are retained.
    package init(topics: MeterTopics, qos: Int, retain: Bool, publish: PublishSettings) {
        self.topics = topics
        self.qos = CInt(qos)
        self.retain = retain
        lifetime = retain ? publish.expiry.map { Int64($0) * 1000 } : nil
        publishesValues = publish.values
        changes = publish.onlyChanges ? ChangeFilter(heartbeat: Int64(publish.heartbeat * 1000)) : nil
    }

    /// The messages of a telegram, in the order of the document; `p1/json` is the last and marks it as complete.
    package mutating func messages(for document: CompletedDocument, at now: Moment) -> [Message] {
        var messages: [Message] = []
        if publishesValues { messages.reserveCapacity(64) }
        var isDue = changes == nil
        let expiresAt = lifetime.map { now.monotonic + $0 } ?? .max
        for slot in document.values.indices {
            guard let value = document.values[slot], !document.held.contains(slot), changes?.isDue(slot, value, at: now) ?? publishesValues
            else { continue }
            isDue = true
            if publishesValues { append(value, slot, expiresAt, to: &messages) }
        }
        for (code, groups) in unknown.lasting(document.unknown) {
            messages.append(Message(topic: topics.unknown(code), text: groups, qos: qos, retain: false, kind: .passing, content: .text))
        }
        if isDue || !messages.isEmpty {
            var message = Message(topic: topics.document, payload: document.json(), qos: qos, retain: retain, kind: .document)
            message.expiresAt = expiresAt
            messages.append(message)
        }
        return messages
    }

    /// The retained topics of these places and of the document.
    package func retained(_ slots: [DocumentLayout.Slot]) -> [String] {
        guard retain else { return [] }
        if !publishesValues { return [topics.document] }
        let paths = slots.flatMap { slot in
            let place = DocumentLayout.shared.places[slot]
            return place.shape == .peak ? [place.path, place.path + "/timestamp"] : [place.path]
        }
        return paths.map { topics.prefix + "/" + $0 } + [topics.document]
    }

    private mutating func append(_ value: Document.Value, _ slot: DocumentLayout.Slot, _ expiresAt: Int64, to messages: inout [Message]) {
        let topic = topics.topic(of: slot)
        var message = Message(
            topic: topic, payload: payload(value), qos: qos, retain: retain, kind: .value, content: MessageContent(value, at: slot))
        message.expiresAt = expiresAt
        messages.append(message)
        if case .peak(_, _, let time?) = value {
            (message.topic, message.payload) = (topic + "/timestamp", Array(ISO8601.text(time).utf8))
            message.content = message.content.withoutUnit
            messages.append(message)
        }
    }

    private func payload(_ value: Document.Value) -> [UInt8] {
        var bytes: [UInt8] = []
        switch value {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): number.write(into: &bytes)
        case .text(let text): bytes = Array(text.utf8)
        case .time(let seconds): ISO8601.write(seconds, into: &bytes)
        case .json(let json): bytes = json
        }
        return bytes
    }
}

/// Lets a value pass when it changed or is as old as the heartbeat. After a reconnect the outbox sends everything again.
struct ChangeFilter: Sendable {
    /// Milliseconds.
    let heartbeat: Int64
    private var sent: [DocumentLayout.Slot: (value: Document.Value, at: Int64)] = [:]

    init(heartbeat: Int64) {
        self.heartbeat = heartbeat
    }

    mutating func isDue(_ slot: DocumentLayout.Slot, _ value: Document.Value, at now: Moment) -> Bool {
        if let last = sent[slot], last.value.isWritten(like: value), now.monotonic - last.at < heartbeat { return false }
        sent[slot] = (value, now.monotonic)
        return true
    }
}

extension Document.Value {
    /// Whether another value has the same payload: `1.5` and `1.50` are equal, but not written alike.
    fileprivate func isWritten(like other: Self) -> Bool {
        guard let digits, let others = other.digits else { return self == other }
        return self == other && digits.isWritten(like: others)
    }

    private var digits: FixedDecimal? {
        switch self {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): number
        case .text, .time, .json: nil
        }
    }
}

/// Codes that the catalogue does not know are published once they came in three telegrams in a row: noise does not.
package struct UnknownCodes: Sendable {
    package static let maximum = 64
    package static let telegrams = 3
    private var runs: [String: Int] = [:]

    /// Those of a telegram's unknown codes that are there to stay.
    mutating func lasting(_ codes: [(code: String, groups: String)]) -> [(code: String, groups: String)] {
        if codes.isEmpty, runs.isEmpty { return [] }
        var next: [String: Int] = [:]
        for (code, _) in codes where next.count < Self.maximum || next[code] != nil {
            next[code] = min((runs[code] ?? 0) + 1, Self.telegrams)
        }
        runs = next
        return codes.filter { next[$0.code] == Self.telegrams }
    }
}
