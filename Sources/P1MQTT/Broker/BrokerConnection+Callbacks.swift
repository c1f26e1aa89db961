import CMosquitto
import P1MQTTMeter

/// What libmosquitto calls, on the broker thread: it notes what came in, and messages go to the inbox.
extension BrokerConnection {
    /// What the broker answered.
    enum Event: Sendable, Equatable {
        /// The answer to a subscription; the last one when no other is awaited.
        case answered(filter: String, isGranted: Bool, isLast: Bool, words: String? = nil)
        /// The end of the last of the subscriptions that were to end was confirmed.
        case unsubscribed
        /// The broker would not take a message on this topic (MQTT 5 only; older brokers say nothing).
        case rejected(topic: String, reason: String)
    }

    /// What explains the failure of a connection.
    struct Diagnosis {
        /// Code of the CONNACK, 0 for accepted.
        var connack: CInt?
        /// Why the connection ended, as libmosquitto or the broker put it.
        var disconnect: CInt?
        /// What the broker said beside either code.
        var words: String?
        /// First errors and warnings that libmosquitto logged before the broker accepted.
        var log: [String] = []
        /// OpenSSL's result on the broker's certificate, noted when libmosquitto logs a failure: afterwards it may
        /// have thrown the state of TLS away.
        var verification: (code: Int, text: String)?
    }

    private static func from(_ user: UnsafeMutableRawPointer?) -> BrokerConnection? {
        // The handle and thus its callbacks end before the object does: see `init`.
        user.map { Unmanaged<BrokerConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    static func setCallbacks(of handle: OpaquePointer) {
        mosquitto_connect_v5_callback_set(handle) { handle, user, code, _, properties in
            guard let connection = BrokerConnection.from(user) else { return }
            connection.diagnosis.connack = code
            connection.diagnosis.words = code == 0 ? nil : BrokerWords.read(properties)
            connection.limits.learn(from: properties)
            // From here on libmosquitto would format a line for each message that is sent.
            mosquitto_log_callback_set(handle, nil)
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, user, code, properties in
            guard let connection = BrokerConnection.from(user) else { return }
            connection.diagnosis.disconnect = code
            connection.diagnosis.words = connection.diagnosis.words ?? BrokerWords.read(properties)
        }
        mosquitto_publish_v5_callback_set(handle) { _, user, id, reason, properties in
            guard let connection = BrokerConnection.from(user), let done = connection.unconfirmed.removeValue(forKey: id),
                reason >= 0x80
            else { return }
            let why = reason == 0x95 ? connection.limits.tooLarge(done.message) : String(cString: mosquitto_reason_string(reason))
            let words = BrokerWords.read(properties).map { " (\($0.sanitised))" } ?? ""
            connection.events.append(.rejected(topic: done.message.topic, reason: why + words))
        }
        mosquitto_subscribe_v5_callback_set(handle) { _, user, id, count, granted, properties in
            guard let connection = BrokerConnection.from(user), let granted,
                let filter = connection.awaitedAnswers.removeValue(forKey: id)
            else { return }
            let isGranted = (0..<Int(count)).allSatisfy { granted[$0] < 0x80 }
            connection.events.append(
                .answered(
                    filter: filter, isGranted: isGranted, isLast: connection.awaitedAnswers.isEmpty,
                    words: isGranted ? nil : BrokerWords.read(properties)))
        }
        mosquitto_unsubscribe_callback_set(handle) { _, user, id in
            guard let connection = BrokerConnection.from(user), connection.awaitedEnds.remove(id) != nil,
                connection.awaitedEnds.isEmpty
            else { return }
            connection.events.append(.unsubscribed)
        }
        mosquitto_message_callback_set(handle) { _, user, message in
            guard let connection = BrokerConnection.from(user), let message = message?.pointee, let topic = message.topic
            else { return }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            connection.inbox.post(
                .message(.init(topic: String(cString: topic), payload: Array(payload), isRetained: message.retain)))
        }
        mosquitto_log_callback_set(handle) { handle, user, level, text in
            guard level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING) != 0, let text,
                let connection = BrokerConnection.from(user), connection.diagnosis.log.count < 4
            else { return }
            connection.diagnosis.log.append(String(cString: text))
            var verification: UnsafePointer<CChar>?
            let code = p1_tls_verify_result(handle, &verification)
            if let verification, connection.diagnosis.verification == nil {
                connection.diagnosis.verification = (Int(code), String(cString: verification))
            }
        }
    }
}
