import P1Parser

/// A month of the calendar.
struct CalendarMonth: Sendable {
    private var year: Int
    private var month: Int

    init(_ time: MeterTimestamp) {
        year = Int(time.year)
        month = Int(time.month)
    }

    /// The month that a moment lies in, in milliseconds since 1970 UTC; `nil` where no meter can write it.
    init?(of time: Int64, standardOffset: Int) {
        guard let time = MeterTimestamp(secondsSince1970: time / 1000, standardOffset: standardOffset) else { return nil }
        self.init(time)
    }

    var previous: CalendarMonth {
        var result = self
        result.month = month == 1 ? 12 : month - 1
        if month == 1 { result.year -= 1 }
        return result
    }

    /// Milliseconds since 1970 UTC of its first moment; `nil` before 2000, which no meter can write.
    func begin(_ standardOffset: Int) -> Int64? {
        MeterTimestamp(year: year, month: month, day: 1, hour: 0, minute: 0, second: 0, season: .unstated)
            .map { $0.secondsSince1970(standardOffset: standardOffset) * 1000 }
    }
}
