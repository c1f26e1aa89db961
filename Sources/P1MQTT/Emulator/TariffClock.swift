import P1Parser

/// When which tariff is in force, by the meter's own clock. The numbers of a country are what its meters send.
enum TariffClock: Sendable {
    /// 1 is low, 2 is normal: weekdays from 7 to 23 h.
    case netherlands
    /// 1 is day, 2 is night: day is on weekdays from 7 to 22 h.
    case belgium

    func tariff(at time: MeterTimestamp) -> Int {
        let isWeekday = time.weekday <= 5
        switch self {
        case .netherlands: return isWeekday && (7..<23).contains(time.hour) ? 2 : 1
        case .belgium: return isWeekday && (7..<22).contains(time.hour) ? 1 : 2
        }
    }
}
