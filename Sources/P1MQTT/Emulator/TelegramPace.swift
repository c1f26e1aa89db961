/// When the next telegram is due, by the monotonic clock in milliseconds.
struct TelegramPace: Sendable {
    let interval: Int64
    /// When the next telegram is due.
    private(set) var deadline: Int64

    /// - Parameters:
    ///   - interval: milliseconds; 0 for as fast as possible.
    ///   - first: when the first telegram is due.
    init(every interval: Int64, from first: Int64) {
        self.interval = interval
        deadline = first
    }

    /// The telegram that was due has been dealt with. A small delay is caught up with; after a stop of the whole
    /// process the telegrams that were missed do not come in one burst.
    mutating func advance(at now: Int64) {
        deadline += interval
        if deadline < now - 1000 { deadline = now }
    }
}
