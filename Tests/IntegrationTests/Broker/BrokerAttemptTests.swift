import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Attempts at the broker", .ownThreads) struct BrokerAttemptTests {
    /// The cause of a failure, `nil` when the broker accepted.
    private func attempt(
        port: Int, host: String = "broker.example", addresses: [String], limit: Int64 = 10_000,
        _ adapt: (inout MQTTSettings) -> Void = { _ in }
    ) -> MosquittoError.Cause? {
        var settings = MQTTSettings(host: host, port: port)
        adapt(&settings)
        let wake = WakeDescriptor()
        do throws(MosquittoError) {
            let connection = try BrokerConnection.connect(
                settings: settings, broker: settings.brokers[0], clientId: "attempt", will: nil, inbox: Inbox(wake: wake), limit: limit,
                wake: wake,
                lookUp: { _ in addresses }, isStopping: { false })
            #expect(connection != nil)
            try connection?.disconnect()
            return nil
        } catch {
            return error.cause
        }
    }

    // MARK: - Every address of a name

    @Test("an address where nobody listens is not the end, wherever it stands")
    func refused() async throws {
        let broker = try await MosquittoBroker.started()
        for addresses in [["127.0.0.2", "127.0.0.3", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["::1", "127.0.0.2", "127.0.0.1"]] {
            #expect(attempt(port: broker.port, addresses: addresses) == nil)
        }
        #expect(attempt(port: broker.port, addresses: ["127.0.0.2", "127.0.0.3"]) == .unreachable(errno: ECONNREFUSED))
        // With TLS too, whose first write takes the error of the socket.
        #expect(attempt(port: broker.port, addresses: ["127.0.0.2"]) { $0.tls.enabled = true } == .unreachable(errno: ECONNREFUSED))
    }

    @Test("nor is one that does not answer, or accepts and says nothing: each has its share of the time")
    func silent() async throws {
        let broker = try await MosquittoBroker.started()
        let gone = try Listener(port: broker.port, host: 2, backlog: 0)
        gone.fill()
        let silent = try Listener(port: broker.port, host: 3)
        #expect(attempt(port: broker.port, addresses: ["127.0.0.2", "127.0.0.3", "127.0.0.1"], limit: 3000) == nil)
        #expect(silent.hasClient)
        #expect(attempt(port: broker.port, addresses: ["127.0.0.2", "127.0.0.4"], limit: 600) == .unreachable(errno: ECONNREFUSED))
        #expect(
            attempt(port: broker.port, addresses: ["127.0.0.3", "127.0.0.2"], limit: 600) == .silent,
            "what somebody did says more than that nobody was there")
    }

    @Test("a broker that refuses this client is asked no second time")
    func refusedClient() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(config: "allow_anonymous false")
        let other = try Listener(port: broker.port, host: 2)
        #expect(attempt(port: broker.port, addresses: ["127.0.0.1", "127.0.0.2"]) == .refused(code: 5))
        #expect(!other.hasClient)
    }

    @Test("at each address the certificate has to be for the name of the host")
    func names() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:broker.example")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("server"))
        func cause(_ host: String) -> MosquittoError.Cause? {
            attempt(port: broker.port, host: host, addresses: ["127.0.0.2", "127.0.0.1"]) {
                $0.tls.enabled = true
                $0.tls.caFile = certificates.path("ca.crt")
            }
        }
        #expect(cause("broker.example") == nil)
        #expect(cause("other.example") == .tls(.wrongHostName))
        #expect(cause("127.0.0.1") == .tls(.wrongHostName))
    }

    @Test("the addresses of a name are those that the system knows, each once")
    func lookUp() throws {
        #expect(try BrokerConnection.addresses(of: BrokerAddress(host: "127.0.0.9", port: 1883)) == ["127.0.0.9"])
        #expect(try BrokerConnection.addresses(of: BrokerAddress(host: "::1", port: 1883)) == ["::1"])
        #expect(try BrokerConnection.addresses(of: BrokerAddress(host: "localhost", port: 1883)).contains("127.0.0.1"))
    }

    // MARK: - What is read for each attempt

    @Test("a password that is corrected in its file is used without a restart, and a file that is gone is named")
    func passwordFile() async throws {
        let broker = try MosquittoBroker()
        try broker.setPasswords(["meter": "right"])
        try await broker.start(config: broker.passwordConfig)
        let file = try broker.folder.write("hunter1\n", to: "my-password")
        let running = RunningService(port: broker.port) {
            $0.username = "meter"
            $0.password = Secret("read at the start")
            $0.passwordFile = file
        }
        try await running.waitForFailure("not authorised")
        try FileManager.default.removeItem(atPath: file)
        try await running.waitForFailure("\(file) (mqtt.passwordFile) cannot be read: No such file or directory")
        _ = try broker.folder.write("", to: "my-password")
        try await running.waitForFailure("(mqtt.passwordFile) is empty; correct it; it is read again for each attempt")
        _ = try broker.folder.write("right\r\n", to: "my-password")
        try await running.waitUntilConnected()
        #expect(!"\(running.events)".contains("hunter1"))
        try await running.shutDown()
    }

    // MARK: - What is no broker

    @Test(
        "what answers in the place of a broker is named",
        arguments: [
            ("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", "is a web server (HTTP/1.1 400 No), not an MQTT broker; check mqtt.host"),
            ("SSH-2.0-OpenSSH_9.2p1\r\n", "answers, but not as an MQTT broker (SSH-2.0-OpenSSH_9.2p1); check"),
            ("\u{15}\u{3}\u{3}\0\u{2}\u{2}F", "speaks TLS only; set mqtt.tls.enabled"),
        ])
    func foreign(_ answer: String, _ text: String) async throws {
        let listener = try Listener()
        let running = RunningService(port: listener.port)
        try await eventually("a client") { listener.hasClient }
        listener.answer(Array(answer.utf8))
        try await running.waitForFailure(text)
        try await running.shutDown()
    }

    @Test("nor is a web server behind TLS, or a port without TLS")
    func foreignWithTLS() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "DNS:localhost")
        let server = try await TLSServer(certificates, "server")
        let secure = RunningService(port: server.port) {
            $0.host = "localhost"
            $0.tls.enabled = true
            $0.tls.caFile = certificates.path("ca.crt")
        }
        try await eventually("CONNECT") { server.received.firstRange(of: Data("MQTT".utf8)) != nil }
        server.send(Array(("HTTP/1.1 400 Bad Request\r\n\r\n" + String(repeating: "x", count: 100)).utf8))
        try await secure.waitForFailure("answers, but not as an MQTT broker; check mqtt.host and mqtt.port")
        try await secure.shutDown()

        let listener = try Listener()
        let plain = RunningService(port: listener.port) { $0.tls.enabled = true }
        try await eventually("a client") { listener.hasClient }
        listener.answer(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        try await plain.waitForFailure("does not speak TLS; set mqtt.tls.enabled to false")
        try await plain.shutDown()
    }
}
