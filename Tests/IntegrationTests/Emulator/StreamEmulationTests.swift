import Foundation
import P1Parser
import Testing

@testable import P1MQTT

@Suite("Telegrams on standard output")
struct StreamEmulationTests {
    @Test("writes so many telegrams and ends")
    func stream() async throws {
        let (reading, writing) = EmulationRun.pipe()
        defer { close(reading) }
        let meter = try EmulationRun.meter()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 0, count: 1001)
            try stream.run(until: stop)
            close(writing)
        } _: {
            let values = EmulationRun.readings(EmulationRun.telegrams(.max, from: reading))
            #expect(values.count == 1001)
            #expect(values.first == "0.000" && values.last == "100.000")
        }
    }

    @Test("ends without a word when nobody reads any more")
    func brokenPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (reading, writing) = EmulationRun.pipe()
        let meter = try EmulationRun.meter(interval: 3600)
        let (ended, end) = AsyncStream<Void>.makeStream()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 3_600_000, count: nil)
            try stream.run(until: stop)
            close(writing)
            end.finish()
        } _: {
            #expect(EmulationRun.telegrams(1, from: reading).count == 1)
            close(reading)
            // Well before the next telegram would be due.
            for await _ in ended {}
        }
    }

    @Test("can be stopped while a pipe is full that nobody empties")
    func fullPipe() async throws {
        let (reading, writing) = EmulationRun.pipe()
        defer { close(reading) }
        let meter = try EmulationRun.meter()
        try await EmulationRun.running { stop in
            var stream = StreamEmulation(meter: meter, descriptor: writing, interval: 0, count: nil)
            try stream.run(until: stop)
            close(writing)
        } _: {
            var waiting: CInt = 0
            let end = Moment.now().monotonic + EmulationRun.limit
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
