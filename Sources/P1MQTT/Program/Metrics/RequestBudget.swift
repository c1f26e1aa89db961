import P1MQTTMeter

/// How often a page may be asked for: some times at once, then so many a second. A page of a thousand meters is work for the
/// thread that reads them.
struct RequestBudget: Sendable {
    static let burst: Int64 = 20
    static let perSecond: Int64 = 5

    /// Thousandths of a page.
    private var left = burst * 1000
    private var last: Int64?

    /// Takes one; `false` when none is left.
    mutating func take(at now: Moment) -> Bool {
        let passed = max(0, now.monotonic - (last ?? now.monotonic))
        last = now.monotonic
        left = min(Self.burst * 1000, left + min(passed, 60_000) * Self.perSecond)
        guard left >= 1000 else { return false }
        left -= 1000
        return true
    }
}
