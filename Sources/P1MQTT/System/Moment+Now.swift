import Glibc
package import P1MQTTMeter

extension Moment {
    /// What the clocks of the system say.
    package static func now() -> Moment {
        Moment(monotonic: milliseconds(CLOCK_MONOTONIC), utc: milliseconds(CLOCK_REALTIME))
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
