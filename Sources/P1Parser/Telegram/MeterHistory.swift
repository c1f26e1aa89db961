/// One long power failure, as the meter logged it.
public struct PowerFailure: Sendable, Hashable {
    /// When power came back; `nil` where the meter's time is impossible.
    public let end: MeterTimestamp?
    /// How long it lasted, in seconds.
    public let duration: Int64
}

/// The log of long power failures: at most ten entries.
///
/// Source: DSMR 5.0.2, 1-0:99.97.0: `(count)(0-0:96.7.19)` and for each failure `(end)(duration*s)`.
public struct FailureLog: Sendable, Hashable {
    /// The number the meter states; some state another than they list.
    public let count: Int64
    /// The failures listed.
    public let failures: [PowerFailure]
}

/// The highest quarter-hour average of one past month.
public struct MonthlyPeak: Sendable, Hashable {
    /// The first moment after the month.
    public let monthEnd: MeterTimestamp?
    /// When the peak occurred.
    public let occurred: MeterTimestamp?
    /// Its height in kW.
    public let power: FixedDecimal
}

/// The peaks of up to 13 past months.
///
/// Source: eMUCS 1.7, 0-0:98.1.0: `(count)(1-0:1.6.0)(1-0:1.6.0)` and for each month `(month end)(time)(power*kW)`.
/// Meters of businesses list more with each month, and say so by more codes behind the count (Landis+Gyr E660).
public struct PeakHistory: Sendable, Hashable {
    /// The number the meter states; some state another than they list.
    public let count: Int64
    /// The months listed.
    public let peaks: [MonthlyPeak]
}

extension Telegram {
    /// The failure log behind a reading; `nil` when it is another reading or has another shape. An empty group is an empty log.
    ///
    /// - Parameter reading: a reading.
    /// - Returns: the log.
    public func failureLog(of reading: Reading) -> FailureLog? {
        guard Catalogue.kinds[reading.row] == .failureLog else { return nil }
        let groups = trimmedValues(of: objects[reading.object])
        let text = text.span
        guard let first = groups.first else { return nil }
        if first.text.isEmpty { return FailureLog(count: 0, failures: []) }
        guard let count = FixedDecimal(text, first.text.range), count.scale == 0 else { return nil }
        var failures: [PowerFailure] = []
        // Behind the count stands the code of what is logged; then come pairs. Where one is not a pair, a group is missing.
        var index = groups.startIndex + 1
        while index + 1 < groups.endIndex {
            guard groups[index].isTime, let duration = seconds(groups[index + 1]) else {
                index += 1
                continue
            }
            failures.append(PowerFailure(end: MeterTimestamp(text, groups[index].text.range), duration: duration))
            index += 2
        }
        return FailureLog(count: count.mantissa, failures: failures)
    }

    /// The length of a failure: no counter of seconds has more than 32 bits, and a time without its flag is longer.
    private func seconds(_ value: DataValue) -> Int64? {
        guard case .success((let duration, _)?) = ReadingParser.measure(text.span, value, .duration), duration.scale == 0,
            0...Int64(UInt32.max) ~= duration.mantissa
        else { return nil }
        return duration.mantissa
    }

    /// The peak history behind a reading; `nil` when it is another reading, is empty or has another shape (Hungary uses the
    /// code for something else).
    ///
    /// - Parameter reading: a reading.
    /// - Returns: the history.
    public func peakHistory(of reading: Reading) -> PeakHistory? {
        guard Catalogue.kinds[reading.row] == .peakHistory else { return nil }
        let groups = trimmedValues(of: objects[reading.object])
        let text = text.span
        guard let first = groups.first, (1...3).contains(first.text.count), let count = FixedDecimal(text, first.text.range),
            count.scale == 0
        else { return nil }
        var peaks: [MonthlyPeak] = []
        let codes = groups.dropFirst().prefix { OBISCode($0, in: text) != nil }
        // Each month has its end and a group for each code: first the time of the peak, then its height.
        let peak = OBISCode(1, 0, 1, 6, 0)
        let time = 1 + (codes.firstIndex { OBISCode($0, in: text) == peak }.map { $0 - codes.startIndex } ?? 0)
        var month = codes.endIndex
        while codes.count > time, month + codes.count < groups.endIndex {
            var (occurred, power) = (groups[month + time], groups[month + time + 1])
            let monthEnd = MeterTimestamp(text, groups[month].text.range)
            // The time may stand behind its value, as in 1.6.0 (Iskra in Wallonia). Without its end a month looks the same.
            if power.isTime, monthEnd?.day == 1, monthEnd?.hour == 0 { swap(&occurred, &power) }
            if groups[month].isTime, occurred.isTime, !power.isTime,
                case .success((let power, .kW)?) = ReadingParser.measure(text, power, .power)
            {
                let occurred = MeterTimestamp(text, occurred.text.range)
                peaks.append(MonthlyPeak(monthEnd: monthEnd, occurred: occurred, power: power))
            }
            month += codes.count + 1
        }
        return PeakHistory(count: count.mantissa, peaks: peaks)
    }
}

extension DataValue {
    /// Whether it has the length of a time, set or not: that of one of the forms that meters write, or none.
    var isTime: Bool {
        switch text.count {
        case 0, 12, 13, 17, 18, 24: unit == nil
        default: false
        }
    }
}

extension OBISCode {
    /// The code that fills a group, as the lists above name what they hold.
    init?(_ value: DataValue, in text: Span<UInt8>) {
        let range = value.text.range
        guard let (code, end) = OBISCode.scan(text, from: range.lowerBound, to: range.upperBound), end == range.upperBound else {
            return nil
        }
        self = code
    }
}
