import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("The program: what the machine does to it", .ownThreads) struct ProcessProgramTests {
    private static let debug = #", "debug": {"enabled": true, "directory": "debug"}"#

    @Test("kill -9 at any moment leaves nothing broken behind") func killedAnytime() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let folder = try TemporaryFolder()
        let more = #", "debug": {"enabled": true, "directory": "\#(folder.path)", "maximumBytes": 10000}"#
        func start() throws -> Program {
            try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)], more: more)
        }
        for round in 0..<12 {
            let program = try start()
            if round % 3 > 0 { try await program.waitForLog(round % 3 == 1 ? "opened at" : "connected to the MQTT broker") }
            // In the middle of what it does then: nothing, a telegram, or half of one.
            let telegram = SimulatedMeter.telegram(round)
            if round % 3 > 0 { try await terminal.send(Array(telegram.prefix(round % 2 == 0 ? telegram.count : 400)), portion: 4096) }
            pause(milliseconds: round * 7)
            program.signal(SIGKILL)
            #expect(try await program.exit() == -SIGKILL)
        }
        let program = try start()
        try await program.waitForLog("opened at")
        try await terminal.send(Array("\r\n".utf8) + SimulatedMeter.telegram(40), portion: 4096)
        try await subscriber.waitForDocument(40)
        for (topic, value) in SimulatedMeter.values(40) { try await subscriber.waitFor("p1/\(topic)", value) }
        for document in subscriber.payloads(of: "p1/json") { _ = try JSONReader.read(Array(document.utf8)) }
        #expect(subscriber.newest["p1/bridge/state"] == "online")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        #expect(program.logLines(with: "cannot write the debug log").isEmpty, "\(program.log)")
        #expect(try await Program.run(["decode", folder.path + "/debug-data-raw.log"]).output.contains("4321.940"))
    }

    @Test("a disk that is full costs the debug log and nothing else, and is reported once a file") func diskFull() async throws {
        let disk = Confinement.disk(bytes: 65536)
        guard try Confinement.isAllowed(disk) else { return }
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program.bridge(
            port: broker.port, meters: [Program.emulator(interval: 0.02)], more: Self.debug, wrapper: disk)
        try await program.waitForLog("cannot write the debug log")
        let before = subscriber.payloads(of: "p1/json").count
        try await subscriber.waitUntil("a hundred telegrams more", within: .seconds(60)) { arrivals in
            arrivals.count { $0.topic == "p1/json" } > before + 100
        }
        let lines = program.logLines(with: "debug log")
        #expect((1...2).contains(lines.count) && lines[0].contains("No space left on device"), "\(program.log)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("with too few descriptors it says so, and goes on with what it has") func descriptors() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let server = try Listener(backlog: 64)
        let meters = [Program.serial(terminal.path)] + (0..<40).map { Program.tcp(server.port, name: "m\($0)") }
        let program = try Program.bridge(port: broker.port, meters: meters, wrapper: Confinement.descriptors(32))
        try await program.waitForLog("only 32 files may be open, 41 meters need 65; raise it")
        try await program.waitForLog("no descriptor is left")
        try await program.waitForLog("connected to the MQTT broker")
        try await program.waitForLog("opened at")
        try await terminal.send(SimulatedMeter.telegram(7), portion: 4096)
        try await subscriber.waitForDocument(7)
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("runs without root, without capabilities, on a read-only file system") func harmless() async throws {
        guard try Confinement.isAllowed(Confinement.harmless) else { return }
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let environment = [
            "P1MQTT_MQTT_HOST": "127.0.0.1", "P1MQTT_MQTT_PORT": "\(broker.port)", "P1MQTT_METERS_0_SOURCE_TYPE": "emulator",
            "P1MQTT_METERS_0_SOURCE_INTERVAL": "0.1", "P1MQTT_DEBUG_ENABLED": "true",
        ]
        let program = try Program(["run"], environment: environment, wrapper: Confinement.harmless)
        try await subscriber.waitUntil("telegrams", within: .seconds(30)) { $0.count { $0.topic == "p1/json" } > 3 }
        let status = try #require(SystemFile.text("/proc/\(program.process)/status"))
        let fields = Dictionary(
            status.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }.map {
                ($0[0], $0.dropFirst().joined(separator: " "))
            },
            uniquingKeysWith: { first, _ in first })
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] { #expect(fields[set] == "0000000000000000", "\(set)") }
        #expect(fields["NoNewPrivs:"] == "1")
        #expect(fields["Uid:"]?.split(separator: " ").contains("0") == false)
        // The debug log cannot be written; that is one line a file.
        #expect(program.logLines(with: "Read-only file system").count == 2, "\(program.log)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("a secret is in no command line, log, topic or debug log") func secrets() async throws {
        let broker = try MosquittoBroker()
        let secret = "pa55-OF-the-attic"
        try broker.setPasswords(["home": secret])
        try await broker.start(config: broker.passwordConfig)
        let subscriber = try await Subscriber(port: broker.port, login: ("home", secret))
        let program = try Program(
            ["run"],
            configuration: """
                {"mqtt": {"host": "127.0.0.1", "port": \(broker.port), "username": "home", "passwordFile": "password"},
                 "meters": [\(Program.emulator())], "debug": {"enabled": true}, "log": {"level": "trace"}}
                """, files: ["password": Array("\(secret)\n".utf8)])
        try await subscriber.waitUntil("telegrams and discovery", within: .seconds(30)) { arrivals in
            arrivals.contains { $0.topic.hasPrefix("homeassistant/") } && arrivals.count { $0.topic == "p1/json" } > 3
                && arrivals.contains { $0.topic == "p1/bridge/health" }
        }
        // Once more with a broker that is gone, for what is said then.
        broker.kill()
        try await program.waitForLog("WARNING MQTT broker")
        program.signal(SIGTERM)
        let files = try FileManager.default.contentsOfDirectory(atPath: program.folder.path).filter { $0 != "password" }
        #expect(files.contains("debug-data-parsed.log") && files.contains("stderr"))
        for file in files {
            #expect(!program.folder.content(file).contains(secret), "\(file)")
        }
        for proc in ["cmdline", "environ", "comm"] {
            #expect(SystemFile.text("/proc/\(program.process)/\(proc)")?.contains(secret) != true, "\(proc)")
        }
        for arrival in subscriber.arrivals { #expect(!arrival.payload.contains(secret) && !arrival.topic.contains(secret)) }
        #expect(try await program.exit() == 0)
    }
}
