import Foundation
import P1Parser
import SystemPackage
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Telegrams on standard output", .ownThreads)
struct StreamEmulationTests {
    @Test("writes so many telegrams and ends")
    func stream() async throws {
        let (reading, writing) = try EmulationRun.pipe()
        defer { close(reading) }
        let meter = EmulationRun.meter()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: FileDescriptor(rawValue: writing), interval: 0, count: 1001)
            try stream.run(until: stop)
            close(writing)
        } _: {
            let values = await EmulationRun.readings(EmulationRun.telegrams(.max, from: reading))
            #expect(values.count == 1001)
            #expect(values.first == "0.000" && values.last == "100.000")
        }
    }

    @Test("ends without a word when nobody reads any more")
    func brokenPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (reading, writing) = try EmulationRun.pipe()
        let meter = EmulationRun.meter(interval: 3_600_000)
        let (ended, end) = AsyncStream<Void>.makeStream()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: FileDescriptor(rawValue: writing), interval: 3_600_000, count: nil)
            try stream.run(until: stop)
            close(writing)
            end.finish()
        } _: {
            #expect(await EmulationRun.telegrams(1, from: reading).count == 1)
            close(reading)
            // Well before the next telegram would be due.
            #expect(await EmulationRun.ends(ended))
        }
    }

    @Test("can be stopped while a pipe is full that nobody empties")
    func fullPipe() async throws {
        let (reading, writing) = try EmulationRun.pipe()
        defer { close(reading) }
        let meter = EmulationRun.meter()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: FileDescriptor(rawValue: writing), interval: 0, count: nil)
            try stream.run(until: stop)
            close(writing)
        } _: {
            let end = Moment.now().monotonic + EmulationRun.limit
            while hasRoom(writing), Moment.now().monotonic < end { await Task.yield() }
            #expect(!hasRoom(writing))
        }
    }

    private func hasRoom(_ pipe: CInt) -> Bool {
        var polled = pollfd(fd: pipe, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, 1) > 0
    }
}
