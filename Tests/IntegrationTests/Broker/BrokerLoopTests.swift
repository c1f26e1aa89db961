import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Broker thread against mosquitto", .ownThreads) struct BrokerLoopTests {
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

    @Test("speaks MQTT 5")
    func version5() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port, subscriptions: [.init("p1/set")]) { $0.version = .v5 }
        running.outbox.post((0..<100).map { .value("p1/\($0)", "1", qos: CInt($0 % 3)) })
        try await subscriber.waitUntil("all") { Set($0.map(\.topic)).count == 101 }
        #expect(broker.log.contains("as p1mqtt-test (p5,"))
        try await running.shutDown()
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(running.inbox.counters == BrokerCounters(connections: 1, failures: 0, rejected: 0))
    }

    @Test("a message that MQTT cannot carry is counted and stops nothing")
    func unsendable() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/+", "1"), .value("p1/b", "2")])
        try await subscriber.waitFor("p1/b", "2")
        try await eventually("one is counted") { running.inbox.counters.rejected == 1 }
        try await running.shutDown()
    }

    @Test("hands over what it subscribed to")
    func subscriptions() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port, subscriptions: [.init("p1/json"), .init("ha/status", qos: 0)])
        try await running.waitUntilConnected()
        running.outbox.post([
            Message(topic: "ha/status", text: "online", qos: 0, retain: false, kind: .passing), .value("p1/other", "1"),
            .value("p1/json", "{}"),
        ])
        try await eventually("both; \(running.events)") { running.received == ["ha/status=online", "p1/json={}"] }
        try await running.shutDown()
        #expect(running.events.first == .connected(to: BrokerAddress(host: "127.0.0.1", port: broker.port)))
    }

    @Test("what an earlier run left comes before the end of the recall, on the first connection only")
    func recall() async throws {
        let broker = try await MosquittoBroker.started()
        let first = RunningService(port: broker.port, clientId: "first")
        first.outbox.post([.value("p1/a/json", "{}", qos: 1), .value("p1/json", "{1}", qos: 1), .value("p1/v", "1", qos: 1)])
        try await eventually("the documents") { first.isConnected && first.outbox.isEmpty }
        try await first.shutDown()

        let second = RunningService(port: broker.port, clientId: "second", recall: ["p1/json", "p1/+/json"])
        try await eventually("the end of the recall; \(second.events)") { second.events.contains(.recalled) }
        #expect(second.received.sorted() == ["p1/a/json={} (retained)", "p1/json={1} (retained)"])
        #expect(second.events.last == .recalled)
        second.outbox.post([.value("p1/json", "{2}", qos: 1)])
        try await eventually("its confirmation") { second.outbox.isEmpty }
        broker.kill()
        try await second.waitForFailure(":\(broker.port)")
        try await broker.start()
        try await second.waitUntilConnected()
        try await second.shutDown()
        #expect(second.received.count == 2, "the subscriptions have ended")
        #expect(second.events.count { $0 == .recalled } == 1)
    }

    @Test("at the end every availability says offline, and the program itself last")
    func farewell() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        let topics = ["p1/availability", "p1/mbus/1/availability"]
        running.outbox.post(topics.map { .availability($0, isOnline: true) } + [.value("p1/a", "1")])
        try await subscriber.waitFor("p1/a", "1")
        try await running.shutDown()
        try await subscriber.waitFor(RunningService.bridgeState, "offline")
        #expect(subscriber.arrivals.suffix(3).map(\.topic) == topics + [RunningService.bridgeState])
        #expect(subscriber.arrivals.suffix(3).allSatisfy { $0.payload == "offline" } as Bool)
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
            settings: settings, broker: settings.brokers[0], clientId: "gone", will: will, inbox: Inbox(wake: wake), limit: 10_000,
            wake: wake,
            isStopping: { false })
        #expect(connection?.socket ?? -1 >= 0)
        connection = nil
        try await subscriber.waitFor("p1/bridge/state", "offline")
    }

    @Test("two clients with the same id throw each other out, and the user reads once what it looks like")
    func sameClientId() async throws {
        let broker = try await MosquittoBroker.started()
        let (first, second) = (
            RunningService(port: broker.port, clientId: "same"), RunningService(port: broker.port, clientId: "same")
        )
        for running in [first, second] {
            try await eventually("many rounds") { running.inbox.counters.failures > 6 }
            let lines = running.log.withLock { $0 }
            #expect(lines.count { $0.contains("does another client use the same mqtt.clientId") } == 1)
            #expect(lines.count < 8)
        }
        try await first.shutDown()
        try await second.shutDown()
    }

    @Test("what a broker of MQTT 5 refuses is reported, and its goodbye is quoted")
    func refusals() async throws {
        // mosquitto 2.0.11 never says these, so a script does.
        let listener = try Listener()
        let running = RunningService(port: listener.port, subscriptions: [.init("p1/set")]) { $0.version = .v5 }
        try await eventually("a client") { listener.hasClient }
        listener.answer([
            0x20, 3, 0, 0, 0,  // CONNACK: accepted
            0x90, 4, 0, 1, 0, 0x87,  // SUBACK of the first packet: not authorised
            0x40, 3, 0, 2, 0x87,  // PUBACK of the second: not authorised
            0xE0, 1, 0x8E,  // DISCONNECT: session taken over
        ])
        try await running.waitForFailure("another client uses this client id")
        #expect(running.inbox.counters.rejected == 1)
        let log = running.log.withLock { $0.joined(separator: "\n") }
        #expect(log.contains("the MQTT broker refused a subscription"))
        #expect(log.contains("a message was not accepted: Not authorized"))
        try await running.shutDown()
    }
}
