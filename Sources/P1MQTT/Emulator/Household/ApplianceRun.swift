/// A time during which something is on, all the time or in cycles. Times are seconds since 1970 by the clock on the wall.
struct ApplianceRun: Sendable, Equatable {
    var start: Int64
    /// The first second in which it is off.
    var end: Int64
    /// W, or millionths of a m3 of gas a second, while it is on.
    var amount: Int64
    /// The phase it is connected to, 0 to 2.
    var phase = 0
    /// Seconds of a cycle, and for how many of them it is on.
    var period: Int64 = 1
    var on: Int64 = 1
    /// A lamp.
    var isOnlyInDark = false

    /// What it takes in a second.
    func amount(at second: Int64) -> Int64 {
        guard start <= second, second < end else { return 0 }
        return on == period || (second - start) % period < on ? amount : 0
    }
}
