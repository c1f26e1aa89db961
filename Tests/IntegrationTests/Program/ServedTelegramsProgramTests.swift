import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: telegrams for others", .ownThreads) struct ServedTelegramsProgramTests {
    private func meter(_ port: Int, name: String? = nil, _ source: String = #""type": "emulator", "interval": 0.2"#, more: String = "")
        -> String
    {
        let name = name.map { #""name": "\#($0)", "# } ?? ""
        return #"{\#(name)"source": {\#(source)}, "serve": {"port": \#(port)}\#(more)}"#
    }

    private func waitForTelegrams(_ count: Int, _ client: TCPClient, _ program: Program) async throws {
        try await eventually("\(count) telegrams; the log:\n\(program.log)") {
            client.read().count { $0 == UInt8(ascii: "!") } >= count
        }
    }

    @Test("each client gets what is on the topic raw, decrypted, whatever it sends itself") func bytes() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let port = try freePort()
        let program = try Program.bridge(
            port: broker.port, meters: [meter(port, more: #", "decryptionKey": "\#(String(repeating: "01", count: 16))""#)],
            more: #", "publish": {"raw": true}"#)
        try await program.waitForLog("telegrams are served on 127.0.0.1:\(port)")
        let clients = try (0..<3).map { _ in try TCPClient(port: port) }
        var sent = 0
        for client in clients {
            // Far more than the connection holds: it must be taken.
            try await eventually("all of it is taken") {
                sent += max(0, client.send([UInt8](repeating: UInt8(ascii: "/"), count: 100_000)))
                return sent > 3_000_000
            }
            sent = 0
        }
        for client in clients { try await waitForTelegrams(4, client, program) }
        try await eventually("the same on the topic raw") {
            let raw = subscriber.payloads(of: "p1/raw").joined()
            return clients.allSatisfy { client in
                let heard = String(
                    decoding: client.received.prefix(through: client.received.lastIndex(of: UInt8(ascii: "\n")) ?? 0), as: UTF8.self)
                return heard.hasPrefix("/") && raw.contains(heard)
            }
        }
        try await subscriber.waitUntil("where it is served") { arrivals in
            arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains(#""serve":"127.0.0.1:\#(port)""#) }
        }
        #expect(clients.allSatisfy { !$0.isClosed })
    }

    @Test("of 100 clients 16 are served, and the others are turned away at once") func crowd() async throws {
        let port = try freePort()
        let program = try Program.bridge(port: 1, meters: [meter(port)])
        try await program.waitForLog("are served on")
        let staying = try (0..<ServedTelegrams.maximumReaders).map { _ in try TCPClient(port: port) }
        for _ in staying.count..<100 { try await TCPClient(port: port).waitForEnd("one too many is turned away") }
        for client in staying { try await waitForTelegrams(2, client, program) }
        #expect(staying.count == 16 && staying.allSatisfy { !$0.isClosed })
    }

    @Test("one that reads nothing is hung up on, and the meter and the others do not notice") func slowReader() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let port = try freePort()
        let large = "/LARGE\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n0-0:96.13.0(" + String(repeating: "30", count: 6000) + ")\r\n!\r\n"
        let program = try Program.bridge(
            port: broker.port, meters: [meter(port, #""type": "emulator", "interval": 0.1, "replay": "large""#)],
            files: ["large": Array(large.utf8)])
        try await program.waitForLog("are served on")
        let slow = try TCPClient(port: port, receiveBuffer: 4096)
        let quick = try TCPClient(port: port, receiveBuffer: 200_000)
        try await waitForTelegrams(60, quick, program)
        try await slow.waitForEnd("the end of the slow one")
        #expect(slow.received.count { $0 == UInt8(ascii: "!") } < 40)
        #expect(quick.text.hasPrefix(String(repeating: large, count: 60)) && !quick.isClosed)
        try await subscriber.waitUntil("the meter") { $0.contains { $0.topic == "p1/json" } }
    }

    @Test("a port that is taken is said once, with a remedy, and had when it is free") func taken() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        var other: Listener? = try Listener()
        let port = try #require(other?.port)
        let program = try Program.bridge(port: broker.port, meters: [meter(port)])
        try await subscriber.waitUntil("the meter goes on") { $0.count { $0.topic == "p1/json" } > 3 }
        #expect(program.logLines(with: "Another program has the port").count == 1, "\(program.log)")
        other = nil
        try await program.waitForLog("telegrams are served on 127.0.0.1:\(port)")
        try await waitForTelegrams(2, TCPClient(port: port), program)
        #expect(program.logLines(with: "telegrams are not served").count == 1)
    }

    @Test("an address that is not ours does not stop the meter") func strangeAddress() async throws {
        let program = try Program.bridge(
            port: 1, meters: [#"{"source": {"type": "emulator"}, "serve": {"address": "192.0.2.1", "port": \#(try freePort())}}"#])
        try await program.waitForLog("This machine has no such address")
        try await program.waitForLog("a telegram every")
        #expect(program.isRunning)
    }

    @Test("a reload keeps the clients of a meter that stays, and hangs up on the others") func reload() async throws {
        let (house, barn, roof) = (try freePort(), try freePort(), try freePort())
        func configuration(_ meters: String...) -> String {
            #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "meters": [\#(meters.joined(separator: ", "))]}"#
        }
        let program = try Program(
            ["run"], configuration: configuration(meter(house, name: "house"), meter(barn, name: "barn")), wrapper: ["/usr/bin/setsid"])
        try await eventually("both") { program.logLines(with: "telegrams are served").count == 2 }
        let (staying, leaving) = (try TCPClient(port: house), try TCPClient(port: barn))
        for client in [staying, leaving] { try await waitForTelegrams(1, client, program) }
        try program.folder.write(Array(configuration(meter(roof, name: "roof"), meter(house, name: "house")).utf8), to: "config.json")
        program.signal(SIGHUP)
        try await leaving.waitForEnd("the end of the barn")
        try await program.waitForLog("127.0.0.1:\(roof)")
        try await waitForTelegrams(staying.read().count { $0 == UInt8(ascii: "!") } + 3, staying, program)
        #expect(!staying.isClosed && !isListening(port: barn))
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("two meters on one port are refused, with both keys") func samePort() async throws {
        let result = try await Program.run(
            ["check"],
            configuration: """
                {"meters": [{"name": "a", "source": {"type": "emulator"}, "serve": {"port": 2001}},
                            {"name": "b", "source": {"type": "emulator"}, "serve": {"port": 2001, "address": "0.0.0.0"}},
                            {"name": "c", "source": {"type": "emulator"}, "serve": {"address": "::1"}}]}
                """)
        #expect(result.code == 2)
        #expect(result.log.contains("meters[1].serve.port takes port 2001, as meters[0].serve.port does"), "\(result.log)")
    }
}
