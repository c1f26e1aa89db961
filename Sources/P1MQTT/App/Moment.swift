import Glibc

/// A point in time on both clocks: the monotonic one to wait by, the wall clock to stamp with.
/// Read once per turn of a loop and handed down; nothing below the loops asks the system for the time.
struct Moment: Sendable, Hashable {
    /// Milliseconds since an arbitrary start; never jumps.
    var monotonic: Int64
    /// Milliseconds since 1970-01-01 00:00 UTC.
    var utc: Int64

    static func now() -> Moment {
        Moment(monotonic: milliseconds(CLOCK_MONOTONIC), utc: milliseconds(CLOCK_REALTIME))
    }

    func advanced(byMilliseconds step: Int64) -> Moment {
        Moment(monotonic: monotonic + step, utc: utc + step)
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
