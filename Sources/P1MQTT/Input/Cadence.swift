/// The rhythm of a source: how often its telegrams come, learned from the last few. Some meters speak each second,
/// some each ten, a heat meter once an hour.
struct Cadence: Sendable {
    /// So many intervals are remembered.
    private static let memory = 5
    /// Fewer say nothing: one alone may be an outage.
    private static let needed = 2

    /// Milliseconds.
    private var intervals: [Int64] = []
    private var last: Int64?

    /// Whether any telegram has come.
    var hasBegun: Bool { last != nil || !intervals.isEmpty }

    /// The usual interval in milliseconds: the middle one of those remembered, the shorter of two, so that one outage
    /// does not count. `nil` until two are known.
    var interval: Int64? {
        guard intervals.count >= Self.needed else { return nil }
        return intervals.sorted()[(intervals.count - 1) / 2]
    }

    /// A telegram has come.
    mutating func telegram(at now: Int64) {
        if let last {
            intervals.append(now - last)
            if intervals.count > Self.memory { intervals.removeFirst() }
        }
        last = now
    }

    /// The source was gone: until its next telegram more passes than an interval.
    mutating func interrupt() {
        last = nil
    }
}
