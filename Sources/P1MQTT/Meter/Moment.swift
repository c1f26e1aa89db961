/// A point in time on both clocks: the monotonic one to wait by, the wall clock to stamp with.
/// Read once per turn of a loop and handed down; nothing below the loops asks the system for the time.
package struct Moment: Sendable, Hashable {
    /// Milliseconds since an arbitrary start; never jumps.
    package var monotonic: Int64
    /// Milliseconds since 1970-01-01 00:00 UTC.
    package var utc: Int64

    package init(monotonic: Int64, utc: Int64) {
        self.monotonic = monotonic
        self.utc = utc
    }

    package func advanced(byMilliseconds step: Int64) -> Moment {
        Moment(monotonic: monotonic + step, utc: utc + step)
    }
}
