/// A time as a meter writes it: local time of day and whether summer time was in force.
///
/// Source: DSMR 5.0.2 section 6.4, TST `YYMMDDhhmmssX`. It becomes UTC through the meter's standard offset; the flag
/// alone decides on summer time, so no time zone database is needed.
public struct MeterTimestamp: Sendable, Hashable {
    /// Whether the meter said that it is on summer time.
    public enum Season: UInt8, Sendable {
        /// `W`: standard time.
        case winter
        /// `S`: one hour ahead of standard time.
        case summer
        /// No flag was sent.
        case unstated
    }

    /// The full year.
    public let year: UInt16
    /// 1 to 12.
    public let month: UInt8
    /// 1 to 31.
    public let day: UInt8
    /// 0 to 23.
    public let hour: UInt8
    /// 0 to 59.
    public let minute: UInt8
    /// 0 to 59.
    public let second: UInt8
    /// The flag behind the digits.
    public let season: Season

    /// A time of these fields, or `nil` when no calendar has it or a meter means "not set" by it: the first day of 2000, on
    /// which a clock begins that was never set (and goes on until it is, whatever its flag), and any year before.
    ///
    /// - Parameters:
    ///   - year: the full year, 2000 to 2099.
    ///   - month: 1 to 12.
    ///   - day: 1 to the days of the month.
    ///   - hour: 0 to 23.
    ///   - minute: 0 to 59.
    ///   - second: 0 to 59.
    ///   - season: the flag behind the digits.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, season: Season) {
        guard (2000...2099).contains(year), (1...12).contains(month),
            (1...MeterTimestamp.days(inMonth: month, of: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (year, month, day) != (2000, 1, 1)
        else { return nil }
        self.year = UInt16(year)
        self.month = UInt8(month)
        self.day = UInt8(day)
        self.hour = UInt8(hour)
        self.minute = UInt8(minute)
        self.second = UInt8(second)
        self.season = season
    }

    /// The moment in seconds since 1970 UTC.
    ///
    /// - Parameters:
    ///   - standardOffset: minutes that the meter's standard time is ahead of UTC.
    ///   - summerTime: what holds for a time without a flag.
    ///   - arrival: seconds since 1970 at which the telegram came; decides between the two passes of the hour that
    ///     occurs twice in autumn when no flag was sent. Without it the later one is taken.
    /// - Returns: seconds since 1970-01-01 00:00 UTC.
    public func secondsSince1970(standardOffset: Int, summerTime: SummerTime = .eu, arrival: Int64? = nil) -> Int64 {
        let winter = localSeconds - Int64(standardOffset) * 60
        let summer = winter - 3600
        switch season {
        case .winter: return winter
        case .summer: return summer
        case .unstated where summerTime == .never: return winter
        case .unstated: break
        }
        // The rule of the European Union (directive 2000/84/EC) says which of both readings exist.
        switch (MeterTimestamp.isSummerTime(atUTC: summer), !MeterTimestamp.isSummerTime(atUTC: winter)) {
        case (true, false): return summer
        case (true, true):
            guard let arrival else { return winter }
            return abs(summer - arrival) < abs(winter - arrival) ? summer : winter
        case (false, _): return winter
        }
    }

    /// Seconds since 1970 as if the local time were UTC.
    private var localSeconds: Int64 {
        MeterTimestamp.daysSince1970(year: Int(year), month: Int(month), day: Int(day)) * 86400
            + Int64(hour) * 3600 + Int64(minute) * 60 + Int64(second)
    }

    /// Whether summer time is in force in the European Union: from the last Sunday of March to that of October, 01:00 UTC.
    static func isSummerTime(atUTC seconds: Int64) -> Bool {
        let year = CalendarDate(secondsSince1970: seconds).year
        func lastSunday(of month: Int) -> Int64 {
            let last = daysSince1970(year: year, month: month, day: 31)
            return last - (last + 4) % 7  // day 0 of 1970 was a Thursday
        }
        return (lastSunday(of: 3) * 86400 + 3600..<lastSunday(of: 10) * 86400 + 3600).contains(seconds)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin on 1 March.
    static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }
}

/// When the clock of a meter that sends no flag is an hour ahead of standard time.
public enum SummerTime: String, Sendable, CaseIterable {
    /// From the last Sunday of March to that of October: the European Union and its neighbours.
    case eu
    /// Never.
    case never = "none"
}

/// A moment of UTC in calendar fields, for writing it as ISO 8601.
public struct CalendarDate: Sendable, Hashable {
    /// The full year.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    /// Seconds since midnight UTC.
    public let secondOfDay: Int

    /// The fields of a moment.
    ///
    /// - Parameter seconds: seconds since 1970-01-01 00:00 UTC.
    public init(secondsSince1970 seconds: Int64) {
        let days = Int(seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400)
        secondOfDay = Int(seconds - Int64(days) * 86400)
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
