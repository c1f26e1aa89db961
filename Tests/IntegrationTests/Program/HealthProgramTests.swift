import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTSystem

@Suite("The program: p1mqtt health", .ownThreads) struct HealthProgramTests {
    /// The answer to somebody with the same configuration.
    private func health(_ program: Program, _ flags: [String] = []) async throws -> (code: CInt, output: String, log: String) {
        try await Program.run(["health"] + flags, configuration: program.folder.content("config.json"))
    }

    @Test("alive with broker and meter, without either, and gone") func life() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program.bridge(
            port: broker.port, meters: [Program.emulator(), Program.tcp(1, name: "roof")], mqtt: #", "topicPrefix": "health1""#)
        try await subscriber.waitUntil("telegrams", within: .seconds(30)) { $0.contains { $0.topic == "health1/json" } }
        try await program.waitForLog("roof")
        let alive = try await health(program)
        #expect(alive.code == 0, "\(alive)")
        let lines = alive.output.split(separator: "\n")
        #expect(lines.count == 4 && lines[0] == "healthy: both threads live", "\(alive.output)")
        #expect(lines[1].hasPrefix("Connected to the broker; "))
        #expect(Array(lines[2...]) == ["health1: online", "roof: offline"])
        broker.kill()
        try await program.waitForLog("cannot be reached")
        let alone = try await health(program)
        #expect(alone.code == 0 && alone.output.contains("\nNo connection to the broker; "), "\(alone)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        let gone = try await health(program)
        #expect(gone.code == 1 && gone.output.isEmpty)
        #expect(gone.log.contains("topic prefix health1 and client id p1mqtt-") && gone.log.contains("does not run"), "\(gone.log)")
    }

    @Test("nobody there: the name that was looked for, and what is wrong with the configuration") func unknown() async throws {
        let wrong = try await Program.run(["health"], configuration: #"{"colour": 1, "mqtt": {"topicPrefix": "health4"}}"#)
        #expect(wrong.code == 1 && wrong.log.contains("health4") && wrong.log.contains("colour"), "\(wrong.log)")
        let other = try await Program.run(["health", "--topic-prefix", "health2"], configuration: "{}")
        #expect(other.code == 1 && other.log.contains("health2"), "\(other.log)")
    }

    @Test("a program that is stuck is not healthy, and is again when it goes on") func stuck() async throws {
        let program = try Program.bridge(port: 1, meters: [Program.emulator()], mqtt: #", "topicPrefix": "health3""#)
        try await program.waitForLog("a telegram every")
        try await eventually("an answer") { try await health(program).code == 0 }
        program.signal(SIGSTOP)
        let frozen = try await health(program)
        #expect(frozen.code == 1 && frozen.log.contains("is stuck: its input thread did not answer within 5 seconds"), "\(frozen)")
        program.signal(SIGCONT)
        try await eventually("an answer again") { try await health(program).code == 0 }
    }
}
