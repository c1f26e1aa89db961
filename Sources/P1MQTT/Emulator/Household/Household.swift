import P1Parser

/// A home with people in it: what it takes from the grid, feeds back and burns in any second. It follows from the
/// settings, the seed and the moment, from nothing that was before.
struct Household: Sendable {
    let settings: HouseholdSettings
    let noise: MeterNoise
    /// Minutes that its standard time is ahead of UTC.
    let standardOffset: Int

    /// An hour of UTC, from 0 at 1970: what is on in it. The rest follows second by second.
    func hour(_ index: Int64) -> HouseholdHour {
        let second = index * 3600
        let standardTime = Int64(standardOffset) * 60
        // After 2099 there is no summer time, nor a meter that shows it.
        let isSummer = MeterTimestamp(secondsSince1970: second, standardOffset: standardOffset)?.season == .summer
        let lead = standardTime + (isSummer ? 3600 : 0)
        let begin = second + lead
        let day = begin / 86_400
        // Whatever began yesterday is over before the end of today.
        let days = [HouseholdDay(day - 1, noise: noise), HouseholdDay(day, noise: noise)]
        func runs(_ all: KeyPath<HouseholdDay, [ApplianceRun]>) -> [ApplianceRun] {
            days.flatMap { $0[keyPath: all] }.filter { $0.start < begin + 3600 && begin < $0.end }
        }
        return HouseholdHour(
            electricity: runs(\.electricity),
            gas: settings.gas ? runs(\.gas) + [heating(begin)] : [],
            lead: lead,
            standby: noise.number(.habits, 0, in: 70...105),
            solarPeak: settings.solar * 970 / 1_000_000,
            isSolarOnThreePhases: settings.solar > 5_000_000,
            sun: Sun(at: second, standardOffset: standardOffset),
            sky: Weather(noise: noise).sky(second...second + 3599),
            electronics: noise.wave(.electronics, over: second...second + 3599, every: 90, in: 0...30),
            noise: noise)
    }

    /// The burner in one hour: it gives as much as the cold outside asks for, and goes on and off where that is less than
    /// it can give.
    ///
    /// - Parameter begin: seconds since 1970 by the clock on the wall.
    private func heating(_ begin: Int64) -> ApplianceRun {
        let cold = 158 - Weather(noise: noise).temperature(on: begin / 86_400)
        // Hours of a day in thousandths of their mean: lower at night, and up to warmth again in the morning.
        let share: Int64 =
            switch begin % 86_400 / 3600 {
            case ..<6: 350
            case ..<9: 1900
            case ..<16: 950
            case ..<22: 1350
            case 22: 900
            default: 550
            }
        // 450 l a day for each degree, more or less as the walls are: 521 thousandths of a ml a second for each tenth.
        // On a mild day the walls are warm enough.
        let needed = cold < 36 ? 0 : cold * 521 * noise.number(.habits, 1, in: 92...115) * share / 100_000_000
        let least: Int64 = 160
        let period: Int64 = 1200
        let on = min(period, needed * period / least)
        return ApplianceRun(
            start: begin, end: on > 0 ? begin + 3600 : begin, amount: max(needed, least), period: period, on: on)
    }
}

/// What happens in an hour of a household. Seconds are those since 1970 UTC.
struct HouseholdHour: Sendable {
    let electricity: [ApplianceRun]
    let gas: [ApplianceRun]
    /// Seconds that the clock on the wall is ahead of UTC.
    let lead: Int64
    /// W that never go away.
    let standby: Int64
    /// W that the panels give while the sun stands in the zenith of a clear sky.
    let solarPeak: Int64
    let isSolarOnThreePhases: Bool
    let sun: Sun
    let sky: Sky
    /// W of what is never quite the same.
    let electronics: NoiseWave
    let noise: MeterNoise

    /// What flows through each phase: W from the grid, negative into it.
    func power(at second: Int64) -> PhasePower {
        let height = sun.height(at: second)
        var result = load(at: second, isDark: height < 40_000)
        let solar = solar(at: second, height)
        if isSolarOnThreePhases {
            let third = solar / 3
            result.l1 -= third
            result.l2 -= third
            result.l3 -= solar - 2 * third
        } else {
            result.l3 -= solar
        }
        return result
    }

    /// What the appliances take.
    func load(at second: Int64) -> PhasePower {
        load(at: second, isDark: sun.height(at: second) < 40_000)
    }

    private func load(at second: Int64, isDark: Bool) -> PhasePower {
        let flicker = noise.number(.flicker, second, in: 0...728)
        var result = PhasePower(l1: flicker % 9, l2: flicker / 9 % 9, l3: flicker / 81)
        result.l1 += standby * 4 / 10 + electronics.value(at: second)
        result.l2 += standby * 3 / 10
        result.l3 += standby * 3 / 10
        let local = second + lead
        for run in electricity where isDark || !run.isOnlyInDark {
            let watts = run.amount(at: local)
            switch run.phase {
            case 0: result.l1 += watts
            case 1: result.l2 += watts
            default: result.l3 += watts
            }
        }
        return result
    }

    /// W that the panels give.
    func solar(at second: Int64) -> Int64 { solar(at: second, sun.height(at: second)) }

    private func solar(at second: Int64, _ height: Int64) -> Int64 {
        guard height > 0, solarPeak > 0 else { return 0 }
        return solarPeak * height * sky.clearness(at: second) / 1_000_000_000
    }

    /// Millionths of a m3 of gas that are burnt in a second.
    func gas(at second: Int64) -> Int64 {
        gas.reduce(0) { $0 + $1.amount(at: second + lead) }
    }
}
