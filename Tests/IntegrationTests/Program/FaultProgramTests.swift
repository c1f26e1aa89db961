import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("The program: bad input", .ownThreads) struct FaultProgramTests {
    /// A telegram after a fault is published, and the program still runs.
    private func expectGoesOn(_ program: Program, _ terminal: PseudoTerminal, _ subscriber: Subscriber, second: Int = 30) async throws {
        try await terminal.send(Array("\r\n".utf8) + SimulatedMeter.telegram(second), portion: 1000)
        try await subscriber.waitForDocument(second)
        #expect(program.isRunning)
    }

    // MARK: - The wire

    /// What is sent, the words of the one line in the log, and the counter that tells of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let words: String
    }

    static let damages: [Damage] = {
        let good = SimulatedMeter.telegram(5)
        var flipped = good
        flipped[400] ^= 1
        let wrongLine = String(decoding: good, as: UTF8.self).replacing("1-0:1.7.0(", with: "1-0:1.7.0")
        return [
            Damage(
                testDescription: "a wrong CRC", bytes: flipped + flipped,
                words: "WARNING a telegram came with checksum "),
            Damage(
                testDescription: "a cut telegram", bytes: Array(good.prefix(300)) + Array("\r\n".utf8) + good,
                words: "WARNING a telegram was cut off by the next one after 302 bytes. The telegram is dropped."),
            Damage(
                testDescription: "an endless line", bytes: Array("/ENDLESS\r\n".utf8) + [UInt8](repeating: 0x41, count: 40_000),
                words: "WARNING no end line (!) within "),
            Damage(
                testDescription: "a telegram without a checksum behind ones with",
                bytes: good + Array(good.dropLast(6)) + Array("\r\n".utf8),
                words: "WARNING a telegram came without a checksum. "),
            Damage(
                testDescription: "a damaged line", bytes: SimulatedMeter.withChecksum(wrongLine),
                words: "WARNING no OBIS code (A-B:C.D.E followed by a bracket): 1-0:1.7.000.805*kW). The line is left out"),
        ]
    }()

    @Test("damage on the wire: one line in the log and one event, and the service goes on", arguments: damages)
    func wire(_ damage: Damage) async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await program.waitForLog("opened at")
        for second in 0..<2 {
            try await terminal.send(SimulatedMeter.telegram(second), portion: 4096)
            try await subscriber.waitForDocument(second)
        }
        try await terminal.send(damage.bytes, portion: 1000)
        try await expectGoesOn(program, terminal, subscriber)
        let warnings = program.logLines(with: "WARNING")
        #expect(warnings.count == 1, "\(program.log)")
        #expect(warnings.first?.contains(damage.words) == true, "\(warnings)")
        let events = subscriber.payloads(of: "p1/bridge/event").filter { $0.contains(#""event":"error""#) }
        #expect(events.count == 1, "\(events)")
    }

    @Test("noise before and between telegrams costs nothing, not even a word") func noise() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await program.waitForLog("opened at")
        var generator = SplitMix64(seed: 7)
        let noise = (0..<600).map { _ in UInt8(truncatingIfNeeded: generator.next()) }.filter { $0 != UInt8(ascii: "/") }
        try await terminal.send(noise + Array("\r\n".utf8) + SimulatedMeter.telegram(1), portion: 100)
        try await expectGoesOn(program, terminal, subscriber)
        #expect(program.logLines(with: "WARNING").isEmpty, "\(program.log)")
    }

    @Test("a meter that falls silent is offline; cause and remedy are reported once, and its return (core 153623, dsmr-reader 1621)")
    func silent() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await program.waitForLog("opened at")
        for second in 0...2 {
            try await terminal.send(SimulatedMeter.telegram(second), portion: 4096)
            try await subscriber.waitForDocument(second)
        }
        // 15 s, or three telegram intervals.
        try await subscriber.waitUntil("the meter offline", within: .seconds(60)) { arrivals in
            arrivals.last { $0.topic == "p1/availability" }?.payload == "offline"
        }
        try await program.waitForLog("nothing is heard for")
        let line = try #require(program.logLines(with: "nothing is heard for").first)
        #expect(line.contains("WARNING serial port \(terminal.path): nothing is heard for 1") && line.contains("P1 port of the meter"))
        #expect(subscriber.newest["p1/mbus/1/availability"] == "offline")
        try await expectGoesOn(program, terminal, subscriber)
        #expect(subscriber.newest["p1/availability"] == "online")
        #expect(program.logLines(with: "nothing is heard for").count == 1)
        #expect(program.logLines(with: "heard again after").count == 1, "\(program.log)")
    }

    // MARK: - The port

    @Test("a port that another program has: one line that names it, and the service goes on") func busy() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let first = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await first.waitForLog("opened at")
        let second = try Program.bridge(
            port: broker.port, meters: [Program.serial(terminal.path)], mqtt: #", "topicPrefix": "attic""#)
        try await second.waitForLog("is in use by")
        let line = try #require(second.logLines(with: "is in use by").first)
        #expect(line.contains("\(terminal.path) is in use by p1mqtt (pid ") && line.contains("Stop that program"), "\(line)")
        try await subscriber.waitFor("attic/availability", "offline")
        try await expectGoesOn(first, terminal, subscriber)
        first.signal(SIGTERM)
        try await first.exit()
        try await eventually("the second has the port and its telegram; its log: \(second.log)", within: .seconds(40)) {
            try await terminal.send(SimulatedMeter.telegram(31), portion: 4096)
            pause(milliseconds: 200)
            return subscriber.newest["attic/availability"] == "online"
        }
        #expect(second.logLines(with: "is in use by").count == 1)
    }

    @Test("a port that may not be opened: owner, group and what to do") func forbidden() async throws {
        // Root may open everything: DeviceAccess has its own test of the words.
        guard geteuid() != 0 else { return }
        let terminal = PseudoTerminal()
        chmod(terminal.path, 0)
        let program = try Program.bridge(port: try freePort(), meters: [Program.serial(terminal.path)])
        try await program.waitForLog("may not be opened by user")
    }

    @Test("a glob with two matches: both are named and none is opened") func twoMatches() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let folder = try TemporaryFolder()
        let (first, second) = (PseudoTerminal(), PseudoTerminal())
        for (name, terminal) in [("a", first), ("b", second)] { symlink(terminal.path, "\(folder.path)/\(name)") }
        let program = try Program.bridge(port: broker.port, meters: [Program.serial("\(folder.path)/*")])
        try await program.waitForLog("matches 2 serial ports: \(folder.path)/a, \(folder.path)/b")
        #expect(program.log.contains("Set the path of the P1 cable"))
        try await subscriber.waitFor("p1/availability", "offline")
        // With one of them gone it is clear which is meant.
        unlink("\(folder.path)/b")
        try await eventually("the port; the log: \(program.log)", within: .seconds(40)) {
            try await first.send(SimulatedMeter.telegram(31), portion: 4096)
            pause(milliseconds: 200)
            return subscriber.newest["p1/availability"] == "online"
        }
        #expect(program.logLines(with: "matches 2 serial ports").count == 1)
    }

    // MARK: - The broker

    @Test("a broker that is not there: one line, and a connection when it is") func unreachable() async throws {
        let broker = try MosquittoBroker()
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await program.waitForLog(
            "WARNING MQTT broker 127.0.0.1:\(broker.port): cannot be reached (Connection refused); is the broker running, and is mqtt.port right?"
        )
        try await broker.start()
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitUntil("values", within: .seconds(40)) { $0.contains { $0.topic == "p1/json" } }
        #expect(program.logLines(with: "WARNING").count == 1, "\(program.log)")
    }

    @Test("a broker that refuses the password: one line with what to check, never the password") func password() async throws {
        let broker = try MosquittoBroker()
        try broker.setPasswords(["home": "right"])
        try await broker.start(config: broker.passwordConfig)
        let wrong = #", "username": "home", "password": "wr0ng-s3cret""#
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()], mqtt: wrong)
        try await program.waitForLog("refused the connection")
        #expect(program.log.contains("check mqtt.username and mqtt.password or mqtt.passwordFile"))
        // Tried again without another word.
        try await eventually("a second attempt; \(broker.log)") {
            broker.log.split(separator: "\n").count { $0.contains("New connection") } > 2
        }
        #expect(program.logLines(with: "WARNING").count == 1, "\(program.log)")
        #expect(!program.log.contains("wr0ng-s3cret"))
        #expect(program.isRunning)

        let secret = ["password": Array("right\n".utf8)]
        let right = #", "username": "home", "passwordFile": "password""#
        let other = try Program.bridge(port: broker.port, meters: [Program.emulator()], mqtt: right, files: secret)
        try await other.waitForLog("connected to the MQTT broker")
    }

    @Test("a certificate that is not trusted: one line with what to set") func certificate() async throws {
        let certificates = try Certificates()
        try certificates.issue("broker", for: "IP:127.0.0.1")
        let broker = try MosquittoBroker()
        try await broker.start(config: certificates.listenerConfig("broker"))
        let unknown = try Program.bridge(port: broker.port, meters: [Program.emulator()], mqtt: #", "tls": {"enabled": true}"#)
        try await unknown.waitForLog("its certificate is not trusted")
        #expect(unknown.log.contains("set mqtt.tls.caFile to the certificate of the authority that signed it"))
        #expect(unknown.logLines(with: "WARNING").count == 1 && unknown.isRunning)
        let known = try Program.bridge(
            port: broker.port, meters: [Program.emulator()],
            mqtt: #", "tls": {"enabled": true, "caFile": "\#(certificates.path("ca.crt"))"}"#)
        try await known.waitForLog("connected to the MQTT broker")
    }

    @Test("two bridges under one prefix: each names the host of the other and the remedy, once") func samePrefix() async throws {
        let broker = try await MosquittoBroker.started()
        let first = try Program.bridge(port: broker.port, meters: [Program.emulator()], mqtt: #", "clientId": "first""#)
        try await first.waitForLog("connected to the MQTT broker")
        let second = try Program.bridge(port: broker.port, meters: [Program.emulator()], mqtt: #", "clientId": "second""#)
        for program in [first, second] {
            try await program.waitForLog("ERROR another p1mqtt on host \(BridgeIdentity.hostName()) publishes under the same prefix p1")
        }
        #expect(first.log.contains("give one of them another mqtt.topicPrefix, or stop it"))
    }
}

extension SimulatedMeter {
    /// The text of a telegram with the checksum of what it now says.
    static func withChecksum(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix { $0 != UInt8(ascii: "!") }) + [UInt8(ascii: "!")]
        return bytes + Array("\(checksum(of: bytes))\r\n".utf8)
    }
}
