import P1Parser

/// Averages over the quarter hours of the clock, on which the Belgian capacity tariff rests.
extension MeterScenario {
    /// The highest quarter-hour average of a month.
    struct Peak: Equatable, Sendable {
        /// Milliseconds since 1970 UTC: the end of that quarter hour.
        var time: Int64
        /// W.
        var power: Int64
    }

    /// A past month and its peak.
    struct MonthPeak: Equatable, Sendable {
        /// Milliseconds since 1970 UTC: the first moment after the month.
        var end: Int64
        var peak: Peak
    }

    private static let quarter: Int64 = 900_000

    /// The average of the running quarter hour in W: what was taken in it so far, spread over all of it. It rises from
    /// 0 to the whole average, as meters show it.
    var runningDemand: Int64 {
        let begin = max(time - time % MeterScenario.quarter, start)
        return average(over: time - begin)
    }

    /// The peak of the present month so far; 0 at its beginning until its first quarter hour is over.
    var monthPeak: Peak? {
        clock(at: time).flatMap { Month($0).start(settings.profile) }.map { peak(from: $0, until: time) }
    }

    /// The peaks of the past twelve months, the oldest first. Those before the start of the emulation are invented.
    var pastMonths: [MonthPeak] {
        guard let clock else { return [] }
        var months: [MonthPeak] = []
        var month = Month(clock)
        for _ in 0..<12 {
            let end = month.start(settings.profile)
            month = month.previous
            guard let end, let begin = month.start(settings.profile) else { break }
            months.append(MonthPeak(end: end, peak: peak(from: begin, until: end)))
        }
        return months.reversed()
    }

    private func peak(from begin: Int64, until end: Int64) -> Peak {
        guard begin < start else { return completedPeak(from: begin, until: end) }
        var best = inventedPeak(from: begin, until: min(start, end))
        // The quarter hour in which the emulation began may be a part of one only; all later ones are alike.
        let firstEnd = start - start % MeterScenario.quarter + MeterScenario.quarter
        for (quarterEnd, power) in [(firstEnd, average(over: firstEnd - start)), (firstEnd + MeterScenario.quarter, power)]
        where quarterEnd <= end && power > best.power {
            best = Peak(time: quarterEnd, power: power)
        }
        return best
    }

    private func completedPeak(from begin: Int64, until end: Int64) -> Peak {
        let firstEnd = begin + MeterScenario.quarter
        return firstEnd <= end ? Peak(time: firstEnd, power: power) : Peak(time: begin, power: 0)
    }

    /// A peak below that of the emulation itself, so that its first quarter hours set a new one.
    private func inventedPeak(from begin: Int64, until end: Int64) -> Peak {
        let quarters = (end - begin) / MeterScenario.quarter
        guard quarters > 0 else { return Peak(time: begin, power: 0) }
        return Peak(
            time: begin + noise.number(.peakTime, begin, in: 1...quarters) * MeterScenario.quarter,
            power: power * noise.number(.peakPower, begin, in: 400...900) / 1000)
    }

    /// What is taken in `duration` milliseconds, spread over a quarter hour, in W.
    private func average(over duration: Int64) -> Int64 {
        rounded(Int128(settings.electricityIncrement) * Int128(duration) * 4, by: Int128(settings.interval) * 1000)
    }
}

/// A month of the calendar.
private struct Month {
    var year: Int
    var month: Int

    init(_ time: MeterTimestamp) {
        year = Int(time.year)
        month = Int(time.month)
    }

    var previous: Month {
        var result = self
        result.month = month == 1 ? 12 : month - 1
        if month == 1 { result.year -= 1 }
        return result
    }

    /// Milliseconds since 1970 UTC of its first moment; `nil` before 2000, which no meter can write.
    func start(_ profile: EmulatorProfile) -> Int64? {
        MeterTimestamp(year: year, month: month, day: 1, hour: 0, minute: 0, second: 0, season: .unstated)
            .map { $0.secondsSince1970(standardOffset: profile.standardOffset) * 1000 }
    }
}
