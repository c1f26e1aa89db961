package import P1MQTTMeter

/// The sign of life of a thread: until when it promised to be back. A thread gives it on each turn of its loop, and a
/// longer one before a call that may block for long. Whoever asks later than that finds it stuck.
package struct Pulse: Sendable {
    /// Monotonic milliseconds; `nil`: the thread has not begun.
    private var promise: Int64?

    package init() {}

    /// - Parameter limit: milliseconds until the next beat at the latest.
    package mutating func beat(at now: Moment, limit: Int64) {
        promise = now.monotonic + limit
    }

    /// Whether the thread has ever run.
    package var hasBegun: Bool { promise != nil }

    package func isAlive(at now: Moment) -> Bool {
        promise.map { now.monotonic <= $0 } ?? false
    }
}
