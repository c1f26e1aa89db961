/// A household behind a meter. The household has its power second by second; the meter shows the mean since the telegram
/// before, in whole W. What is left over goes into the next telegram, so that registers which count just what is shown
/// keep up with the true energy however long the interval is.
struct HouseholdHome: Home {
    /// A millisecond at 1 W is one part: a millionth of a kWh is 3.6 Ws.
    let parts: Int64 = 3600
    /// What a boiler makes of it: nine tenths of 35.2 MJ.
    let heatFromGas: Int64 = 317

    private let household: Household
    private let gasIntervals: GasIntervals
    private let start: Int64
    private let interval: Int64
    /// The hour that was asked for last, and which one it is.
    private var hour: HouseholdHour
    private var hourIndex: Int64
    /// Parts that no telegram has shown yet.
    private var rest = Sums()

    /// What was added up, in W times milliseconds.
    private struct Sums {
        var received: Int64 = 0
        var delivered: Int64 = 0
        var l1: Int64 = 0
        var l2: Int64 = 0
    }

    /// - Parameters:
    ///   - household: who lives there.
    ///   - start: milliseconds since 1970 UTC of telegram 0.
    ///   - interval: milliseconds between telegrams.
    ///   - gasIntervals: when the gas meter is read.
    init(_ household: Household, start: Int64, interval: Int64, gasIntervals: GasIntervals) {
        self.household = household
        self.start = start
        self.interval = interval
        self.gasIntervals = gasIntervals
        hourIndex = start / HouseholdHome.hourLength
        hour = household.hour(hourIndex)
    }

    private static let hourLength: Int64 = 3_600_000
    /// Milliseconds of which the mean passes for the present power: real meters send a telegram each 10 s at least.
    private static let longestMoment: Int64 = 10_000

    mutating func flow(until telegram: Int64) -> HomeFlow {
        var sums = rest
        let end = start + telegram * interval
        forEachSecond(from: end - interval, until: end) { hour, second, duration in
            let power = hour.power(at: second)
            let total = power.total
            if total > 0 { sums.received += total * duration } else { sums.delivered -= total * duration }
            sums.l1 += power.l1 * duration
            sums.l2 += power.l2 * duration
        }
        // A meter shows power in one direction at a time. Of a longer time than between its telegrams both are told, or a
        // day would hide what went in and out.
        if interval <= HouseholdHome.longestMoment {
            let both = min(sums.received, sums.delivered)
            sums.received -= both
            sums.delivered -= both
        }
        let received = sums.received / interval
        let delivered = sums.delivered / interval
        let l1 = quotient(sums.l1, by: interval)
        let l2 = quotient(sums.l2, by: interval)
        // Before telegram 0 no register counts: what is left of that time is nobody's.
        if telegram > 0 {
            rest = Sums(
                received: sums.received - received * interval, delivered: sums.delivered - delivered * interval,
                l1: sums.l1 - l1 * interval, l2: sums.l2 - l2 * interval)
        }
        return HomeFlow(
            received: received, delivered: delivered, receivedPower: received, deliveredPower: delivered,
            phases: PhasePower(l1: l1, l2: l2, l3: received - delivered - l1 - l2))
    }

    mutating func gas(in intervals: Range<Int64>) -> Int128 {
        var sum: Int64 = 0
        forEachSecond(from: gasIntervals.begin(intervals.lowerBound), until: gasIntervals.begin(intervals.upperBound)) {
            sum += $0.gas(at: $1) * $2
        }
        return Int128(sum)
    }

    /// Goes through the seconds of a time in milliseconds since 1970 UTC, with the milliseconds that belong to it of each.
    private mutating func forEachSecond(
        from begin: Int64, until end: Int64, _ body: (_ hour: HouseholdHour, _ second: Int64, _ duration: Int64) -> Void
    ) {
        var time = begin
        while time < end {
            let index = time / HouseholdHome.hourLength
            if index != hourIndex {
                hourIndex = index
                hour = household.hour(index)
            }
            let next = min(end, time - time % 1000 + 1000)
            body(hour, time / 1000, next - time)
            time = next
        }
    }

    /// Cables get longer with the current: half a V for 460 W, up where the sun feeds in.
    func voltage(_ phase: Int, at telegram: Int64, power: Int64) -> Int64 {
        let second = (start + telegram * interval) / 1000
        let place = second + Int64(phase) * 1_000_003
        let grid = household.noise.wave(.householdVoltage, over: place...place, every: 600, in: 2285...2325)
        return grid.value(at: place) + household.noise.number(.voltage, second * 3 + Int64(phase), in: -4...4) - power / 92
    }

    /// The hob, the oven and something else at once, in an evening; less where no evening is over yet.
    func pastPeak(from begin: Int64, until end: Int64) -> MeterScenario.Peak {
        let quarters = (end - begin) / EnergyLedger.quarterHour
        guard quarters > 0 else { return .init(time: begin, power: 0) }
        var dice = household.noise.sequence(.peakTime, begin)
        guard quarters >= 96 else {
            return .init(time: begin + dice.number(in: 1...quarters) * EnergyLedger.quarterHour, power: dice.number(in: 250...900))
        }
        let evening = dice.number(in: 0...quarters / 96 - 1) * 96 + dice.number(in: 69...79)
        return .init(time: begin + evening * EnergyLedger.quarterHour, power: dice.number(in: 2600...4400))
    }
}

/// Divides and rounds down, below zero too.
private func quotient(_ dividend: Int64, by divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}
