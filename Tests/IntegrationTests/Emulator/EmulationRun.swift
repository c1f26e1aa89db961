import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter
@testable import P1MQTTSystem

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

    static func meter(_ seed: UInt64 = 1, interval: Int64 = 20) -> EmulatedMeter {
        // 2026-03-02T12:00:00Z
        EmulatedMeter(EmulatorSettings(interval: interval, startTime: 1_772_452_800), seed: seed, now: 0)
    }

    /// Reads until there are `count` telegrams, the other end closes, or time is up.
    static func telegrams(_ count: Int, from descriptor: CInt) async -> [Telegram] {
        let heard = Locked<(framer: Framer, telegrams: [Telegram])>((Framer(), []))
        await listen(to: descriptor) { portion in
            heard.withLock { heard in
                heard.framer.feed(portion) { if case .frame(let frame) = $0 { heard.telegrams.append(Telegram(frame)) } }
                return heard.telegrams.count < count
            }
        }
        return heard.withLock { $0.telegrams }
    }

    /// Reads until the other end closes, or time is up.
    static func bytes(from descriptor: CInt) async -> [UInt8] {
        let heard = Locked<[UInt8]>([])
        await listen(to: descriptor) { portion in
            heard.withLock { heard in
                for index in portion.indices { heard.append(portion[index]) }
            }
            return true
        }
        return heard.withLock { $0 }
    }

    /// Waits on a thread of its own: those of the tasks are few, and other tests need them.
    private static func listen(to descriptor: CInt, _ hear: @escaping @Sendable (Span<UInt8>) -> Bool) async {
        await DedicatedThread.run(named: "reader") {
            var portion = [UInt8](repeating: 0, count: 4096)
            let end = Moment.now().monotonic + limit
            while Moment.now().monotonic < end {
                var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&polled, 1, 1000) > 0 else { continue }
                let length = read(descriptor, &portion, portion.count)
                guard length > 0, hear(portion.span.extracting(0..<length)) else { return }
            }
        }
    }

    /// Waits for the end of a stream; false when it has not come in time.
    static func ends(_ stream: AsyncStream<Void>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in stream {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(limit))
                return false
            }
            let isOver = await group.next() ?? false
            group.cancelAll()
            return isOver
        }
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

    /// A pipe whose ends no program inherits that another test starts at the same moment: a copy would keep it open.
    static func pipe() throws -> (read: CInt, write: CInt) {
        let folder = try TemporaryFolder()
        let path = folder.path("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reading = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let writing = open(path, O_WRONLY | O_CLOEXEC)
        try #require(reading >= 0 && writing >= 0)
        return (reading, writing)
    }

    /// Opens so many terminals that the next one has a number which no other test had before: one that waits for its
    /// own terminal to come back would take it for that.
    static func takeNumbers() -> [Int32] {
        (0..<64).map { _ in open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) }
    }
}
