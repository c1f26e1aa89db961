import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Errors of the broker") struct MosquittoErrorTests {
    @Test(
        "name the broker, what is wrong and what to do",
        arguments: [
            (MosquittoError.Cause.refused(code: 5), ["not authorised", "mqtt.username", "mqtt.passwordFile"]),
            (.refused(code: 0x86), ["password is wrong", "mqtt.password"]),
            (.refused(code: 1), ["mqtt.version"]),
            (.unknownHost("Name or service not known"), ["Name or service not known", "mqtt.host"]),
            (.unreachable(errno: ECONNREFUSED), ["Connection refused", "mqtt.port"]),
            (.noAnswer, ["does not answer", "firewalls"]),
            (.closedBeforeAccept, ["mqtt.tls.enabled"]),
            (.notMQTT(.web("HTTP/1.1 400 Bad Request")), ["web server", "400 Bad Request", "mqtt.port"]),
            (.notMQTT(.tls), ["TLS only", "mqtt.tls.enabled"]),
            (.tls(.notTLS), ["does not speak TLS", "mqtt.tls.enabled", "mqtt.port"]),
            (.unusableFile(path: "/x", setting: "mqtt.passwordFile", reason: "is empty"), ["/x (mqtt.passwordFile) is empty", "again"]),
            (.dismissed(code: 0x95), ["max_packet_size"]),
            (.tls(.expired), ["has expired", "clock"]),
            (.tls(.notTrusted("self-signed certificate")), ["self-signed", "mqtt.tls.caFile"]),
            (.tls(.wrongHostName), ["another host name", "mqtt.host"]),
            (.unreadableFile(path: "/x", setting: "mqtt.tls.caFile", errno: ENOENT), ["/x", "No such file"]),
            (.dismissed(code: 0x8E), ["mqtt.clientId"]),
        ])
    func text(_ cause: MosquittoError.Cause, _ parts: [String]) {
        let text = MosquittoError(broker: "nas:8883", cause: cause).description
        #expect(text.hasPrefix("MQTT broker nas:8883: "))
        for part in parts { #expect(text.contains(part)) }
    }

    @Test(
        "what answers in the place of a broker is known by its first bytes",
        arguments: [
            (Array("HTTP/1.0 400 Bad Request\r\nServer: x".utf8), ForeignAnswer.web("HTTP/1.0 400 Bad Request")),
            (Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), .other("SSH-2.0-OpenSSH_9.2")), ([0x15, 3, 1, 0, 2, 2, 70], .tls),
            ([0x48], .other("H")), ([0x30, 0, 1, 2], .other(nil)), ([0x0A], .other(nil)), ([0x20], nil), ([0x20, 2, 0, 0], nil),
        ] as [([UInt8], ForeignAnswer?)])
    func answer(_ bytes: [UInt8], _ answer: ForeignAnswer?) {
        #expect(ForeignAnswer(bytes) == answer)
    }

    @Test("what a broker says of its limits is kept, within reason") func limits() {
        var limits = BrokerLimits(version: .v311)
        limits.learn(receiveMaximum: nil, maximumQoS: nil, maximumPacket: nil)
        #expect(limits.window == 20 && limits.qos == 2 && limits.packet == nil)
        limits = BrokerLimits(version: .v5)
        #expect(limits.window == 1000)
        limits.learn(receiveMaximum: 5, maximumQoS: 0, maximumPacket: 1000)
        #expect(limits.window == 5 && limits.qos == 0)
        let text = limits.tooLarge(.availability("p1/a", isOnline: true))
        #expect(text.hasPrefix("with 10 bytes it is larger than the broker takes (1000); raise"))
        limits.learn(receiveMaximum: 65535, maximumQoS: 1, maximumPacket: nil)
        #expect(limits.window == 1000 && limits.qos == 1)
        limits.learn(receiveMaximum: 0, maximumQoS: nil, maximumPacket: nil)
        #expect(limits.window == 1, "0 is against the protocol")
    }

    @Test("of TLS come from OpenSSL's verification first, from the log of libmosquitto otherwise")
    func tls() {
        let failed = ["OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"]
        #expect(TLSFault(verification: (10, "certificate has expired"), log: failed) == .expired)
        #expect(TLSFault(verification: (18, "self-signed"), log: failed) == .notTrusted("self-signed"))
        #expect(TLSFault(verification: nil, log: failed) == .notTrusted("certificate verify failed"))
        #expect(
            TLSFault(verification: (0, "ok"), log: ["Error: host name verification failed."] + failed) == .wrongHostName
        )
        let alert = ["OpenSSL Error[0]: error:0A00045C:SSL routines::tlsv13 alert certificate required"]
        #expect(
            TLSFault(verification: (0, "ok"), log: alert) == .clientCertificate("tlsv13 alert certificate required"))
        let plain = ["OpenSSL Error[0]: error:0A00010B:SSL routines::wrong version number"]
        #expect(TLSFault(verification: (0, "ok"), log: plain) == .notTLS)
        #expect(TLSFault(verification: nil, log: []) == .other("the handshake failed"))
    }
}
