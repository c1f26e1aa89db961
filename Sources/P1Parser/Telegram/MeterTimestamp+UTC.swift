extension MeterTimestamp {
    /// The local time of a moment, as a meter shows it that follows the summer time of the European Union.
    ///
    /// - Parameters:
    ///   - seconds: seconds since 1970-01-01 00:00 UTC.
    ///   - standardOffset: minutes that the meter's standard time is ahead of UTC.
    /// - Returns: the time with its flag, or `nil` outside the years 2000 to 2099 (and on the first day of 2000).
    public init?(secondsSince1970 seconds: Int64, standardOffset: Int) {
        let isSummer = MeterTimestamp.isSummerTime(atUTC: seconds)
        let date = CalendarDate(secondsSince1970: seconds + Int64(standardOffset) * 60 + (isSummer ? 3600 : 0))
        self.init(
            year: date.year, month: date.month, day: date.day,
            hour: date.secondOfDay / 3600, minute: date.secondOfDay / 60 % 60, second: date.secondOfDay % 60,
            season: isSummer ? .summer : .winter)
    }

    /// The day of the week, 1 for Monday to 7 for Sunday.
    public var weekday: Int {
        // Day 0 of 1970 was a Thursday.
        Int((MeterTimestamp.daysSince1970(year: Int(year), month: Int(month), day: Int(day)) + 3) % 7) + 1
    }
}
