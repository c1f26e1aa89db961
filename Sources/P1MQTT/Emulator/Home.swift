/// What lives behind an emulated meter. It says what flows; the meter counts it.
protocol Home: Sendable {
    /// How many parts of energy make a millionth of a kWh: a number that lets it say each energy exactly.
    var parts: Int64 { get }
    /// What flows from the telegram before to this one. To be asked for one telegram after the other, from number 0 on.
    mutating func flow(until telegram: Int64) -> HomeFlow
    /// Gas that is burnt in some intervals between readings, in thousandths of a millionth of a m3.
    mutating func gas(in intervals: Range<Int64>) -> Int128
    /// Heat from a m3 of gas, for a home that gets heat instead, in ten-thousandths of a GJ.
    var heatFromGas: Int64 { get }
    /// The voltage at one of three phases in tenths of a V.
    ///
    /// - Parameters:
    ///   - phase: 0 to 2.
    ///   - telegram: its number.
    ///   - power: W that flow through that phase.
    func voltage(_ phase: Int, at telegram: Int64, power: Int64) -> Int64
    /// The highest quarter hour of a time before the emulation began, made up.
    ///
    /// - Parameters:
    ///   - begin: of a month, in milliseconds since 1970 UTC.
    ///   - end: of what is over of it.
    func pastPeak(from begin: Int64, until end: Int64) -> MeterScenario.Peak
}

/// What flows between two telegrams, all the time alike.
struct HomeFlow: Sendable, Equatable {
    /// Parts of energy in a millisecond, taken from the grid and fed into it.
    var received: Int64
    var delivered: Int64
    /// The same in W. Both are above 0 in long intervals only, in which the sun rose or something was on for a while.
    var receivedPower: Int64
    var deliveredPower: Int64
    /// W on each phase; their sum is the difference of both.
    var phases: PhasePower
}

/// The intervals between two readings of the gas meter. They are counted in the meter's standard time, so that one of a
/// day begins at midnight.
struct GasIntervals: Sendable {
    /// Milliseconds.
    let length: Int64
    /// Milliseconds that the meter's standard time is ahead of UTC.
    let lead: Int64

    /// Which interval a moment lies in.
    func index(at time: Int64) -> Int64 { (time + lead) / length }

    /// When an interval begins.
    func begin(_ index: Int64) -> Int64 { index * length - lead }
}

/// Divides and rounds halves up. None of both is negative.
func rounded(_ dividend: Int128, by divisor: Int128) -> Int64 {
    Int64((dividend + divisor / 2) / divisor)
}
