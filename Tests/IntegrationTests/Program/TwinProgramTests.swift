import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("The program: what others say in its place", .ownThreads) struct TwinProgramTests {
    /// Says something on a topic, as another client does.
    private func say(_ text: String, on topic: String, at broker: MosquittoBroker) async throws {
        let other = RunningService(port: broker.port, clientId: "other", state: "other/state")
        other.outbox.post([.value(topic, text, qos: 1)])
        try await eventually("\(topic)=\(text)") { other.isConnected && other.outbox.isEmpty }
        try await other.shutDown()
    }

    @Test("what a killed program left as online is offline before the next one says that it is there") func leftBehind() async throws {
        let broker = try await MosquittoBroker.started()
        let terminal = PseudoTerminal()
        let subscriber = try await Subscriber(port: broker.port)
        let first = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await first.waitForLog("opened at")
        try await terminal.send(SimulatedMeter.telegram(1), portion: 512)
        try await subscriber.waitFor("p1/mbus/1/availability", "online")
        try await subscriber.waitForDocument(1)
        first.signal(SIGKILL)
        try await first.exit()
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(subscriber.newest["p1/availability"] == "online")

        // With a meter that is not heard any more.
        let before = subscriber.arrivals.count
        let second = try Program.bridge(port: broker.port, meters: [Program.tcp(try freePort())])
        try await subscriber.waitUntil("the next one") { arrivals in
            arrivals.dropFirst(before).contains { $0.topic == "p1/bridge/state" && $0.payload == "online" }
        }
        let said = subscriber.arrivals.dropFirst(before).filter { $0.topic.hasSuffix("availability") || $0.topic.hasSuffix("state") }
            .map { "\($0.topic)=\($0.payload)" }
        let offline = ["p1/availability=offline", "p1/mbus/1/availability=offline"]
        #expect(Array(said.prefix(3)) == offline + ["p1/bridge/state=online"])
        // What the broker says it keeps may be what it kept before, and then that is put right once more.
        #expect(said.dropFirst(3).allSatisfy(offline.contains), "\(said)")
        #expect(second.isRunning)
    }

    @Test("the will of a session that died elsewhere, and a hand, are put right") func putRight() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await subscriber.waitFor("p1/mbus/1/availability", "online")
        for topic in ["p1/bridge/state", "p1/availability"] { try await say("offline", on: topic, at: broker) }
        try await say("online", on: "p1/mbus/4/availability", at: broker)
        for (topic, text) in [("p1/bridge/state", "online"), ("p1/availability", "online"), ("p1/mbus/4/availability", "offline")] {
            try await subscriber.waitUntil("\(topic) put right", within: .seconds(30)) { arrivals in
                let said = arrivals.filter { $0.topic == topic }.map(\.payload)
                return said.count > 1 && said.last == text
            }
        }
        try await program.waitForLog("NOTICE put right what another client")
    }

    @Test("a second program with the same client id waits, says so once, and takes over when the first ends") func twin() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let first = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await subscriber.waitFor("p1/availability", "online")
        let second = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await second.waitForLog("another p1mqtt on this machine (process \(first.process)) uses the client id p1mqtt-")
        #expect(second.log.contains("stop one of them, or give one another mqtt.topicPrefix"))
        // One that is to end does so while it waits.
        let third = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await third.waitForLog("another p1mqtt on this machine")
        third.signal(SIGTERM)
        #expect(try await third.exit() == 0)
        #expect(subscriber.payloads(of: "p1/bridge/state") == ["online"])

        first.signal(SIGKILL)
        try await first.exit()
        try await subscriber.waitUntil("the second one", within: .seconds(45)) {
            $0.filter { $0.topic == "p1/bridge/state" }.map(\.payload) == ["online", "offline", "online"]
        }
        #expect(second.logLines(with: "WARNING").count == 1, "\(second.log)")
        #expect(first.logLines(with: "WARNING").isEmpty, "\(first.log)")
    }

    @Test("SIGHUP means nothing where it is ignored, as by nohup") func hangUp() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()], wrapper: ["nohup"])
        try await subscriber.waitFor("p1/availability", "online")
        program.signal(SIGHUP)
        let before = subscriber.arrivals.count
        try await subscriber.waitUntil("a telegram after it") { $0.dropFirst(before).contains { $0.topic == "p1/json" } }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }
}
