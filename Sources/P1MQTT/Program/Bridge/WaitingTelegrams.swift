import P1MQTTMeter
import P1Parser

/// The first telegrams of a meter, while it is not known what an earlier run published, which comes before them.
struct WaitingTelegrams {
    /// Milliseconds from the start of the program after which they wait no longer. A broker in the house answers within 10,
    /// one behind a slow link within some hundred; what comes later is ignored.
    static let limit: Int64 = 2000
    /// So many wait at most; a capture brings many at once.
    static let maximum = 10

    private(set) var telegrams: [(telegram: Telegram, at: Moment)] = []
    /// When they have waited long enough, monotonic milliseconds.
    let deadline: Int64

    /// - Parameter start: of the program.
    init(from start: Moment) {
        deadline = start.monotonic + Self.limit
    }

    /// Adds one. Returns whether the wait is over.
    mutating func add(_ telegram: Telegram, at now: Moment) -> Bool {
        telegrams.append((telegram, now))
        return now.monotonic >= deadline || telegrams.count > Self.maximum
    }
}
