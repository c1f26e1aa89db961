import Logging
import P1MQTTMeter

extension Logger {
    /// Tells the user what the session with the broker reports.
    func log(_ report: Session.Report, broker: BrokerAddress, clientId: String) {
        switch report {
        case .outage(.connected, let suffix):
            info("connected to the MQTT broker\(suffix)", metadata: ["broker": "\(broker)"])
        case .outage(.failed(let error), let suffix):
            warning("\(error)\(suffix)")
        case .outage(.recovered(let failures, let outage), let suffix):
            notice(
                "connected to the MQTT broker again\(suffix)",
                metadata: ["broker": "\(broker)", "failures": "\(failures)", "seconds": "\(outage / 1000)"])
        case .outage(.unstable(let error), let suffix):
            warning(
                """
                \(error), seconds after each connect; does another client use the same mqtt.clientId, is a topic forbidden, or a message \
                larger than the broker takes (mosquitto: max_packet_size; with mqtt.version "5" it is named)?\(suffix)
                """,
                metadata: ["clientId": "\(clientId)"])
        case .refusedSubscription(let filter, let words):
            let why = words.map { " (\($0.sanitised))" } ?? ""
            warning("the MQTT broker refused a subscription\(why); check what this user may read", metadata: ["topic": "\(filter)"])
        case .refusedMessage(let topic, let reason):
            warning("a message was not accepted: \(reason)", metadata: ["topic": "\(topic)"])
        }
    }
}
