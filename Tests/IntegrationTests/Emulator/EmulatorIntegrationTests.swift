import Foundation
import P1Parser
import Testing

@testable import P1MQTT

@Suite("The emulator on real descriptors")
struct EmulatorIntegrationTests {
    private let limit: Int64 = 20_000

    /// Runs an emulation on a thread of its own; asked to stop when `body` is through, and waited for.
    private func running(
        _ emulation: @escaping @Sendable (WakeDescriptor) throws -> Void, _ body: () async throws -> Void
    ) async throws {
        let stop = WakeDescriptor()
        let failure = Locked<String?>(nil)
        let (ended, end) = AsyncStream<Void>.makeStream()
        DedicatedThread.start(named: "emulation") {
            do { try emulation(stop) } catch { failure.withLock { $0 = "\(error)" } }
            end.finish()
        }
        var problem: (any Error)?
        do { try await body() } catch { problem = error }
        stop.wake()
        for await _ in ended {}
        #expect(failure.withLock { $0 } == nil)
        if let problem { throw problem }
    }

    private func meter(_ seed: UInt64 = 1, interval: Double = 0.02) throws -> EmulatedMeter {
        try EmulatedMeter(EmulatorSettings(interval: interval, startTime: "2026-03-02T12:00:00Z"), seed: seed, now: 0)
    }

    /// Reads from a non-blocking descriptor until there are `count` telegrams, the other end closes, or time is up.
    private func telegrams(_ count: Int, from descriptor: CInt) -> [Telegram] {
        var framer = Framer()
        var telegrams: [Telegram] = []
        var portion = [UInt8](repeating: 0, count: 4096)
        let end = Moment.now().monotonic + limit
        while telegrams.count < count, Moment.now().monotonic < end {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 1000) > 0 else { continue }
            let length = read(descriptor, &portion, portion.count)
            guard length > 0 else { break }
            framer.feed(portion.span.extracting(0..<length)) { if case .frame(let frame) = $0 { telegrams.append(Telegram(frame)) } }
        }
        return telegrams
    }

    private func readings(_ telegrams: [Telegram]) -> [String] {
        telegrams.flatMap { telegram in
            telegram.readings.compactMap { reading in
                guard reading.catalogueRow.path == "electricity/received/tariff2", case .number(let number, _) = reading.value else {
                    return nil
                }
                return number.description
            }
        }
    }

    private func pipe() -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        #expect(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }
}

// MARK: - Standard output

extension EmulatorIntegrationTests {
    @Test("writes so many telegrams and ends")
    func stream() async throws {
        let (reading, writing) = pipe()
        defer { close(reading) }
        let meter = try meter()
        try await running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 0, count: 1001)
            try stream.run(until: stop)
            close(writing)
        } _: {
            let values = readings(telegrams(.max, from: reading))
            #expect(values.count == 1001)
            #expect(values.first == "0.000" && values.last == "100.000")
        }
    }

    @Test("ends without a word when nobody reads any more")
    func brokenPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (reading, writing) = pipe()
        let meter = try meter(interval: 3600)
        let (ended, end) = AsyncStream<Void>.makeStream()
        try await running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 3_600_000, count: nil)
            try stream.run(until: stop)
            close(writing)
            end.finish()
        } _: {
            #expect(telegrams(1, from: reading).count == 1)
            close(reading)
            // Well before the next telegram would be due.
            for await _ in ended {}
        }
    }

    @Test("can be stopped while a pipe is full that nobody empties")
    func fullPipe() async throws {
        let (reading, writing) = pipe()
        defer { close(reading) }
        let meter = try meter()
        try await running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 0, count: nil)
            try stream.run(until: stop)
            close(writing)
        } _: {
            var waiting: CInt = 0
            let end = Moment.now().monotonic + limit
            // The pipe is full when nothing has been added for two looks.
            var last: CInt = -1
            while waiting == 0 || waiting != last, Moment.now().monotonic < end {
                last = waiting
                poll(nil, 0, 20)
                #expect(ioctl(reading, UInt(FIONREAD), &waiting) == 0)
            }
            #expect(waiting > 4096)
        }
    }
}

// MARK: - Pseudo-terminal

extension EmulatorIntegrationTests {
    private func openTerminal(_ path: String) -> CInt {
        open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
    }

