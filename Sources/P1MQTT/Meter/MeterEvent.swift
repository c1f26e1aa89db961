/// Something that happened at a meter, reported once: `p1/event/TYPE`, JSON with `event_type`, not retained. The broker
/// confirms it; a copy that arrives twice has the same `seq`.
package struct MeterEvent: Sendable, Equatable {
    /// The last level of the topic, and `event_type` of the payload.
    package enum Kind: String, Sendable, CaseIterable {
        /// The supply failed and is back.
        case powerFailure
        /// The voltage of a phase was too low for a moment.
        case voltageSag
        /// The voltage of a phase was too high for a moment.
        case voltageSwell
        /// Another tariff is in force.
        case tariff
        /// The breaker of the electricity meter was opened, closed, or made ready.
        case breaker
        /// The grid operator sends a text.
        case message
        /// Another meter stands in the place of one.
        case meterSwap
        /// A register is held back by the guard.
        case heldRegister
    }

    package let kind: Kind
    /// One JSON object, without `seq`.
    package let payload: [UInt8]

    /// - Parameters:
    ///   - kind: what happened.
    ///   - time: when it was seen, by the meter's clock, seconds since 1970; `null` in the payload where nobody knows.
    ///   - details: writes the other members.
    package init(_ kind: Kind, time: Int64?, _ details: (inout JSONWriter) -> Void) {
        self.kind = kind
        payload = JSONWriter.object {
            $0.member("event_type", kind.rawValue)
            $0.member("time", time: time)
            details(&$0)
        }
    }

    /// - Parameter seq: its number among the events of the program.
    package func message(_ topics: MeterTopics, seq: Int64) -> Message {
        let payload = JSONWriter.object(payload, and: { $0.member("seq", seq) })
        return Message(topic: topics.event(kind), payload: payload, qos: 1, retain: false, kind: .event)
    }
}
