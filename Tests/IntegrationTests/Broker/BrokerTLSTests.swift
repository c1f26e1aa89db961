import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
import P1MQTTSystem
import TestSupport

@Suite("TLS to the broker", .ownThreads) struct BrokerTLSTests {
    private func probe(
        _ broker: MosquittoBroker, host: String = "localhost", _ adapt: (inout TLSSettings) -> Void
    ) async -> BrokerProbe.Outcome {
        var settings = MQTTSettings()
        settings.host = host
        settings.port = broker.port
        settings.tls.enabled = true
        adapt(&settings.tls)
        return await BrokerProbe.run(settings: settings, broker: settings.brokers[0], clientId: "probe")
    }

    private func cause(_ outcome: BrokerProbe.Outcome) -> MosquittoError.Cause? {
        if case .failed(let error) = outcome { error.cause } else { nil }
    }

    @Test("a certificate of the given authority is trusted, any other is not")
    func trust() async throws {
        let (ours, theirs) = (try Certificates(), try Certificates())
        try ours.issue("server", for: "DNS:localhost")
        let broker = try MosquittoBroker()
        try await broker.start(config: ours.listenerConfig("server"))
        let trusted = await probe(broker) { $0.caFile = ours.path("ca.crt") }
        guard case .connected(let version) = trusted else { return #expect(trusted == .connected(version: nil)) }
        #expect(version?.hasPrefix("mosquitto version") == true)

        let foreign = await probe(broker) { $0.caFile = theirs.path("ca.crt") }
        guard case .tls(.notTrusted) = cause(foreign) else { return #expect(cause(foreign) == nil) }
        let system = await probe(broker) { _ in }
        guard case .tls(.notTrusted) = cause(system) else { return #expect(cause(system) == nil) }
        let unverified = await probe(broker) { $0.verify = false }
        #expect(cause(unverified) == nil)
    }

    @Test("a certificate for another host is refused, unless nothing is to be verified")
    func wrongHost() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:broker.example")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server"))
        let strict = await probe(broker) { $0.caFile = certificates.path("ca.crt") }
        #expect(cause(strict) == .tls(.wrongHostName))
        let byAddress = await probe(broker, host: "127.0.0.1") { $0.caFile = certificates.path("ca.crt") }
        #expect(cause(byAddress) == .tls(.wrongHostName))
        let lax = await probe(broker) {
            $0.caFile = certificates.path("ca.crt")
            $0.verify = false
        }
        #expect(cause(lax) == nil)
    }

    @Test("an expired certificate is called that")
    func expired() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost", days: -1)
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server"))
        let outcome = await probe(broker) { $0.caFile = certificates.path("ca.crt") }
        #expect(cause(outcome) == .tls(.expired))
    }

    @Test("a broker that asks for a certificate gets one, and without one the user reads why")
    func clientCertificate() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        try certificates.issue("client", for: "DNS:meter")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server", requireClient: true))
        let with = await probe(broker) {
            $0.caFile = certificates.path("ca.crt")
            $0.certificateFile = certificates.path("client.crt")
            $0.keyFile = certificates.path("client.key")
        }
        #expect(cause(with) == nil)
        let without = await probe(broker) { $0.caFile = certificates.path("ca.crt") }
        // The broker resets the connection together with its alert; which of the two is seen is a race on the way.
        guard case .failed(let error) = without else { return #expect(without == .connected(version: "an error")) }
        #expect(error.description.contains("mqtt.tls.certificateFile"))
    }

    @Test("files that cannot be used are named")
    func files() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server"))
        let missing = await probe(broker) { $0.caFile = "/nowhere/ca.crt" }
        #expect(
            cause(missing) == .unreadableFile(path: "/nowhere/ca.crt", setting: "mqtt.tls.caFile", errno: 2))
        let noCertificate = await probe(broker) { $0.caFile = certificates.path("server.key") }
        guard case .tls(.other(let text)) = cause(noCertificate) else {
            return #expect(cause(noCertificate) == nil)
        }
        #expect(text.contains("server.key"))
    }

    @Test("TLS to a plain port and plain to a TLS port end soon, with the remedy")
    func mixedUp() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        let secure = try MosquittoBroker()
        try await secure.start(config: certificates.listenerConfig("server"))
        let plain = try await MosquittoBroker.started()
        for (broker, enabled) in [(secure, false), (plain, true)] {
            let start = ContinuousClock.now
            let outcome = await probe(broker) { $0.enabled = enabled }
            guard case .failed(let error) = outcome else { return #expect(cause(outcome) != nil) }
            #expect(error.description.contains("mqtt.port"))
            #expect(ContinuousClock.now - start < .seconds(9))
        }
    }

    @Test("a renewed authority is read at the next attempt, without a restart")
    func renewed() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server"))
        let file = certificates.path("trusted.crt")
        let others = try Certificates()
        try String(contentsOfFile: others.path("ca.crt"), encoding: .utf8)
            .write(toFile: file, atomically: true, encoding: .utf8)
        let running = RunningService(port: broker.port) {
            $0.host = "localhost"
            $0.tls.enabled = true
            $0.tls.caFile = file
        }
        try await running.waitForFailure("its certificate is not trusted")
        try String(contentsOfFile: certificates.path("ca.crt"), encoding: .utf8)
            .write(toFile: file, atomically: true, encoding: .utf8)
        try await running.waitUntilConnected()
        running.outbox.post((0..<2000).map { .value("p1/\($0)", String(repeating: "x", count: 500), qos: 1) })
        try await eventually("everything confirmed; \(running.outbox.counters)") {
            running.outbox.counters.pending == 0
        }
        try await running.shutDown()
    }

    @Test("two messages in one TLS record are both taken at once, however many packets were sent before")
    func oneRecord() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        let server = try await TLSServer(certificates, "server")
        let running = RunningService(port: server.port) {
            $0.host = "localhost"
            $0.tls.enabled = true
            $0.tls.caFile = certificates.path("ca.crt")
        }
        try await eventually("CONNECT") { server.received.firstRange(of: Data("MQTT".utf8)) != nil }
        server.send([0x20, 2, 0, 0])  // CONNACK: accepted
        try await running.waitUntilConnected()
        // Each packet makes libmosquitto write to a socket that nobody reads; it is full after some 280.
        running.outbox.post((0..<300).map { .value("p1/v/\($0)", "1") })
        try await eventually("the last packet") { server.received.firstRange(of: Data("p1/v/299".utf8)) != nil }
        // PUBLISH of "a" and "b" with quality of service 1 and the ids 1 and 2.
        server.send([0x32, 6, 0, 1, 0x61, 0, 1, 0x31, 0x32, 6, 0, 1, 0x62, 0, 2, 0x32])
        try await eventually("both messages; \(running.received)", within: .seconds(3)) {
            running.received == ["a=1", "b=2"]
        }
        try await eventually("their acknowledgements") { server.received.suffix(8) == Data([0x40, 2, 0, 1, 0x40, 2, 0, 2]) }
        try await running.shutDown()
    }
}
