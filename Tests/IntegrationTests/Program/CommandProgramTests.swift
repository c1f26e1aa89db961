import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("The program: its commands", .ownThreads) struct CommandProgramTests {
    // MARK: - Configuration

    @Test("a wrong configuration ends with 2 and all its problems, a line each") func wrongConfiguration() async throws {
        let result = try await Program.run(
            ["run"],
            configuration: """
                {"mqtt": {"prot": 1883, "port": "1883"}, "colour": 1,
                 "meters": [{"source": {"type": "serial", "baudRate": 9601}}, {"name": "bridge", "source": {"type": "tcp", "host": "a"}}]}
                """, environment: ["P1MQTT_MQTT_QOS": "3", "P1MQTT_MQTT_QOZ": "1"])
        #expect(result.code == 2)
        #expect(result.output.isEmpty)
        #expect(result.log.hasPrefix("The configuration is not right:\n"))
        let parts = [
            "mqtt.prot", "mqtt.port", "colour", "meters[0].source.path", "meters[0].source.baudRate", "meters[1].name",
            "meters[1].source.port",
            "P1MQTT_MQTT_QOS", "P1MQTT_MQTT_QOZ",
        ]
        let lines = result.log.split(separator: "\n").dropFirst()
        for part in parts { #expect(lines.count { $0.contains("\(part) ") || $0.contains(part) } >= 1, "\(part) in \(result.log)") }
        #expect(lines.count == parts.count, "\(result.log)")
    }

    @Test("a file that is no JSON, and one that is not there", arguments: ["run", "check"]) func noConfiguration(_ command: String)
        async throws
    {
        let broken = try await Program.run([command], configuration: "{\"mqtt\": {\"host\": \"a\",}}")
        #expect(broken.code == 2 && broken.log.contains("config.json is not valid JSON"), "\(broken.log)")
        let missing = try await Program.run([command, "--config", "nowhere.json"])
        #expect(missing.code == 2 && missing.log.contains("nowhere.json"), "\(missing.log)")
    }

    @Test("without a source it ends with 2 and says what to put where", arguments: ["run", "check"]) func noSource(_ command: String)
        async throws
    {
        let result = try await Program.run([command], configuration: "{}")
        #expect(result.code == 2)
        #expect(result.log.contains("No meter is configured in config.json."))
        #expect(result.log.contains(#"{ "meters": [ { "source": { "type": "serial", "path": ""#))
        #expect(result.log.contains("p1mqtt run --emulator nl-dsmr42"))
    }

    @Test(
        "wrong usage ends with 2",
        arguments: [["frobnicate"], ["run", "--colour"], ["decode", "--utc-offset", "1"], ["check", "--seconds", "0"]])
    func wrongUsage(_ arguments: [String]) async throws {
        let result = try await Program.run(arguments)
        #expect(result.code == 2, "\(result.log)")
        #expect(result.output.isEmpty && !result.log.isEmpty)
    }

    @Test("flags stand over the environment, and that over the file") func precedence() async throws {
        let result = try await Program.run(
            ["check", "--emulator", "be-emucs", "--port", "1"], configuration: #"{"mqtt": {"port": "wrong"}}"#,
            environment: ["P1MQTT_MQTT_TOPIC_PREFIX": "x"])
        #expect(result.code == 2, "a problem of the file stays one: \(result.log)")
        let right = try await Program.run(["check", "--emulator", "be-emucs"], environment: ["P1MQTT_MQTT_TOPIC_PREFIX": "x"])
        #expect(right.code == 0)
        #expect(right.output == "The configuration is right (no file): 1 meter.\n")
    }

    // MARK: - check --connect

    @Test("check --connect tries broker and meter, and says what it found") func checkConnect() async throws {
        let broker = try await MosquittoBroker.started()
        let capture = SimulatedMeter.capture(3)
        let result = try await Program.run(
            ["check", "--connect"],
            configuration:
                #"{"mqtt": {"host": "127.0.0.1", "port": \#(broker.port)}, "meters": [\#(Program.file("capture", name: "roof"))]}"#,
            files: ["capture": capture])
        #expect(result.code == 0, "\(result.log)")
        #expect(result.output.contains("Broker 127.0.0.1:\(broker.port): connected (mosquitto version "), "\(result.output)")
        #expect(result.output.contains("roof, file capture:\n"))
        #expect(result.output.contains("3 good, 0 with a wrong checksum"), "\(result.output)")
    }

    @Test("check --connect ends with 1 when the broker or the meter does not answer") func checkFails() async throws {
        let port = try freePort()
        let result = try await Program.run(
            ["check", "--connect", "--seconds", "1"],
            configuration: #"{"mqtt": {"host": "127.0.0.1", "port": \#(port)}, "meters": [\#(Program.serial("/dev/ttyNOWHERE"))]}"#)
        #expect(result.code == 1)
        #expect(result.output.contains("Broker: MQTT broker 127.0.0.1:\(port): cannot be reached"), "\(result.output)")
        #expect(result.output.contains("/dev/ttyNOWHERE does not exist"), "\(result.output)")
    }

    // MARK: - ports

    @Test("ports lists, and listens to one") func ports() async throws {
        let list = try await Program.run(["ports"])
        #expect(list.code == 0 && !list.output.isEmpty)
        let terminal = PseudoTerminal()
        let program = try Program(["ports", "--listen", terminal.path])
        // Until it has the port, what is sent is lost.
        try await eventually("the end of listening; \(program.log)\(program.output)", within: .seconds(40)) {
            try await terminal.send(SimulatedMeter.telegram(1), portion: 512)
            pause(milliseconds: 100)
            return !program.isRunning
        }
        #expect(try await program.exit() == 0)
        #expect(program.output.contains("/SIM5\\2P1MQTT") && program.output.contains("This is a P1 port that works."), "\(program.output)")
    }

    @Test("ports --listen ends with 1 where nothing is heard") func nothingHeard() async throws {
        let terminal = PseudoTerminal()
        let result = try await Program.run(["ports", "--listen", terminal.path, "--seconds", "1"])
        #expect(result.code == 1)
        #expect(result.output.contains("Nothing was heard."), "\(result.output)")
    }

    @Test("a signal ends the listening: the port has its old settings back, and what was heard is said", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: CInt) async throws {
        let terminal = PseudoTerminal()
        var speed: speed_t {
            var line = terminal.line
            return cfgetospeed(&line)
        }
        let old = speed
        let ports = try Program(["ports", "--listen", terminal.path, "--seconds", "3600"])
        try await eventually("the port at its speed") { speed == speed_t(B115200) }
        ports.signal(signal)
        #expect(try await ports.exit() == 1)
        #expect(ports.output.contains("Nothing was heard."), "\(ports.output)")
        #expect(speed == old && old != speed_t(B115200))

        let meters = [Program.serial(terminal.path), Program.tcp(9, name: "never")].joined(separator: ", ")
        let broker = try MosquittoBroker()
        try await broker.start()
        let check = try Program(
            ["check", "--connect", "--seconds", "3600"], configuration: #"{"mqtt": {"port": \#(broker.port)}, "meters": [\#(meters)]}"#)
        try await eventually("the port at its speed") { speed == speed_t(B115200) }
        check.signal(signal)
        #expect(try await check.exit() == 1)
        #expect(speed == old)
        #expect(!check.output.contains("never"), "\(check.output)")
    }

    // MARK: - decode

    @Test("decode: documents on standard output and 0 when all was good") func decode() async throws {
        let result = try await Program.run(["decode", "a", "b"], files: ["a": SimulatedMeter.capture(2), "b": SimulatedMeter.telegram(5)])
        #expect(result.code == 0 && result.log.isEmpty)
        let times = try result.output.split(separator: "\n").map { line in try JSONReader.read(Array(line.utf8))["timestamp"] }
        #expect(times == [0, 1, 5].map { .text(SimulatedMeter.time($0)) })
    }

    @Test("emulate repeats a capture, also one that comes through a pipe") func replay() async throws {
        let capture = SimulatedMeter.capture(3)
        for arguments in [["--replay", "-"], ["--replay", "a"]] {
            let result = try await Program.run(
                ["emulate", "--interval", "0", "--count", "6"] + arguments, files: ["a": capture], input: capture)
            #expect(result.code == 0 && Array(result.output.utf8) == capture + capture, "\(result.log)")
        }
        let empty = try await Program.run(["emulate", "--replay", "-"])
        #expect(empty.code == 1 && empty.log.contains("there is no telegram in standard input"), "\(empty.log)")
    }

    @Test("decode reads standard input, and LF alone", arguments: [["decode"], ["decode", "-"]]) func standardInput(_ arguments: [String])
        async throws
    {
        let result = try await Program.run(arguments, input: SimulatedMeter.telegram(3).filter { $0 != 0x0D })
        #expect(result.code == 0, "\(result.log)")
        #expect(result.output.contains(SimulatedMeter.time(3)))
    }

    @Test("decode ends with 1 when something was damaged, and with 2 when a file cannot be read") func damaged() async throws {
        var bytes = SimulatedMeter.telegram(1)
        bytes[100] ^= 1
        let files = ["a": bytes + SimulatedMeter.telegram(2)]
        let result = try await Program.run(["decode", "a"], files: files)
        #expect(result.code == 1)
        #expect(result.output.split(separator: "\n").count == 1)
        #expect(result.log.contains("a: at offset 0: a telegram came with checksum "), "\(result.log)")
        let objects = try await Program.run(["decode", "--objects", "a"], files: files)
        #expect(objects.code == 1)
        let words = try objects.output.split(separator: "\n").map { line in try JSONReader.read(Array(line.utf8))["crc"] }
        #expect(words == [.text("invalid"), .text("valid")])
        let missing = try await Program.run(["decode", "nowhere"])
        #expect(missing.code == 2)
        #expect(missing.log == "cannot read nowhere: No such file or directory\n")
    }
}
