import CMosquitto
import Glibc

/// What a broker of MQTT 5 adds to its answers in words; one of an earlier version has no properties.
enum BrokerWords {
    /// Its reason, and the other server that it names, if any.
    static func read(_ properties: OpaquePointer?) -> String? {
        let reason = text(properties, MQTT_PROP_REASON_STRING)
        let server = text(properties, MQTT_PROP_SERVER_REFERENCE).map { "it names the server \($0)" }
        let words = [reason, server].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }

    private static func text(_ properties: OpaquePointer?, _ property: mqtt5_property) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard mosquitto_property_read_string(properties, CInt(property.rawValue), &value, false) != nil, let value else { return nil }
        defer { free(value) }
        return value.pointee == 0 ? nil : String(cString: value)
    }
}
