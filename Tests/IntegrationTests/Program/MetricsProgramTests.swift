import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("The program: metrics", .ownThreads) struct MetricsProgramTests {
    static func bridge(_ port: Int, meters: [String], broker: Int = 1, wrapper: [String] = []) async throws -> Program {
        let program = try Program.bridge(
            port: broker, meters: meters, more: #", "metrics": {"listen": "127.0.0.1:\#(port)"}"#, wrapper: wrapper)
        try await program.waitForLog("metrics are served on 127.0.0.1:\(port)")
        return program
    }

    static func get(_ path: String, _ port: Int) async throws -> (status: String, body: String) {
        let client = try TCPClient(port: port)
        client.send("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
        try await client.waitForEnd("the answer of \(path)")
        let parts = client.text.split(separator: "\r\n\r\n", maxSplits: 1)
        return (String(client.text.split(separator: " ").dropFirst().first ?? ""), String(parts.last ?? ""))
    }

    static let household =
        #"{"source": {"type": "emulator", "profile": "nl-dsmr50", "interval": 0.2, "household": true, "startTime": "2026-07-01T10:00:00Z"}}"#

    @Test("the page has what was published, exactly; a meter that falls silent has no values") func values() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let port = try freePort()
        let terminal = PseudoTerminal()
        let program = try await Self.bridge(port, meters: [Program.serial(terminal.path, name: "house")], broker: broker.port)
        try await program.waitForLog("opened at")
        for second in 1...3 { try await terminal.send(SimulatedMeter.telegram(second), portion: 512) }
        try await subscriber.waitForDocument(3, prefix: "p1/house")
        let page = try await Self.get("/metrics", port)
        #expect(page.status == "200")
        let energy = try #require(subscriber.payloads(of: "p1/house/electricity/received/tariff1").last)
        let milli = try #require(Int(energy.replacing(".", with: "")))
        #expect(energy.split(separator: ".").last?.count == 3)
        #expect(
            page.body.contains("\np1_electricity_received_tariff_joules_total{meter=\"house\",tariff=\"1\"} \(milli * 3600)\n"),
            "\(page.body)")
        #expect(page.body.contains(#"p1mqtt_telegrams_total{meter="house",result="accepted"} 3"#))
        #expect(page.body.contains(#"p1mqtt_meter_online{meter="house"} 1"#) && page.body.contains("\np1mqtt_broker_connected 1\n"))
        try await subscriber.waitUntil("its address") { arrivals in
            arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains(#""metrics":"127.0.0.1:\#(port)""#) }
        }
        terminal.unplug()
        try await subscriber.waitFor("p1/house/availability", "offline")
        let after = try await Self.get("/metrics", port)
        #expect(!after.body.contains("\np1_") && after.body.contains(#"p1mqtt_meter_online{meter="house"} 0"#))
        let health = try await Self.get("/health", port)
        #expect(health.status == "200" && health.body.hasPrefix("healthy: both threads live\n"))
        #expect(try await Self.get("/", port).status == "404")
    }

    @Test("10,000 requests leave no memory behind, and the meter goes on beside them") func memory() async throws {
        let port = try freePort()
        let program = try await Self.bridge(port, meters: [Self.household])
        func ask(_ count: Int) async throws -> [String: Int] {
            var statuses: [String: Int] = [:]
            for number in 0..<count { statuses[try await Self.get(number % 2 == 0 ? "/metrics" : "/health", port).status, default: 0] += 1 }
            return statuses
        }
        func resident() throws -> Int {
            let fields = try #require(SystemFile.text("/proc/\(program.process)/statm")).split(separator: " ")
            return try #require(fields.dropFirst().first.flatMap { Int($0) }) * 4096
        }
        func accepted() async throws -> Int {
            var page = ""
            try await eventually("a page") {
                let answer = try await Self.get("/metrics", port)
                page = answer.body
                return answer.status == "200"
            }
            return try #require(page.firstMatch(of: /result="accepted"} (\d+)/).flatMap { Int($0.output.1) })
        }
        let telegrams = try await accepted()
        _ = try await ask(1000)
        let before = try resident()
        let statuses = try await ask(10_000)
        let growth = try resident() - before
        #expect(growth < 2_000_000, "\(growth) bytes more")
        #expect(Set(statuses.keys).isSubset(of: ["200", "429"]) && statuses["200", default: 0] >= 5000, "\(statuses)")
        #expect(try await accepted() > telegrams + 5)
    }

    @Test("nothing of the library is in a program without metrics") func unmapped() async throws {
        let port = try freePort()
        let plain = try Program.bridge(port: 1, meters: [Program.emulator()])
        try await plain.waitForLog("a telegram every")
        let with = try await Self.bridge(port, meters: [Program.emulator()])
        func maps(_ program: Program) throws -> String {
            let path = program.folder.path("maps")
            try run(["/bin/cat", "/proc/\(program.process)/maps"], output: path)
            return program.folder.content("maps")
        }
        #expect(try maps(with).contains("libmicrohttpd"))
        let ofPlain = try maps(plain)
        #expect(ofPlain.contains("libmosquitto") && !ofPlain.contains("libmicrohttpd") && !ofPlain.contains("gnutls"))
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(with.process)/task").count
        #expect(tasks == (try FileManager.default.contentsOfDirectory(atPath: "/proc/\(plain.process)/task").count))
    }

    @Test("a reload moves the page, takes it away, and keeps the meters") func reload() async throws {
        let (first, second) = (try freePort(), try freePort())
        let program = try await Self.bridge(first, meters: [Self.household], wrapper: ["/usr/bin/setsid"])
        func reload(_ listen: String) throws {
            let text =
                #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "homeAssistant": {"enabled": false}\#(listen), "meters": [\#(Self.household)]}"#
            try program.folder.write(Array(text.utf8), to: "config.json")
            program.signal(SIGHUP)
        }
        try reload(#", "metrics": {"listen": "127.0.0.1:\#(second)"}"#)
        try await program.waitForLog("metrics are served on 127.0.0.1:\(second)")
        #expect(!isListening(port: first))
        try await eventually("values") { try await Self.get("/metrics", second).body.contains("\np1_timestamp_seconds") }
        try reload("")
        try await eventually("it is gone") { !isListening(port: second) }
        #expect(program.logLines(with: "a telegram every").count == 1, "\(program.log)")
    }

    @Test("a port that is taken does not stop the meters, and is had when it is free") func taken() async throws {
        var other: Listener? = try Listener()
        let port = try #require(other?.port)
        let program = try Program.bridge(
            port: 1, meters: [Self.household], more: #", "metrics": {"listen": "127.0.0.1:\#(port)"}"#)
        try await program.waitForLog("metrics are not served: cannot listen on 127.0.0.1, port \(port)")
        other = nil
        try await program.waitForLog("metrics are served on 127.0.0.1:\(port)")
        try await eventually("values") { try await Self.get("/metrics", port).body.contains("\np1_timestamp_seconds") }
    }

    /// Without the library, as the dynamic linker of a machine that lacks it would have it.
    @Test("without the library check says what to install, and run goes on without the page") func missing() async throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "libmicrohttpd.so.12")
        let environment = ["LD_LIBRARY_PATH": folder.path]
        let configuration = #"{"metrics": {"listen": "127.0.0.1:\#(try freePort())"}, "mqtt": {"port": 1}, "meters": [\#(Self.household)]}"#
        let checked = try await Program.run(["check"], configuration: configuration, environment: environment)
        #expect(checked.code == 1 && checked.log.contains("apt install libmicrohttpd12"), "\(checked)")
        let program = try Program(["run"], configuration: configuration, environment: environment)
        try await program.waitForLog("apt install libmicrohttpd12")
        try await program.waitForLog("a telegram every")
        #expect(program.logLines(with: "metrics are not served").count == 1 && program.isRunning)
    }
}
