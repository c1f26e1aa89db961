import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("The program: hostile peers", .ownThreads) struct HostilePeerTests {
    /// What a broker says right after the connection, in MQTT 3.1.1.
    struct Speech: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
    }

    private static let accept: [UInt8] = [0x20, 2, 0, 0]

    /// A PUBLISH of QoS 0.
    private static func publish(_ topic: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        var length = topic.count + 2 + payload.count
        var bytes: [UInt8] = [0x30]
        repeat {
            bytes.append(UInt8(length % 128) | (length > 127 ? 0x80 : 0))
            length /= 128
        } while length > 0
        return bytes + [UInt8(topic.count >> 8), UInt8(topic.count & 255)] + topic + payload
    }

    private static let birth = Array("homeassistant/status".utf8)

    static let speeches: [Speech] = {
        var generator = SplitMix64(seed: 5)
        let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let online = Array("online".utf8)
        return [
            Speech(testDescription: "noise", bytes: noise),
            Speech(testDescription: "accept, then noise", bytes: accept + noise),
            Speech(testDescription: "a code that does not exist", bytes: [0x20, 2, 0, 200]),
            Speech(testDescription: "a length that never ends", bytes: accept + [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            Speech(testDescription: "a message of 16 MB", bytes: accept + publish(birth, [UInt8](repeating: 0x41, count: 16_000_000))),
            Speech(testDescription: "a flood", bytes: accept + (0..<50_000).flatMap { _ in publish(birth, online) }),
            Speech(testDescription: "a topic that is no text", bytes: accept + publish([0xFF, 0xFE, 0, 0x1B], online)),
            Speech(testDescription: "a topic with wildcards", bytes: accept + publish(Array("+/#".utf8), online)),
            Speech(
                testDescription: "confirmations of what was never sent",
                bytes: accept + [0x40, 2, 0, 9, 0x50, 2, 0, 9, 0x62, 2, 0, 9, 0x90, 3, 9, 9, 0]),
            // With MQTT 5 the last two of these bytes are an unknown property, which ends libmosquitto 2.0.11.
            Speech(testDescription: "a second accept, with properties", bytes: accept + [0x20, 5, 0, 0, 2, 0x7F, 0]),
            Speech(testDescription: "a request, as a client would", bytes: accept + [0x82, 6, 0, 1, 0, 1, 0x23, 0]),
            Speech(testDescription: "nothing", bytes: []),
        ]
    }()

    @Test("whatever the broker says, the program reads its meter and ends when it is asked to", arguments: speeches)
    func broker(_ speech: Speech) async throws {
        let port = try freePort()
        let terminal = PseudoTerminal()
        let folder = try TemporaryFolder()
        let program: Program
        do {
            let listener = try Listener(port: port)
            program = try Program.bridge(
                port: port, meters: [Program.serial(terminal.path)],
                more: #", "debug": {"enabled": true, "directory": "\#(folder.path)"}"#)
            try await eventually("a connection; \(program.log)", within: .seconds(30)) { listener.hasClient }
            try await listener.say(speech.bytes)
            try await program.waitForLog("opened at")
            try await terminal.send(SimulatedMeter.telegram(3), portion: 4096)
            try await eventually("the telegram in the debug log; \(program.log)", within: .seconds(30)) {
                FileManager.default.contents(atPath: folder.path + "/debug-data-parsed.log").map { $0.count > 100 } ?? false
            }
        }
        #expect(program.isRunning)
        for line in program.logLines { #expect(line == line.printable && line.utf8.count < 5000, "\(line)") }
        #expect(program.logLines.count < 12, "\(program.log)")
        // The memory that it ever had, in kB.
        let status = SystemFile.text("/proc/\(program.process)/status") ?? ""
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst().first.flatMap {
            Int($0)
        }
        #expect((peak ?? 0) < 120_000, "\(status)")
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(20)) == 0)
    }

    @Test("a storm of messages on every topic that it listens to does not keep telegrams from the broker") func storm() async throws {
        let broker = try await MosquittoBroker.started()
        let terminal = PseudoTerminal()
        let program = try Program(
            ["run"],
            configuration: """
                {"mqtt": {"host": "127.0.0.1", "port": \(broker.port)},
                 "meters": [\(Program.serial(terminal.path)), {"name": "attic", "source": {"type": "mqtt", "topic": "attic/raw"}}]}
                """)
        try await program.waitForLog("connected to the MQTT broker")
        try await program.waitForLog("opened at")
        var storms: [pid_t] = []
        for (topic, payload) in [
            ("homeassistant/status", "online"), ("p1/bridge/info", #"{\"instance\":\"x\"}"#),
            ("attic/raw", String(repeating: "/x!", count: 1000)),
        ] {
            let command = "yes \"\(payload)\" | head -n 20000 | exec mosquitto_pub -p \(broker.port) -t \(topic) -l"
            storms.append(try spawn(["/bin/sh", "-c", command], output: "/dev/null", leadsGroup: true))
        }
        defer { storms.forEach(killGroup) }
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/json")
        for second in 10..<15 {
            try await terminal.send(SimulatedMeter.telegram(second), portion: 4096)
            try await subscriber.waitForDocument(second)
        }
        #expect(program.logLines.count < 20, "\(program.log)")
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(20)) == 0)
    }

    @Test("a TCP source that never stops sending does not keep another meter from the broker") func flood() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/json")
        let terminal = PseudoTerminal()
        let server = try Listener()
        let program = try Program.bridge(
            port: broker.port, meters: [Program.serial(terminal.path), Program.tcp(server.port, name: "flood")])
        try await program.waitForLog("connected to the MQTT broker")
        try await program.waitForLog("opened at")
        try await eventually("a connection") { server.hasClient }
        let talk = Task(executorPreference: TestThreads.shared) {
            try await server.say(Array(repeating: SimulatedMeter.telegram(1), count: 200).flatMap(\.self), times: 100)
        }
        defer { talk.cancel() }
        for second in 10..<15 {
            try await terminal.send(SimulatedMeter.telegram(second), portion: 4096)
            try await subscriber.waitForDocument(second)
        }
        #expect(program.isRunning && program.logLines(with: "ERROR").isEmpty)
    }

    @Test("TLS below 1.2 is not spoken, even where the system would allow it") func oldTLS() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", for: "IP:127.0.0.1")
        let configuration = certificates.path("openssl.cnf")
        try """
        openssl_conf = all
        [all]
        ssl_conf = ssl
        [ssl]
        system_default = lax
        [lax]
        MinProtocol = TLSv1
        CipherString = ALL:@SECLEVEL=0
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        let port = try freePort()
        let lax = ["/usr/bin/env", "OPENSSL_CONF=\(configuration)", "openssl"]
        let server = try spawn(
            lax + ["s_server", "-accept", "127.0.0.1:\(port)", "-tls1_1", "-www", "-cert", certificates.path("server.crt")]
                + ["-key", certificates.path("server.key")], output: certificates.path("server.log"))
        defer {
            kill(server, SIGKILL)
            exitCode(of: server)
        }
        // Any other client with these settings does speak TLS 1.1 to it.
        try await eventually("a server of TLS 1.1") {
            try run(lax + ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_1"], output: certificates.path("client.log")) == 0
        }
        let program = try Program.bridge(
            port: port, meters: [Program.emulator()], mqtt: #", "tls": {"enabled": true, "caFile": "\#(certificates.path("ca.crt"))"}"#,
            environment: ["OPENSSL_CONF": configuration])
        try await program.waitForLog("WARNING MQTT broker 127.0.0.1:\(port): TLS failed")
        #expect(program.log.contains("alert protocol version"), "\(program.log)")
    }
}
