import P1MQTTMeter

/// Tells whether a telegram that was fetched is another one than the last. It outlives the openings of its source: a device
/// whose meter has died would have a new telegram with each of them.
struct RepeatFilter {
    /// Milliseconds after which the same bytes without a time are another telegram: meters that send none send so often,
    /// and at night nothing in them may change.
    static let interval: Int64 = 10_000

    private var last: [UInt8] = []
    private var at: Int64 = 0

    /// To be called with each telegram; remembers those that are new.
    mutating func isNew(_ telegram: [UInt8], at now: Moment) -> Bool {
        if telegram == last, Self.isDated(telegram) || now.monotonic - at < Self.interval { return false }
        (last, at) = (telegram, now.monotonic)
        return true
    }

    /// Whether it has the time of the meter, or the counter of an encrypted one.
    private static func isDated(_ telegram: [UInt8]) -> Bool {
        telegram.first == 0xDB || telegram.firstRange(of: Array("0-0:1.0.0(".utf8)) != nil
    }
}
