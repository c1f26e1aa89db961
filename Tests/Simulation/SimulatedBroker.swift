import P1MQTTBroker
import P1MQTTMeter

/// A broker with one client that counts: what it keeps, and what it sends to the program.
struct SimulatedBroker {
    private(set) var isUp = true
    private(set) var retained: [String: [UInt8]] = [:]
    /// What came in, in order, since it was taken.
    private var arrived: [Message] = []
    /// After so many further messages it is gone.
    private var messagesLeft: Int?
    /// What becomes of a message on its way, to see that somebody notices; `nil` for one that is lost.
    private let spoil: (Message) -> Message?

    init(spoil: @escaping (Message) -> Message? = { $0 }) {
        self.spoil = spoil
    }

    mutating func fail(afterMessages count: Int) {
        messagesLeft = count
        if count == 0 { fall() }
    }

    /// It is gone for certain, whether so many messages came or not.
    mutating func fall() {
        isUp = false
        messagesLeft = nil
    }

    mutating func rise(isForgetful: Bool) {
        isUp = true
        messagesLeft = nil
        if isForgetful { retained = [:] }
    }

    /// Takes a message. Returns whether it arrived.
    mutating func take(_ message: Message) -> Bool {
        guard isUp else { return false }
        if let left = messagesLeft {
            messagesLeft = left - 1
            guard left > 0 else {
                fall()
                return false
            }
        }
        guard let message = spoil(message) else { return true }
        if message.retain { retained[message.topic] = message.payload.isEmpty ? nil : message.payload }
        arrived.append(message)
        return true
    }

    mutating func takeArrived() -> [Message] {
        defer { arrived = [] }
        return arrived
    }

    func text(_ topic: String) -> String? { retained[topic].map { String(decoding: $0, as: UTF8.self) } }

    /// What is retained and fits a filter, as the answer to a subscription.
    func kept(_ filter: String) -> [BrokerMessage] {
        retained.filter { Self.fits($0.key, filter) }.sorted { $0.key < $1.key }.map {
            BrokerMessage(topic: $0.key, payload: $0.value, isRetained: true)
        }
    }

    static func fits(_ topic: String, _ filter: String) -> Bool {
        let (levels, wanted) = (topic.split(separator: "/"), filter.split(separator: "/"))
        return levels.count == wanted.count && zip(levels, wanted).allSatisfy { $1 == "+" || $0 == $1 }
    }
}
