package import P1MQTTMeter

/// The sign of life of a thread: until when it promised to be back. A thread gives it on each turn of its loop, and a
/// longer one before a call that may block for long. Whoever asks later than that finds it stuck.
package final class Pulse: Sendable {
    /// Monotonic milliseconds; `nil`: the thread has not begun.
    private let promise = Locked<Int64?>(nil)

    package init() {}

    /// - Parameter limit: milliseconds until the next beat at the latest.
    package func beat(at now: Moment, limit: Int64) {
        promise.withLock { $0 = now.monotonic + limit }
    }

    /// Whether the thread has ever run.
    package var hasBegun: Bool { promise.withLock { $0 != nil } }

    package func isAlive(at now: Moment) -> Bool {
        promise.withLock { $0.map { now.monotonic <= $0 } ?? false }
    }
}
