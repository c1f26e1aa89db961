import CMosquitto
import P1MQTTMeter

/// The properties that messages carry with MQTT 5, as lists of libmosquitto. Messages of the same content have the same list, made
/// once: a telegram brings no content that the one before it did not have.
final class MessageProperties {
    private var lists: [MessageContent: Entry] = [:]

    private struct Entry {
        var list: OpaquePointer?
        /// Seconds after which the broker forgets the message; `nil`: never.
        var lifetime: UInt32?
    }

    deinit {
        for entry in lists.values { Self.free(entry.list) }
    }

    /// The list for a message; valid until the next call for a message of the same content.
    /// - Parameter lifetime: seconds that the message has left; almost always those of the message before.
    func list(for content: MessageContent, lifetime: UInt32?) -> OpaquePointer? {
        if let known = lists[content] {
            if known.lifetime == lifetime { return known.list }
            Self.free(known.list)
        }
        let new = Entry(list: Self.make(content, lifetime), lifetime: lifetime)
        lists[content] = new
        return new.list
    }

    /// What cannot be added, for want of memory, is left out: the payload alone is what matters.
    private static func make(_ content: MessageContent, _ lifetime: UInt32?) -> OpaquePointer? {
        var list: OpaquePointer?
        if content.format != .bytes {
            mosquitto_property_add_byte(&list, CInt(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR.rawValue), 1)
        }
        if let lifetime { mosquitto_property_add_int32(&list, CInt(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), lifetime) }
        if content.format == .json { mosquitto_property_add_string(&list, CInt(MQTT_PROP_CONTENT_TYPE.rawValue), "application/json") }
        let user = CInt(MQTT_PROP_USER_PROPERTY.rawValue)
        if let unit = content.unitText { mosquitto_property_add_string_pair(&list, user, "unit", unit) }
        for code in content.codes { mosquitto_property_add_string_pair(&list, user, "obis", code) }
        return list
    }

    private static func free(_ list: OpaquePointer?) {
        var list = list
        mosquitto_property_free_all(&list)
    }
}
