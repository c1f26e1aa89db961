import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("The program: an encrypted meter", .ownThreads) struct EncryptedProgramTests {
    private let key = "7B5A1F02C94E8D3360A7E15C22F9B846"

    /// A bridge that reads a meter over TCP which encrypts with `key`; `content` is what its key file holds.
    private func run(
        content: String?, _ check: (Program, Subscriber, MosquittoBroker, (Int) throws -> Void) async throws -> Void
    ) async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let server = LoopbackServer()
        let keyFile = content == nil ? "" : #""decryptionKeyFile": "meter.key", "#
        let program = try Program.bridge(
            port: broker.port, meters: ["{\(keyFile)\(Program.tcp(server.port).dropFirst())"],
            files: ["meter.key": Array((content ?? "").utf8)])
        try await eventually("a connection to the server; the log: \(program.log)") {
            server.acceptAll()
            return !server.connections.isEmpty
        }
        let cipher = MeterCipher(decryptionKey: try #require(MeterKey(key)))
        try await check(program, subscriber, broker) { second in
            let sealed = try #require(
                cipher.seal(SimulatedMeter.telegram(second), systemTitle: 0x5349_4D00_0000_0001, counter: UInt32(second + 1)))
            server.send(sealed, to: 0)
        }
        let reported = program.log + program.output + subscriber.arrivals.map { "\($0.topic) \($0.payload)\n" }.joined()
        #expect(!reported.uppercased().contains(key.prefix(12)))
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("its values are published as those of a meter in clear") func publishes() async throws {
        try await run(content: key + "\n") { program, subscriber, _, send in
            for second in 0..<3 {
                try send(second)
                try await subscriber.waitForDocument(second)
            }
            let telegrams = subscriber.telegrams()
            #expect(telegrams.count == 4)
            for (second, arrivals) in telegrams.dropLast().enumerated() {
                let found = Dictionary(arrivals.map { (String($0.topic.dropFirst(3)), $0.payload) }, uniquingKeysWith: { $1 })
                for (topic, payload) in SimulatedMeter.values(second) { #expect(found[topic] == payload, "\(topic)") }
            }
            try await subscriber.waitUntil("what was found, in bridge/info") { arrivals in
                arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains("AES-128-GCM, system title 53494D0000000001") }
            }
            #expect(program.logLines(with: "WARNING").isEmpty && program.logLines(with: "ERROR").isEmpty, "\(program.log)")
        }
    }

    @Test(
        "no key and a wrong one: one error, the meter is offline, nothing else is published",
        arguments: [nil, "00112233445566778899AABBCCDDEEFF"] as [String?])
    func unreadable(_ content: String?) async throws {
        try await run(content: content) { program, subscriber, _, send in
            for second in 0..<5 { try send(second) }
            try await program.waitForLog(content == nil ? "no decryption key is set" : "the decryption key is wrong")
            try await subscriber.waitUntil("offline") { $0.contains { $0.topic == "p1/availability" && $0.payload == "offline" } }
            try await subscriber.waitUntil("what was found, in bridge/info") { arrivals in
                arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains("encrypted, system title 53494D0000000001") }
            }
            #expect(program.logLines(with: "ERROR").count == 1, "\(program.log)")
            #expect(program.log.contains("decryptionKeyFile"))
            #expect(!subscriber.arrivals.contains { $0.topic == "p1/json" })
        }
    }
}
