/// One message for the broker: a topic, its payload, and how it is to be treated while the broker is away.
package struct Message: Sendable, Equatable {
    package var topic: String
    package var payload: [UInt8]
    /// Quality of service, 0 to 2.
    package var qos: CInt
    package var retain: Bool
    package var kind: Kind
    /// What the payload is; only MQTT 5 says it.
    package var content: MessageContent
    /// When the broker is to forget it, in monotonic milliseconds; `.max`: never. Only MQTT 5 can.
    package var expiresAt: Int64 = .max

    /// - Parameter content: by default what messages of this kind hold.
    package init(topic: String, payload: [UInt8], qos: CInt, retain: Bool, kind: Kind, content: MessageContent? = nil) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.kind = kind
        self.content = content ?? kind.content
    }

    /// With text as payload.
    package init(topic: String, text: String, qos: CInt, retain: Bool, kind: Kind, content: MessageContent? = nil) {
        self.init(topic: topic, payload: Array(text.utf8), qos: qos, retain: retain, kind: kind, content: content)
    }

    /// Says whether a meter, or the program, is there.
    package static func availability(_ topic: String, isOnline: Bool, kind: Kind = .availability) -> Message {
        Message(topic: topic, text: isOnline ? "online" : "offline", qos: 1, retain: true, kind: kind)
    }

    /// Whether it says that a meter is not there.
    package var saysOffline: Bool { kind == .availability && payload == Array("offline".utf8) }

    /// What a message is, in the order in which they are sent after a connect.
    package enum Kind: UInt8, Sendable, Comparable, CaseIterable {
        /// State of the program.
        case bridge
        /// What the program knows of itself and of its topics.
        case info
        /// Home Assistant's discovery.
        case discovery
        /// Whether a meter is there.
        case availability
        /// A value of a meter.
        case value
        /// A document that marks the values before it as complete.
        case document
        /// Worth sending only once: the newest of a topic while it waits, never again afterwards.
        case passing
        /// Something that happened at a meter: all of them in order, up to the bound of the outbox.
        case event
        /// Something that happened to the program or a source: likewise, with a bound of its own, so that sources that come
        /// and go push no event of a meter out.
        case bridgeEvent
        /// What happened while the broker was away, afterwards: all of it in order and none dropped. Whoever posts it
        /// waits for room first.
        case history

        /// Whether the newest of a topic is kept and sent again after every connect.
        package var isState: Bool { self < .passing }

        /// Whether all of them are wanted in their order, not only the newest of a topic.
        package var isInSequence: Bool { self >= .event }

        /// Whether the oldest is dropped where too many wait.
        package var isBounded: Bool { self == .event || self == .bridgeEvent }

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }
}
