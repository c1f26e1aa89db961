import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker

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
        #expect(TLSFault(verification: nil, log: []) == .other("the handshake failed"))
    }
}
