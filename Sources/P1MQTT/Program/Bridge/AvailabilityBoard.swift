import P1MQTTMeter
import P1MQTTSystem

/// Every availability topic and what it says. Written by the input thread; read by the broker thread at the shutdown,
/// when all of them become `offline`.
final class AvailabilityBoard: Sendable {
    private let states = Locked<[String: Bool]>([:])

    /// The message that is due when this is news, else none.
    func set(_ topic: String, isOnline: Bool) -> [Message] {
        let isNews = states.withLock { states in
            guard states[topic] != isOnline else { return false }
            states[topic] = isOnline
            return true
        }
        return isNews ? [Self.message(topic, isOnline: isOnline)] : []
    }

    /// `offline` on every topic.
    var farewell: [Message] {
        states.withLock { $0.keys.sorted() }.map { Self.message($0, isOnline: false) }
    }

    static func message(_ topic: String, isOnline: Bool, kind: Message.Kind = .availability) -> Message {
        Message(topic: topic, text: isOnline ? "online" : "offline", qos: 1, retain: true, kind: kind)
    }
}
