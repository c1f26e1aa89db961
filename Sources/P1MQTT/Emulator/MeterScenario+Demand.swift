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

    /// The peak of the present month so far; 0 at its beginning until its first quarter hour is over.
    var monthPeak: Peak? {
        CalendarMonth(of: time, standardOffset: settings.profile.standardOffset)?.begin(settings.profile.standardOffset)
            .map { peak(from: $0, until: time) }
    }

    /// The peaks of the past twelve months, the oldest first. Those that were not counted are invented.
    var pastMonths: [MonthPeak] {
        guard let clock else { return [] }
        var months: [MonthPeak] = []
        var month = CalendarMonth(clock)
        for _ in 0..<12 {
            let end = month.begin(settings.profile.standardOffset)
            month = month.previous
            guard let end, let begin = month.begin(settings.profile.standardOffset) else { break }
            months.append(MonthPeak(end: end, peak: peak(from: begin, until: end)))
        }
        return months.reversed()
    }

    private func peak(from begin: Int64, until end: Int64) -> Peak {
        let counted = ledger.peaks[begin]
        // A clock that jumped ahead asks for months that have not begun.
        if begin > time { return home.pastPeak(from: begin, until: end) }
        if begin >= start { return counted ?? Peak(time: begin, power: 0) }
        let past = home.pastPeak(from: begin, until: min(start, end))
        return counted.flatMap { $0.power > past.power ? $0 : nil } ?? past
    }
}
