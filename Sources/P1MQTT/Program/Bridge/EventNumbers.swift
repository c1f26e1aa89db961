import P1MQTTMeter

/// The number `seq` of each event, whatever its topic and meter: one more than that of the event before, so that a gap
/// shows a loss and a repeat can be told from a second event.
///
/// The first is the time of the start in milliseconds since 1970: a later run goes on with higher numbers, and what lies
/// below `started` in `bridge/info` is of an earlier run. Lives on the input thread.
final class EventNumbers {
    private var next: Int64

    init(startedAt now: Moment) {
        next = now.utc
    }

    func take() -> Int64 {
        defer { next += 1 }
        return next
    }
}
