#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import P1Parser

extension Date {
    /// The moment of a time that a meter wrote.
    ///
    /// - Parameters:
    ///   - time: a time of a telegram.
    ///   - standardOffset: minutes that the meter's standard time is ahead of UTC.
    ///   - summerTime: what holds for a time without a flag.
    ///   - arrival: when the telegram came; decides between the two passes of the hour that occurs twice in autumn when no
    ///     flag was sent. Without it the later one is taken.
    public init(_ time: MeterTimestamp, standardOffset: Int, summerTime: SummerTime = .eu, arrival: Date? = nil) {
        let arrival = arrival.map { Int64($0.timeIntervalSince1970) }
        let seconds = time.secondsSince1970(standardOffset: standardOffset, summerTime: summerTime, arrival: arrival)
        self.init(timeIntervalSince1970: Double(seconds))
    }
}

extension Telegram {
    /// The moment of a time in this telegram.
    ///
    /// - Parameters:
    ///   - time: its own, or that of a reading.
    ///   - standardOffset: minutes that the meter's standard time is ahead of UTC; `nil`: what is known of its dialect, which
    ///     is +01:00 but for Lithuania and Iceland.
    ///   - arrival: when the telegram came, if that is known.
    /// - Returns: the moment.
    public func date(of time: MeterTimestamp, standardOffset: Int? = nil, arrival: Date? = nil) -> Date {
        let dialect = dialect
        return Date(time, standardOffset: standardOffset ?? dialect.standardOffset, summerTime: dialect.summerTime, arrival: arrival)
    }
}
