import Foundation
import P1Parser
import Testing

@testable import P1MQTT

/// Runs emulations on their own thread and listens to them as a reader does.
enum EmulationRun {
    /// Milliseconds that anything may take at most.
    static let limit: Int64 = 20_000

    /// Runs an emulation on a thread of its own; asked to stop when `body` is through, and waited for.
    static func running(
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

    static func meter(_ seed: UInt64 = 1, interval: Double = 0.02) throws -> EmulatedMeter {
        try EmulatedMeter(EmulatorSettings(interval: interval, startTime: "2026-03-02T12:00:00Z"), seed: seed, now: 0)
    }

    /// Reads from a non-blocking descriptor until there are `count` telegrams, the other end closes, or time is up.
    static func telegrams(_ count: Int, from descriptor: CInt) -> [Telegram] {
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

    static func readings(_ telegrams: [Telegram]) -> [String] {
        telegrams.flatMap { telegram in
            telegram.readings.compactMap { reading in
                guard reading.catalogueRow.path == "electricity/received/tariff2", case .number(let number, _) = reading.value else {
                    return nil
                }
                return number.description
            }
        }
    }

    static func pipe() -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        #expect(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }
}
