import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("The program: earlier values and the history of an outage", .ownThreads) struct GuardProgramTests {
    /// A telegram whose registers show zero, with a valid checksum.
    private func glitched(_ second: Int) -> [UInt8] {
        SimulatedMeter.withChecksum(
            String(decoding: SimulatedMeter.telegram(second), as: UTF8.self)
                .replacing("(004321.9\(second)*kWh)", with: "(000000.000*kWh)")
                .replacing("(260703181000S)(00987.654*m3)", with: "(260703181500S)(00000.000*m3)"))
    }

    @Test("a glitch in the first telegram after a restart: the retained document wins", arguments: [SIGTERM, SIGKILL])
    func restart(_ end: CInt) async throws {
        let broker = try await MosquittoBroker.started()
        let terminal = PseudoTerminal()
        let first = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        let subscriber = try await Subscriber(port: broker.port)
        try await first.waitForLog("opened at")
        try await terminal.send(SimulatedMeter.telegram(10), portion: 4096)
        try await subscriber.waitForDocument(10)
        first.signal(end)
        try await first.exit()

        let second = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        try await second.waitForLog("opened at")
        try await terminal.send(glitched(11), portion: 4096)
        try await subscriber.waitForDocument(11)
        let document = try #require(subscriber.newest["p1/json"])
        let held = try JSONReader.read(Array(document.utf8))["held"]
        #expect(held?.json == #"["electricity/received/tariff1", "gas/reading", "mbus/1/reading"]"#)
        #expect(document.contains(#""reading":4321.910"#) && document.contains(#""reading":987.654"#))
        #expect(subscriber.payloads(of: "p1/event/heldRegister").count == 2)
        #expect(second.logLines(with: "fell to zero").count == 1)

        try await terminal.send(SimulatedMeter.telegram(12), portion: 4096)
        try await subscriber.waitForDocument(12)
        #expect(subscriber.payloads(of: "p1/electricity/received/tariff1") == ["4321.910", "4321.912"])
        #expect(Set(subscriber.payloads(of: "p1/gas/reading")) == ["987.654"])
        #expect(!subscriber.payloads(of: "p1/derived/received/total").contains { $0.hasPrefix("1234") })
        #expect(subscriber.newest["p1/json"]?.contains(#""held""#) == false)
    }

    @Test("an outage: its minutes follow in order, each once, from the last that was heard to the last that was not")
    func history() async throws {
        let broker = try MosquittoBroker()
        try broker.setPasswords(["reader", "meter"])
        try await broker.start(config: broker.passwordConfig)
        let subscriber = try await Subscriber(port: broker.port, login: ("reader", "reader"))

        // A telegram of each minute, ten in a second; a day of them, more than will be used.
        var meter = EmulatedMeter(EmulatorSettings(interval: 60_000), seed: 1, now: 1_792_836_000_000)
        let capture = (0..<1440).flatMap { _ in meter.next() }
        let program = try Program.bridge(
            port: broker.port,
            meters: [#"{"source": {"type": "emulator", "replay": "capture", "interval": 0.1}}"#],
            mqtt: #", "username": "meter", "password": "meter", "keepAlive": 3600"#,
            more: #", "publish": {"history": true}, "debug": {"enabled": true}"#, files: ["capture": capture])
        try await subscriber.waitUntil("documents") { $0.count { $0.topic == "p1/json" } > 3 }
        // Until it was connected was an outage too; it is over.
        let firstHeard = try #require(subscriber.payloads(of: "p1/json").compactMap(minute).first)
        func history() -> [String] { subscriber.payloads(of: "p1/history").filter { minute($0) ?? 0 > firstHeard } }
        #expect(history().isEmpty)

        // The broker knows the program no more, and disconnects it; the reader stays.
        try broker.setPasswords(["reader"])
        broker.reload()
        try await program.waitForLog("WARNING MQTT broker")
        let lastHeard = try #require(subscriber.payloads(of: "p1/json").compactMap(minute).last)
        try await eventually("50 minutes of outage") { self.minutes(of: program).last ?? 0 > lastHeard + 50 }
        let lastMissed = try #require(minutes(of: program).last)
        try broker.setPasswords(["reader", "meter"])
        broker.reload()

        try await subscriber.waitUntil("the history", within: .seconds(60)) { arrivals in
            arrivals.contains { $0.topic == "p1/history" && (self.minute($0.payload) ?? 0) >= lastMissed }
        }
        let history = history()
        let minutes = history.compactMap(minute)
        let first = try #require(minutes.first)
        let last = try #require(minutes.last)
        #expect(first <= lastHeard + 1)
        #expect(minutes == Array(first...last), "none missing, in order, none twice")
        #expect(try history.map { try JSONReader.read(Array($0.utf8))["seq"] } == minutes.map { .number("\($0)") })
        #expect(subscriber.arrivals.filter { $0.topic == "p1/history" }.allSatisfy { !$0.isRetained })
    }

    /// The minute since 1970 of a document's time.
    private func minute(_ json: String) -> Int64? {
        guard case .text(let time)? = try? JSONReader.read(Array(json.utf8))["timestamp"] else { return nil }
        return UTCTime.secondsSince1970(time).map { $0 / 60 }
    }

    /// The minutes of the telegrams that the program has read.
    private func minutes(of program: Program) -> [Int64] {
        program.folder.content("debug-data-parsed.log").split(separator: "\n").compactMap { minute(String($0)) }
    }
}
