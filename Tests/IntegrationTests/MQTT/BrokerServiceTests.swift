import Foundation
import Testing

@testable import P1MQTT

@Suite("Broker service against mosquitto") struct BrokerServiceTests {
    @Test("publishes what is posted, and says offline at a graceful shutdown")
    func publishes() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/a", "1"), .value("p1/b", "2", qos: 1), .value("p1/c", "3", qos: 2)])
        try await subscriber.waitFor("p1/c", "3")
        #expect(subscriber.newest == ["p1/bridge/state": "online", "p1/a": "1", "p1/b": "2", "p1/c": "3"])
        try await running.shutDown()
        try await subscriber.waitFor("p1/bridge/state", "offline")
        let late = try await Subscriber(port: broker.port)
        try await late.waitFor("p1/bridge/state", "offline")
        #expect(!late.arrivals.contains { !$0.isRetained })
    }

    @Test("speaks MQTT 5 and names a topic that the broker would not take")
    func version5() async throws {
        let broker = try MosquittoBroker()
        let access = broker.folder.appendingPathComponent("access").path
        try "topic readwrite p1/#\n".write(toFile: access, atomically: true, encoding: .utf8)
        try await broker.start(config: "allow_anonymous true\nacl_file \(access)")
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port) { $0.version = .v5 }
        running.outbox.post([.value("other/a", "1", qos: 1), .value("p1/b", "2", qos: 1)])
        try await subscriber.waitFor("p1/b", "2")
        try await eventually("a rejection") { running.service.counters.rejected == 1 }
        try await running.shutDown()
    }

    @Test("a message that MQTT cannot carry is counted and stops nothing")
    func unsendable() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/+", "1"), .value("p1/b", "2")])
        try await subscriber.waitFor("p1/b", "2")
        #expect(running.service.counters.rejected == 1)
        try await running.shutDown()
    }

    @Test("hands over what it subscribed to, retained messages before it says that it is subscribed")
    func subscriptions() async throws {
        let broker = try await MosquittoBroker.started()
        let first = RunningService(port: broker.port, clientId: "first")
        first.outbox.post([.value("p1/json", "{}", qos: 1)])
        try await eventually("the document") { first.outbox.counters.published == 1 }
        try await first.shutDown()

        let second = RunningService(
            port: broker.port, clientId: "second", subscriptions: [("p1/json", 1), ("ha/status", 0)])
        try await eventually("the answers") { second.states.withLock { $0 == [.connected, .subscribed] } }
        try await eventually("the document") { second.received.withLock { $0 == ["p1/json={} (retained)"] } }
        second.outbox.post([Message(topic: "ha/status", text: "online", qos: 0, retain: false, kind: .event)])
        try await eventually("the status") { second.received.withLock { $0.last == "ha/status=online" } }
        try await second.shutDown()
    }

    @Test("deletes what is forgotten")
    func forget() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/a", "1"), .value("p1/b", "2")])
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitFor("p1/b", "2")
        running.outbox.forget(["p1/a"])
        try await subscriber.waitFor("p1/a", "")
        let late = try await Subscriber(port: broker.port)
        try await late.waitFor("p1/b", "2")
        #expect(late.payloads(of: "p1/a").isEmpty)
        try await running.shutDown()
    }

    @Test("what waits at a shutdown is still published, and the farewell comes last")
    func flush() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        try await running.waitUntilConnected()
        running.outbox.post((0..<3000).map { .value("p1/\($0)", "1", qos: 1) })
        try await running.shutDown()
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(Set(subscriber.arrivals.map(\.topic)).count == 3001)
        #expect(subscriber.arrivals.last?.payload == "offline")
    }

    @Test("a connection that ends without a goodbye lets the will speak")
    func will() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        var settings = MQTTSettings()
        settings.host = "127.0.0.1"
        settings.port = broker.port
        let will = Message(topic: "p1/bridge/state", text: "offline", qos: 1, retain: true, kind: .bridge)
        let wake = WakeDescriptor()
        var connection = try BrokerConnection.connect(
            settings: settings, clientId: "gone", will: will, limit: 10_000, wake: wake, isStopping: { false })
        #expect(connection?.socket ?? -1 >= 0)
        connection = nil
        try await subscriber.waitFor("p1/bridge/state", "offline")
    }

    @Test("two clients with the same id: the one that is thrown out says why")
    func sameClientId() async throws {
        let broker = try await MosquittoBroker.started()
        let first = RunningService(port: broker.port, clientId: "same") { $0.version = .v5 }
        try await first.waitUntilConnected()
        let second = RunningService(port: broker.port, clientId: "same") { $0.version = .v5 }
        try await first.waitForFailure("another client uses this client id")
        try await second.shutDown()
        try await first.shutDown()
    }
}
