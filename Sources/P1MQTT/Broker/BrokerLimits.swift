import CMosquitto
import P1MQTTMeter

/// How much a broker takes: what it says when it accepts, and otherwise what brokers take by default.
struct BrokerLimits: Equatable {
    /// Messages that may wait for its confirmation at the same time. It loses more than that, and some confirm what they
    /// lose (mosquitto with MQTT 3.1.1 and quality of service 2).
    private(set) var window: Int
    /// The highest quality of service.
    private(set) var qos: CInt
    /// What earlier connections showed of it.
    private let knownQoS: CInt
    /// Bytes of a packet; `nil` where it did not say.
    private(set) var packet: Int?

    /// The default of mosquitto and others, which MQTT 3.1.1 cannot tell.
    private static let usualWindow = 20
    /// More brings nothing, whatever the broker takes.
    private static let largestWindow = 1000

    /// - Parameter qos: what earlier connections showed.
    init(version: MQTTVersion, qos: CInt = 2) {
        window = version == .v5 ? Self.largestWindow : Self.usualWindow
        self.qos = qos
        knownQoS = qos
    }

    /// Takes what the broker said: properties of the CONNACK of MQTT 5.
    /// - Parameters:
    ///   - receiveMaximum: messages under way; 0 is against the protocol.
    ///   - maximumQoS: 0 or 1; a broker that takes 2 says nothing.
    ///   - maximumPacket: bytes.
    mutating func learn(receiveMaximum: UInt16?, maximumQoS: UInt8?, maximumPacket: UInt32?) {
        if let receiveMaximum { window = min(max(1, Int(receiveMaximum)), Self.largestWindow) }
        if let maximumQoS { qos = min(knownQoS, CInt(maximumQoS)) }
        if let maximumPacket { packet = Int(maximumPacket) }
    }

    /// Why a message cannot be sent, and what to do.
    func tooLarge(_ message: Message) -> String {
        let size = message.topic.utf8.count + message.payload.count
        return "with \(size) bytes it is larger than the broker takes\(packet.map { " (\($0))" } ?? ""); \(Self.packetRemedy)"
    }

    static let packetRemedy = "raise the limit in the broker's configuration (mosquitto: max_packet_size, message_size_limit)"
}

extension BrokerLimits {
    /// Takes what stands in the properties of a CONNACK.
    mutating func learn(from properties: OpaquePointer?) {
        var (window, qos, packet) = (UInt16(0), UInt8(0), UInt32(0))
        // Each returns NULL where the property is not there, which it is not in MQTT 3.1.1.
        let hasWindow = mosquitto_property_read_int16(properties, CInt(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), &window, false) != nil
        let hasQoS = mosquitto_property_read_byte(properties, CInt(MQTT_PROP_MAXIMUM_QOS.rawValue), &qos, false) != nil
        let hasPacket = mosquitto_property_read_int32(properties, CInt(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), &packet, false) != nil
        learn(
            receiveMaximum: hasWindow ? window : nil, maximumQoS: hasQoS ? qos : nil, maximumPacket: hasPacket ? packet : nil)
    }
}
