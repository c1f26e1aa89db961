import P1MQTTMeter

/// How many bytes a peer on the network may have read: a megabyte a second, a hundred times what a meter sends, so that
/// one that never stops sending leaves time for the others. What is not read waits at the peer; nothing is lost.
struct ByteAllowance: Sendable {
    /// Bytes in a millisecond.
    static let rate: Int64 = 1000
    /// Bytes at once, after a silence.
    static let burst: Int64 = 256 * 1024

    private var left = Self.burst
    private var at: Int64?

    /// Takes what was read. Returns the monotonic milliseconds at which reading may go on, or `nil`: at once.
    mutating func take(_ count: Int, at now: Moment) -> Int64? {
        let elapsed = max(0, min(now.monotonic - (at ?? now.monotonic), Self.burst / Self.rate))
        at = now.monotonic
        left = min(Self.burst, left + elapsed * Self.rate) - Int64(count)
        return left > 0 ? nil : now.monotonic + (-left + Self.burst / 4) / Self.rate
    }
}
