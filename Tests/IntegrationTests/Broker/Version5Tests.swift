import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("MQTT 5", .ownThreads) struct Version5Tests {
    /// What `mosquitto_sub` prints of the messages that it gets, a line each.
    private final class Lines {
        private let folder: TemporaryFolder
        private let process: pid_t

        /// - Parameter format: `%C` content type, `%E` seconds left, `%F` format indicator, `%P` user properties.
        init(_ broker: MosquittoBroker, _ filter: String, format: String = "%t|%C|%F|%E|%P") throws {
            folder = try TemporaryFolder()
            let command = ["/usr/bin/mosquitto_sub", "-p", "\(broker.port)", "-V", "5", "-t", filter, "-F", format]
            process = try spawn(command, output: folder.path("lines"))
        }

        deinit {
            kill(process, SIGKILL)
            exitCode(of: process)
        }

        var all: [String] { folder.content("lines").split(separator: "\n").map(String.init) }

        func waitFor(_ line: String) async throws {
            try await eventually("\(line) among \(all)") { all.contains(line) }
        }
    }

    @Test("values carry unit and codes, documents their type, a raw telegram nothing") func properties() async throws {
        let broker = try await MosquittoBroker.started()
        let lines = try Lines(broker, "#")
        let program = try Program.bridge(
            port: broker.port, meters: [Program.emulator()], mqtt: #", "version": "5""#, more: #", "publish": {"raw": true}"#)
        try await lines.waitFor("p1/json|application/json|1||")
        try await lines.waitFor("p1/bridge/info|application/json|1||")
        try await lines.waitFor("p1/bridge/topics|application/json|1||")
        try await lines.waitFor("p1/electricity/received/tariff1||1||unit:kWh obis:1-0:1.8.1")
        try await lines.waitFor("p1/electricity/tariffIndicator||1||obis:0-0:96.14.0 obis:0-0:96.14.1")
        try await lines.waitFor("p1/availability||1||")
        try await lines.waitFor("p1/raw||||")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("with MQTT 3.1.1 nothing is said beside the payload") func version311() async throws {
        let broker = try await MosquittoBroker.started()
        let lines = try Lines(broker, "p1/#")
        let running = RunningService(port: broker.port)
        running.outbox.post([Message(topic: "p1/json", text: "{}", qos: 0, retain: true, kind: .document)])
        try await lines.waitFor("p1/json||||")
        try await running.shutDown()
    }

    @Test("values of a program that is gone are forgotten, its state and discovery are not") func expiry() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program(
            ["run"],
            configuration: """
                {"mqtt": {"host": "127.0.0.1", "port": \(broker.port), "version": "5"}, "publish": {"expiry": 4},
                 "meters": [\(Program.emulator())]}
                """)
        try await subscriber.waitUntil("three telegrams and discovery") { arrivals in
            arrivals.count { $0.topic == "p1/json" } > 2 && arrivals.contains { $0.topic.hasPrefix("homeassistant/") }
        }
        program.signal(SIGKILL)
        try await subscriber.waitFor("p1/bridge/state", "offline")
        // Until nothing of the values is left, it counts down.
        var left: Set<String> = []
        try await eventually("the end of all values", within: .seconds(20)) {
            let late = try Lines(broker, "#", format: "%t|%E")
            try await late.waitFor("p1/bridge/state|")
            let values = late.all.filter { !$0.hasSuffix("|") }
            left.formUnion(values.compactMap { $0.split(separator: "|").last.map(String.init) })
            return values.isEmpty
        }
        #expect(left.count > 1 && left.allSatisfy { Int($0).map((1...4).contains) ?? false }, "\(left)")
        let late = try await Subscriber(port: broker.port)
        try await late.waitFor("p1/bridge/state", "offline")
        let kept = Set(late.arrivals.map(\.topic))
        #expect(kept.contains("p1/bridge/info") && kept.contains("p1/availability") && kept.contains { $0.hasPrefix("homeassistant/") })
        #expect(!kept.contains("p1/json"))
    }

    @Test("what is sent again has the rest of its time, and nothing once that is over") func again() async throws {
        let broker = try await MosquittoBroker.started()
        let lines = try Lines(broker, "p1/#", format: "%t|%E")
        let running = RunningService(port: broker.port) { $0.version = .v5 }
        let now = Moment.now().monotonic
        var (old, fresh, gone) = (Message.value("p1/old", "1"), Message.value("p1/fresh", "1"), Message.value("p1/gone", "1"))
        (old.expiresAt, fresh.expiresAt, gone.expiresAt) = (now + 40_500, now + 3_600_000, now)
        running.outbox.post([gone, old, fresh, .value("p1/end", "1")])
        try await lines.waitFor("p1/end|")
        let seconds = lines.all.compactMap { line in line.split(separator: "|").last.flatMap { Int($0) } }
        #expect(seconds.count == 2 && (30...41).contains(seconds[0]) && (3590...3600).contains(seconds[1]), "\(lines.all)")
        #expect(!lines.all.contains { $0.hasPrefix("p1/gone") })
        try await running.shutDown()
    }

    // MARK: - In the broker's own words

    /// A property of MQTT 5 that holds a text.
    private func property(_ identifier: UInt8, _ text: String) -> [UInt8] { [identifier, 0, UInt8(text.utf8.count)] + Array(text.utf8) }

    private func packet(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, UInt8(body.count)] + body }

    @Test("a refused login says why, and which server it names instead") func refusedLogin() async throws {
        let listener = try Listener()
        let running = RunningService(port: listener.port) { $0.version = .v5 }
        try await eventually("a client") { listener.hasClient }
        let properties = property(0x1F, "see the list") + property(0x1C, "other:1883")
        listener.answer(packet(0x20, [0, 0x9D, UInt8(properties.count)] + properties))
        try await running.waitForFailure("(see the list; it names the server other:1883)")
        try await running.shutDown()
    }

    @Test("so do a refused subscription and a refused message") func refusals() async throws {
        let listener = try Listener()
        let running = RunningService(port: listener.port, subscriptions: [.init("p1/set")]) { $0.version = .v5 }
        try await eventually("a client") { listener.hasClient }
        let (first, second) = (property(0x1F, "not this topic"), property(0x1F, "quota of the day"))
        listener.answer(
            packet(0x20, [0, 0, 0]) + packet(0x90, [0, 1, UInt8(first.count)] + first + [0x87])
                + packet(0x40, [0, 2, 0x97, UInt8(second.count)] + second) + [0xE0, 1, 0x8B])
        try await running.waitForFailure("ended the connection")
        let log = running.log.withLock { $0.joined(separator: "\n") }
        #expect(log.contains("the MQTT broker refused a subscription (not this topic); check"), "\(log)")
        #expect(log.contains("a message was not accepted: Quota exceeded (quota of the day)"), "\(log)")
        try await running.shutDown()
    }

    @Test("a broker that answers quality of service 2 as 1 gets 1, and loses nothing") func noQoS2() async throws {
        // As RabbitMQ does before 3.13: a PUBACK where a PUBREC is due.
        let listener = try Listener()
        let running = RunningService(port: listener.port)
        running.outbox.post([.value("p1/a", "1", qos: 2)])
        try await eventually("a client") { listener.hasClient }
        listener.answer(packet(0x20, [0, 0]) + packet(0x40, [0, 1]) + packet(0x40, [0, 2]))
        try await running.waitForFailure("answers messages of quality of service 2 as those of 1; from now on it gets them with 1")
        try await running.shutDown()
    }
}
