package import P1MQTTMeter

/// How often something that comes and goes may be reported: ten times at once, then once in half an hour with the number
/// that came in between. A cable with a bad contact, or a broker that is back for seconds at a time, is then some
/// 17,000 lines in a year, which is a few megabytes.
package struct LogBudget: Sendable {
    package static let burst = 10
    /// Milliseconds in which one more is earned.
    package static let pause: Int64 = 1_800_000

    private var left = Self.burst
    /// Since when the next one is being earned; meaningful while some are missing.
    private var since: Int64 = 0
    private var quiet = 0

    /// All of it is left.
    package init() {}

    /// Counts one; returns what to add to its text, or `nil` when it is to be kept quiet.
    package mutating func note(at now: Moment) -> String? {
        let earned = left < Self.burst ? max(0, (now.monotonic - since) / Self.pause) : 0
        if left < Self.burst {
            left = Int(min(Int64(Self.burst), Int64(left) + earned))
            since += earned * Self.pause
        }
        guard left > 0 else {
            quiet += 1
            return nil
        }
        if left == Self.burst { since = now.monotonic }
        left -= 1
        defer { quiet = 0 }
        return quiet == 0 ? "" : " (and \(quiet) more changes since this was last reported)"
    }
}