    @Test("speaks on a pseudo-terminal under its link, whole telegrams only, and removes the link")
    func terminal() async throws {
        let link = FileManager.default.temporaryDirectory.appending(path: "p1mqtt-\(UUID().uuidString)").path
        // Left over from an emulator that was killed.
        #expect(symlink("/dev/pts/nothing", link) == 0)
        let meter = try meter()
        let opened = Locked(false)
        try await running { stop in
            var emulation = TerminalEmulation(meter, on: try MeterTerminal(link: link), count: 20)
            opened.withLock { $0 = true }
            try emulation.run(until: stop)
            #expect(emulation.sent == 20)
        } _: {
            let end = Moment.now().monotonic + limit
            while !opened.withLock({ $0 }), Moment.now().monotonic < end { await Task.yield() }
            let terminal = openTerminal(link)
            #expect(terminal >= 0)
            defer { close(terminal) }
            let heard = telegrams(20, from: terminal)
            #expect(heard.count == 20)
            #expect(heard.allSatisfy { if case .valid = $0.frame.checksum { true } else { false } })
        }
        #expect(SystemFile.linkTarget(link) == nil)
    }

    @Test("drops what nobody reads and goes on for a reader that comes later")
    func lateReader() async throws {
        let terminal = try MeterTerminal(link: nil)
        let path = terminal.path
        #expect(!terminal.hasReader)
        let meter = try meter()
        var emulation = TerminalEmulation(meter, on: terminal, count: 1)
        let stop = WakeDescriptor()
        stop.wake()
        try emulation.run(until: stop)
        #expect(emulation.sent == 0)

        let reader = openTerminal(path)
        defer { close(reader) }
        #expect(terminal.hasReader)
        stop.drain()
        try emulation.run(until: stop)
        #expect(emulation.sent == 1)
    }

    @Test("leaves a file alone that has the name of its link")
    func occupied() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "p1mqtt-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: file, contents: Data("mine".utf8)))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(throws: EmulationError.self) { try MeterTerminal(link: file) }
        #expect(FileManager.default.contents(atPath: file) == Data("mine".utf8))
    }
}

// MARK: - TCP

extension EmulatorIntegrationTests {
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
        try await running { stop in
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
        try await serving((0..<3).map { try meter(UInt64($0)) }) { ports in
            #expect(Set(ports).count == 3)
            for (index, port) in ports.enumerated() {
                let both = try [connect(port), connect(port)]
                defer { both.forEach { close($0) } }
                let heard = both.map { telegrams(5, from: $0) }
                for telegrams in heard {
                    #expect(telegrams.count >= 5)
                    let id = telegrams.first.flatMap { telegram in
                        telegram.objects.first { $0.code == OBISCode(0, 0, 96, 1, 1) }
                            .flatMap { telegram.values(of: $0).first }.flatMap { telegram.serialNumber($0.text) }
                    }
                    #expect(id == "EMUE000000000000\(index)")
                }
                let (first, second) = (readings(heard[0]), readings(heard[1]))
                #expect(!Set(first).isDisjoint(with: second))
            }
        }
    }

    @Test("ends when every meter has had its telegrams heard")
    func count() async throws {
        let (ended, end) = AsyncStream<Void>.makeStream()
        try await serving([try meter(), try meter(2)], count: 3) { ports in
            for port in ports {
                let reader = try connect(port)
                defer { close(reader) }
                #expect(telegrams(.max, from: reader).count == 3)
            }
            for await _ in ended {}
        } after: { _ in
            end.finish()
        }
    }

    @Test("a reader that takes nothing is disconnected, and the others do not notice")
    func slowReader() async throws {
        let dropped = Locked(0)
        try await serving([try meter(interval: 0.001)]) { ports in
            let slow = try connect(ports[0], receiveBuffer: 4096)
            defer { close(slow) }
            let quick = try connect(ports[0])
            defer { close(quick) }
            // Ten times what the buffers on the way hold.
            #expect(telegrams(1500, from: quick).count >= 1500)
            // What was on its way comes, and then the end, although the meter goes on.
            #expect(telegrams(.max, from: slow).count < 1000)
            #expect(telegrams(10, from: quick).count >= 10)
        } after: { server in
            dropped.withLock { $0 = server.droppedReaders }
        }
        #expect(dropped.withLock { $0 } == 1)
    }

    @Test("an address that is none, or is taken, is refused with a remedy")
    func refused() throws {
        #expect(throws: EmulationError.self) { try TelegramServer([meter()], host: "nowhere", port: 0, count: nil) }
        let first = try TelegramServer([meter()], host: "127.0.0.1", port: 0, count: nil)
        #expect(throws: EmulationError.self) { try TelegramServer([meter()], host: "127.0.0.1", port: first.ports[0], count: nil) }
    }
}
