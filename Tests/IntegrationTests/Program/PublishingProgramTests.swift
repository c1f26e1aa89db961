import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: from the meter to the topics", .ownThreads) struct PublishingProgramTests {
    /// Checks what came of telegrams 0, 1, 2 … under a prefix: each value on its topic, the document last, nothing else.
    private func expectTelegrams(_ count: Int, at subscriber: Subscriber, prefix: String = "p1") {
        let telegrams = subscriber.telegrams(prefix: prefix)
        #expect(telegrams.count == count + 1)
        #expect(telegrams.last?.isEmpty == true, "\(telegrams.last ?? [])")
        for (second, arrivals) in telegrams.dropLast().enumerated() {
            let availability = second == 0 ? ["availability": "online", "mbus/1/availability": "online"] : [:]
            let expected = SimulatedMeter.values(second).merging(availability) { $1 }
            let values = arrivals.dropLast()
            let found = Dictionary(values.map { (String($0.topic.dropFirst(prefix.count + 1)), $0.payload) }, uniquingKeysWith: { $1 })
            #expect(found == expected)
            #expect(values.count == expected.count, "each topic once")
            #expect(arrivals.last?.topic == "\(prefix)/json")
        }
    }

    @Test(
        "a serial port, in any portions and with parity in bit 7",
        arguments: [(4096, false), (1, false), (7, false), (64, false), (64, true)])
    func serial(_ portion: Int, _ hasParity: Bool) async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await program.waitForLog("opened at")
        for second in 0..<4 {
            let bytes = SimulatedMeter.telegram(second)
            try await terminal.send(hasParity ? SimulatedMeter.withEvenParity(bytes) : bytes, portion: portion)
            try await subscriber.waitForDocument(second)
        }
        expectTelegrams(4, at: subscriber)
        let others = Set(subscriber.arrivals.map(\.topic).filter { !$0.hasPrefix("p1/") || $0.hasPrefix("p1/bridge/") })
        #expect(others == ["p1/bridge/state", "p1/bridge/info", "p1/bridge/topics", "p1/bridge/health", "p1/bridge/event"])
        #expect(program.logLines(with: "WARNING").isEmpty && program.logLines(with: "ERROR").isEmpty, "\(program.log)")
    }

    @Test("two meters in one configuration: a serial port without a name, and TCP with one") func twoMeters() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        let terminal = PseudoTerminal()
        let server = LoopbackServer()
        let program = try Program.bridge(
            port: broker.port, meters: [Program.serial(terminal.path), Program.tcp(server.port, name: "shed")])
        try await program.waitForLog("opened at")
        try await eventually("a connection to the server; the log: \(program.log)") {
            server.acceptAll()
            return !server.connections.isEmpty
        }
        for second in 0..<3 {
            server.send(SimulatedMeter.telegram(second), to: 0)
            try await subscriber.waitForDocument(second, prefix: "p1/shed")
        }
        expectTelegrams(3, at: subscriber, prefix: "p1/shed")
        try await terminal.send(SimulatedMeter.telegram(9), portion: 100)
        try await subscriber.waitForDocument(9)
        #expect(subscriber.newest["p1/electricity/received/tariff1"] == "4321.909")
        #expect(subscriber.newest["p1/shed/electricity/received/tariff1"] == "4321.902")
        #expect(subscriber.newest["p1/availability"] == "online" && subscriber.newest["p1/shed/availability"] == "online")

        // The peer hangs up and stays away: that meter alone is offline.
        server.stopListening()
        // A program that another test starts may have inherited the connection: closing it alone would not end it.
        for connection in server.connections { shutdown(connection, CInt(SHUT_RDWR)) }
        server.hangUp()
        try await subscriber.waitFor("p1/shed/availability", "offline")
        #expect(subscriber.newest["p1/availability"] == "online")
        // The log has it after the broker has.
        try await program.waitForLog("the peer closed the connection")
        #expect(program.logLines(with: "the peer closed the connection").count == 1)
    }

    @Test("telegrams that another p1mqtt publishes") func overBroker() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let second = try Program.bridge(
            port: broker.port, meters: [#"{"source": {"type": "mqtt", "topic": "p1/raw"}}"#], mqtt: #", "topicPrefix": "attic""#)
        // Published behind the subscriptions on the same connection.
        try await subscriber.waitFor("attic/bridge/state", "online")
        let first = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)], more: #", "publish": {"raw": true}"#)
        try await first.waitForLog("opened at")
        for number in 0..<3 {
            try await terminal.send(SimulatedMeter.telegram(number), portion: 4096)
            try await subscriber.waitForDocument(number)
            try await subscriber.waitForDocument(number, prefix: "attic")
        }
        expectTelegrams(3, at: subscriber, prefix: "attic")
        let raw = subscriber.arrivals.filter { $0.topic == "p1/raw" }
        #expect(raw.map(\.payload) == (0..<3).map { String(decoding: SimulatedMeter.telegram($0), as: UTF8.self) })
        #expect(second.logLines(with: "WARNING").isEmpty, "\(second.log)")
    }

    @Test("a capture: everything is published, then the program ends", arguments: ["capture", "-"]) func file(_ path: String) async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        let capture = SimulatedMeter.capture(40)
        let program = try Program(
            ["run", "--port", "\(broker.port)"],
            configuration: #"{"mqtt": {"host": "127.0.0.1"}, "homeAssistant": {"enabled": false}, "meters": [\#(Program.file(path))]}"#,
            files: ["capture": capture], input: capture)
        #expect(try await program.exit(within: .seconds(60)) == 0)
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(subscriber.newest["p1/availability"] == "offline")
        #expect(subscriber.newest["p1/mbus/1/availability"] == "offline")
        let newest = subscriber.newest
        for (topic, value) in SimulatedMeter.values(39) { #expect(newest["p1/\(topic)"] == value, "\(topic)") }
        let times = subscriber.payloads(of: "p1/timestamp")
        #expect(times == (0..<40).map(SimulatedMeter.time), "each telegram of the capture")
    }
}
