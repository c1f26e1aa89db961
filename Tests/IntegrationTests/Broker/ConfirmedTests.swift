import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("What a broker confirms", .ownThreads) struct ConfirmedTests {
    // MARK: - Events

    @Test("events that a frozen broker took and lost with its death come again, in order, whatever sources do meanwhile")
    func events() async throws {
        let broker = try await MosquittoBroker.started()
        let link = try BrokenLink(to: broker.port)
        let running = RunningService(port: link.port)
        try await running.waitUntilConnected()
        broker.freeze()
        // The sockets take them: only that the broker confirms none tells that they are lost.
        for number in 1...9 { running.outbox.post([.event(to: number), .value("p1/a", "\(number)")]) }
        try await eventually("the hand-over") { running.outbox.counters.pending == 0 }
        link.become(.cut)
        broker.kill()
        try await running.waitForFailure(":\(link.port)")
        for number in 0..<5000 { running.outbox.post([.bridgeEvent(number)]) }
        running.outbox.post([.event(to: 10)])

        try await broker.start()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        link.become(.well)
        try await subscriber.waitUntil("the last event", within: .seconds(30)) { $0.contains { $0.payload == Message.event(to: 10).text } }
        #expect(subscriber.payloads(of: "p1/event/tariff") == (1...10).map { Message.event(to: $0).text })
        #expect(subscriber.payloads(of: "p1/bridge/event") == (4900..<5000).map { Message.bridgeEvent($0).text })
        #expect(running.outbox.counters.eventsDropped == 4900, "of the sources alone")
        try await running.shutDown()
    }

    @Test("an event whose confirmation was lost comes twice with one number")
    func repeated() async throws {
        let broker = try await MosquittoBroker.started()
        let link = try BrokenLink(to: broker.port)
        let running = RunningService(port: link.port)
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/event/#")
        try await running.waitUntilConnected()
        link.become(.deaf)
        running.outbox.post([.event(to: 1)])
        try await subscriber.waitUntil("the event") { $0.count == 1 }
        link.become(.cut)
        try await running.waitForFailure(":\(link.port)")
        link.become(.well)
        try await subscriber.waitUntil("the event again") { $0.count == 2 }
        #expect(subscriber.arrivals.map(\.payload) == [Message.event(to: 1).text, Message.event(to: 1).text])
        try await running.shutDown()
    }

    @Test("a broker of MQTT 5 without quality of service 2 gets values with 1")
    func withoutQoS2() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(config: "allow_anonymous true\nmax_qos 1")
        let running = RunningService(port: broker.port) { $0.version = .v5 }
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        running.outbox.post([.event(to: 1), .value("p1/a", "1", qos: 2)])
        try await subscriber.waitFor("p1/a", "1")
        #expect(subscriber.payloads(of: "p1/event/tariff").count == 1)
        try await running.shutDown()
        #expect(running.inbox.counters.rejected == 0)
    }

    // MARK: - Within the window

    @Test(
        "is delivered, however much is posted at once, in every version and quality of service",
        arguments: [MQTTVersion.v311, .v5], [1, 2] as [CInt])
    func window(_ version: MQTTVersion, _ qos: CInt) async throws {
        let broker = try MosquittoBroker()
        // As mosquitto comes; that of the tests queues without end.
        try await broker.start(config: "allow_anonymous true\nmax_queued_messages 1000")
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/v/#")
        let running = RunningService(port: broker.port) { $0.version = version }
        running.outbox.post((0..<500).map { .value("p1/v/\($0)", "1", qos: qos) })
        try await subscriber.waitFor("p1/v/499", "1")
        try await eventually("their confirmation") { running.outbox.isEmpty }
        try await running.shutDown()
        #expect(subscriber.arrivals.map(\.topic) == (0..<500).map { "p1/v/\($0)" })
        #expect(running.inbox.counters == BrokerCounters(connections: 1))
    }

    @Test("no more is under way than the broker of MQTT 5 said")
    func receiveMaximum() async throws {
        let listener = try Listener()
        let running = RunningService(port: listener.port) { $0.version = .v5 }
        try await eventually("a client") { listener.hasClient }
        // CONNACK: accepted, with a receive maximum of 3.
        listener.answer([0x20, 6, 0, 0, 3, 0x21, 0, 3])
        try await running.waitUntilConnected()
        let messages = (0..<50).map { Message.value("p1/\($0)", "1", qos: CInt(1 + $0 % 2)) }
        running.outbox.post(messages)
        try await eventually("a full window") { running.outbox.counters.published == 3 }
        running.outbox.post(messages)
        // The birth message is one of the three.
        #expect(running.outbox.counters.published == 3 && running.outbox.counters.pending == 50)
        try await running.shutDown()
    }

    // MARK: - What it does not take

    @Test("a message that is larger than a broker of MQTT 5 takes is named, with the remedy, and stops nothing")
    func tooLarge() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(config: "allow_anonymous true\nmax_packet_size 1000")
        let running = RunningService(port: broker.port) { $0.version = .v5 }
        let subscriber = try await Subscriber(port: broker.port)
        running.outbox.post([.value("p1/json", String(repeating: "x", count: 2000)), .value("p1/b", "2")])
        try await subscriber.waitFor("p1/b", "2")
        try await running.shutDown()
        #expect(
            running.log.withLock { $0 }.contains {
                $0.contains("with 2007 bytes it is larger than the broker takes (1000); raise the limit") && $0.contains("max_packet_size")
            })
        #expect(running.inbox.counters == BrokerCounters(connections: 1, rejected: 1))
    }

    @Test("with MQTT 3.1.1 such a broker hangs up, and the user reads what it may be")
    func tooLargeFor311() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(config: "allow_anonymous true\nmax_packet_size 1000")
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/json", String(repeating: "x", count: 2000))])
        try await eventually("some rounds; \(running.log.withLock { $0 })") {
            running.log.withLock { $0 }.contains { $0.contains("larger than the broker takes (mosquitto: max_packet_size") }
        }
        try await running.shutDown()
    }
}
