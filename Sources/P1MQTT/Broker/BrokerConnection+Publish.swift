import CMosquitto
import P1MQTTMeter

/// Messages on their way into libmosquitto.
extension BrokerConnection {
    /// Makes one message wait for the next `write`. One that is to be forgotten by now is not sent: the broker has forgotten it.
    /// - Parameter now: monotonic milliseconds.
    /// - Returns: `nil`, or why this message can never be sent; the connection is well then.
    func publish(_ message: Message, at now: Int64) throws(MosquittoError) -> String? {
        guard message.expiresAt > now else { return nil }
        var id: CInt = 0
        let qos = min(message.qos, limits.qos)
        let code = message.payload.withUnsafeBytes { bytes in
            mosquitto_publish_v5(
                handle, &id, message.topic, CInt(bytes.count), bytes.baseAddress, qos, message.retain, list(for: message, at: now))
        }
        switch code {
        case CInt(MOSQ_ERR_SUCCESS.rawValue):
            if qos > 0 {
                handedOver += 1
                unconfirmed[id] = (handedOver, message)
            }
            return nil
        case CInt(MOSQ_ERR_OVERSIZE_PACKET.rawValue):
            return limits.tooLarge(message)
        case CInt(MOSQ_ERR_INVAL.rawValue), CInt(MOSQ_ERR_PAYLOAD_SIZE.rawValue),
            CInt(MOSQ_ERR_MALFORMED_UTF8.rawValue), CInt(MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue):
            return String(cString: mosquitto_strerror(code))
        default:
            try check("mosquitto_publish", code)
            return nil
        }
    }

    private func list(for message: Message, at now: Int64) -> OpaquePointer? {
        // A deletion says nothing of what it deletes.
        guard let properties, !message.payload.isEmpty else { return nil }
        let lifetime = message.expiresAt == .max ? nil : UInt32(clamping: (message.expiresAt - now + 999) / 1000)
        return properties.list(for: message.content, lifetime: lifetime)
    }
}
