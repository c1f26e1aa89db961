import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("A broken link to the broker", .ownThreads) struct BrokenLinkTests {
    @Test("dropped without a word: given up after the keep-alive; the newest values, state, history and events follow")
    func dropped() async throws {
        let broker = try await MosquittoBroker.started()
        let link = try BrokenLink(to: broker.port)
        let running = RunningService(port: link.port) { $0.keepAlive = 5 }
        let subscriber = try await Subscriber(port: broker.port)
        running.outbox.post([.value("p1/a", "1")])
        try await subscriber.waitFor("p1/a", "1")
        link.become(.dropped)
        for round in 2...500 { running.outbox.post([.value("p1/a", "\(round)"), .value("p1/b", "\(round)")]) }
        running.outbox.post([.history(1)])
        try await running.waitForFailure("did not answer within mqtt.keepAlive", within: .seconds(30))
        running.outbox.post([.event(to: 1)])
        // The broker hears no more either, and lets the will speak.
        try await subscriber.waitUntil("the will", within: .seconds(30)) {
            $0.contains { $0.topic == RunningService.bridgeState && $0.payload == "offline" }
        }
        link.become(.cut)
        link.become(.well)
        for topic in ["p1/a", "p1/b"] {
            try await subscriber.waitUntil("the newest of \(topic)", within: .seconds(30)) {
                $0.contains { $0.topic == topic && $0.payload == "500" }
            }
        }
        for topic in ["p1/event/tariff", "p1/history"] {
            try await subscriber.waitUntil("what happened") { $0.contains { $0.topic == topic } }
        }
        try await eventually("online") { subscriber.newest[RunningService.bridgeState] == "online" }
        try await running.shutDown()
    }

    @Test("slow: memory stays bounded, what arrives is in order, and the newest of each topic arrives")
    func slow() async throws {
        let broker = try await MosquittoBroker.started()
        let link = try BrokenLink(to: broker.port)
        let running = RunningService(port: link.port)
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/v/#")
        try await running.waitUntilConnected()
        link.become(.slow(500))
        let filling = String(repeating: "x", count: 400)
        var round = 0
        // Until far more was offered than the link takes.
        try await eventually("a full link; \(running.outbox.counters)", within: .seconds(60)) {
            for _ in 0..<100 {
                round += 1
                running.outbox.post((0..<40).map { .value("p1/v/\($0)", "\(1_000_000 + round) \(filling)") })
            }
            return running.outbox.counters.superseded > 100_000
        }
        #expect(running.outbox.counters.pending <= 40)
        #expect(running.outbox.counters.topics <= 41)
        link.become(.well)
        let last = "\(1_000_000 + round) \(filling)"
        for topic in 0..<40 { try await subscriber.waitFor("p1/v/\(topic)", last) }
        for topic in 0..<40 {
            let rounds = subscriber.payloads(of: "p1/v/\(topic)")
            #expect(zip(rounds, rounds.dropFirst()).allSatisfy { $0 < $1 })
        }
        #expect(running.inbox.counters.connections == 1)
        try await running.shutDown()
    }

    @Test("broken while the history is under way: none is missing, in order; what repeats has the same number")
    func history() async throws {
        let broker = try await MosquittoBroker.started()
        let link = try BrokenLink(to: broker.port)
        let running = RunningService(port: link.port) { $0.keepAlive = 5 }
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/history")
        try await running.waitUntilConnected()
        // The broker gets them, as many as its window holds, and says so, but that is not heard.
        link.become(.deaf)
        let minutes = (0..<20).map { "{\"seq\": \(29_000_000 + $0)}" }
        running.outbox.post(minutes.map { Message(topic: "p1/history", text: $0, qos: 1, retain: false, kind: .history) })
        try await subscriber.waitUntil("all minutes") { $0.count == minutes.count }
        link.become(.cut)
        try await running.waitForFailure(":\(link.port)")
        link.become(.well)
        try await subscriber.waitUntil("all minutes again") { $0.count >= 2 * minutes.count }
        try await eventually("their confirmation") { running.outbox.counters.pending == 0 }
        #expect(subscriber.arrivals.map(\.payload) == minutes + minutes)
        try await running.shutDown()
    }
}
