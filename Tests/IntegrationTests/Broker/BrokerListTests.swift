import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("A list of brokers", .ownThreads) struct BrokerListTests {
    private func service(_ ports: [Int], _ adapt: (inout MQTTSettings) -> Void = { _ in }) -> RunningService {
        RunningService(port: 1) {
            $0.hosts = ports.map { BrokerHost("127.0.0.1", port: $0) }
            $0.username = "meter"
            $0.password = Secret("right")
            adapt(&$0)
        }
    }

    private func log(_ service: RunningService) -> String { service.log.withLock { $0.joined(separator: "\n") } }

    @Test("one that refuses the connection, and one that refuses the login, are named, and the next one is tried") func refusing()
        async throws
    {
        let nobody = try freePort()
        let strict = try MosquittoBroker()
        try strict.setPasswords(["meter": "other"])
        try await strict.start(config: strict.passwordConfig)
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = service([nobody, strict.port, broker.port])
        running.outbox.post([.value("p1/a", "1")])
        try await subscriber.waitFor("p1/a", "1")
        let log = log(running)
        #expect(
            log.contains(
                "127.0.0.1:\(nobody): cannot be reached (Connection refused); is the broker running, and is mqtt.port right?; "
                    + "127.0.0.1:\(strict.port) is tried next"), "\(log)")
        #expect(log.contains("127.0.0.1:\(strict.port): refused the connection: not authorised; check mqtt.username"), "\(log)")
        #expect(log.contains("; 127.0.0.1:\(broker.port) is tried next"), "\(log)")
        try await eventually("who took it; \(running.events)") {
            running.events.contains(.connected(to: BrokerAddress(host: "127.0.0.1", port: broker.port)))
        }
        try await running.shutDown()
    }

    @Test("one that accepts and says nothing costs its time, and the next one is tried") func hanging() async throws {
        let silent = try Listener()
        let broker = try await MosquittoBroker.started()
        let running = service([silent.port, broker.port])
        try await running.waitForFailure("does not answer as an MQTT broker", within: .seconds(30))
        try await running.waitUntilConnected()
        try await running.shutDown()
    }

    @Test("one that is killed is left for the next, with all state, and taken again when that one is gone") func killed() async throws {
        let (first, second) = (try await MosquittoBroker.started(), try await MosquittoBroker.started())
        let running = service([first.port, second.port])
        running.outbox.post([.value("p1/a", "1", qos: 1)])
        try await running.waitUntilConnected()
        first.kill()
        let elsewhere = try await Subscriber(port: second.port)
        try await elsewhere.waitFor("p1/a", "1")
        try await elsewhere.waitFor(RunningService.bridgeState, "online")
        try await first.start()
        second.kill()
        let back = try await Subscriber(port: first.port)
        try await back.waitFor("p1/a", "1")
        #expect(running.inbox.counters.connections == 3)
        try await running.shutDown()
        try await back.waitFor(RunningService.bridgeState, "offline")
    }

    @Test("bridge/info names the one that is connected, and check tries each") func program() async throws {
        let nobody = try freePort()
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let configuration = """
            {"mqtt": {"host": ["127.0.0.1:\(nobody)", "127.0.0.1"], "port": \(broker.port)}, "meters": [\(Program.emulator())]}
            """
        let program = try Program(["run"], configuration: configuration)
        try await subscriber.waitUntil("bridge/info") { arrivals in
            arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains("\"broker\":\"127.0.0.1:\(broker.port)\"") }
        }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        let check = try await Program.run(["check", "--connect"], configuration: configuration)
        #expect(check.code == 1)
        #expect(check.output.contains("MQTT broker 127.0.0.1:\(nobody): cannot be reached"), "\(check.output)")
        #expect(check.output.contains("Broker 127.0.0.1:\(broker.port): connected"), "\(check.output)")
        let clean = try await Program.run(["discovery", "clean", "--dry-run"], configuration: configuration)
        #expect(clean.code == 0 && clean.log.contains("127.0.0.1:\(nobody): cannot be reached"), "\(clean)")
    }
}
