import P1MQTTMeter

/// The availability topics of a meter and what each says. The outbox keeps them too, for the farewell.
struct AvailabilityBoard {
    private var states: [String: Bool] = [:]

    /// The message that is due when this is news, else none.
    mutating func set(_ topic: String, isOnline: Bool) -> [Message] {
        guard states.updateValue(isOnline, forKey: topic) != isOnline else { return [] }
        return [.availability(topic, isOnline: isOnline)]
    }
}
