import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Telegrams over TCP", .ownThreads)
struct TelegramServerTests {
    private func connect(_ port: Int, receiveBuffer: CInt? = nil) throws -> CInt {
        let address = try #require(SocketAddress.numeric("127.0.0.1", port: port))
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size)) }
        #expect(address.connect(descriptor) == 0)
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        return descriptor
    }

    /// Runs a server and hands its ports to `body`.
    private func serving(
        _ meters: [EmulatedMeter], count: Int? = nil, _ body: ([Int]) async throws -> Void,
        after: @escaping @Sendable (TelegramServer) -> Void = { _ in }
    ) async throws {
        let (ports, tell) = AsyncStream<[Int]>.makeStream()
        try await EmulationRun.running { stop in
            let server = try TelegramServer(meters, host: "127.0.0.1", port: 0, count: count)
            tell.yield(server.ports)
            server.run(until: stop)
            after(server)
        } _: {
            for await ports in ports { return try await body(ports) }
        }
    }

    @Test("each port has a meter of its own, and each reader of a port hears the same")
    func server() async throws {
        try await serving((0..<3).map { EmulationRun.meter(UInt64($0)) }) { ports in
            #expect(Set(ports).count == 3)
            for (index, port) in ports.enumerated() {
                let both = try [connect(port), connect(port)]
                defer { both.forEach { close($0) } }
                let heard = await [EmulationRun.telegrams(5, from: both[0]), EmulationRun.telegrams(5, from: both[1])]
                for telegrams in heard {
                    #expect(telegrams.count >= 5)
                    let id = telegrams.first.flatMap { telegram in
                        telegram.objects.first { $0.code == OBISCode(0, 0, 96, 1, 1) }
                            .flatMap { telegram.values(of: $0).first }.flatMap { telegram.serialNumber($0.text) }
                    }
                    #expect(id == "EMUE000000000000\(index)")
                }
                let (first, second) = (EmulationRun.readings(heard[0]), EmulationRun.readings(heard[1]))
                #expect(!Set(first).isDisjoint(with: second))
            }
        }
    }

    @Test("ends when every meter has had its telegrams heard")
    func count() async throws {
        let (ended, end) = AsyncStream<Void>.makeStream()
        try await serving([EmulationRun.meter(), EmulationRun.meter(2)], count: 3) { ports in
            for port in ports {
                let reader = try connect(port)
                defer { close(reader) }
                #expect(await EmulationRun.telegrams(.max, from: reader).count == 3)
            }
            #expect(await EmulationRun.ends(ended))
        } after: { _ in
            end.finish()
        }
    }

    @Test("a reader that takes nothing is disconnected, and the others do not notice")
    func slowReader() async throws {
        // Large telegrams, so that few of them fill what the connection holds.
        let large = "/LARGE\r\n\r\n0-0:96.13.0(" + String(repeating: "30", count: 8000) + ")\r\n!\r\n"
        let meter = EmulatedMeter(
            EmulatorSettings(interval: 60, replay: ReplayCapture(path: "large", bytes: Array(large.utf8))), seed: 0, now: 0)
        let dropped = Locked(0)
        try await serving([meter]) { ports in
            let slow = try connect(ports[0], receiveBuffer: 4096)
            defer { close(slow) }
            let quick = try connect(ports[0], receiveBuffer: 1_000_000)
            defer { close(quick) }
            // Three times what the connection holds.
            #expect(await EmulationRun.telegrams(30, from: quick).count >= 30)
            // What was on its way comes, and then the end, although the meter goes on.
            #expect(await EmulationRun.telegrams(.max, from: slow).count < 30)
            #expect(await EmulationRun.telegrams(2, from: quick).count >= 2)
        } after: { server in
            dropped.withLock { $0 = server.droppedReaders }
        }
        #expect(dropped.withLock { $0 } == 1)
    }

    @Test("an address that is none, or is taken, is refused with a remedy")
    func refused() throws {
        #expect(throws: OutputError.self) { try TelegramServer([EmulationRun.meter()], host: "nowhere", port: 0, count: nil) }
        let first = try TelegramServer([EmulationRun.meter()], host: "127.0.0.1", port: 0, count: nil)
        #expect(throws: OutputError.self) {
            try TelegramServer([EmulationRun.meter()], host: "127.0.0.1", port: first.ports[0], count: nil)
        }
    }
}
