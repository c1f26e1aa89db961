import P1Parser

/// The capacity tariff, of which the peak of a month is the highest average of a quarter hour: what a meter that counts
/// such averages does not say itself.
extension Document {
    /// The forecast of the running quarter hour on the meter's clock: what its average is so far (the energy taken in it,
    /// spread over all of it), and what the present power adds until its end. And what is left until the month peak.
    /// - Parameter minimumMonthPeak: kW.
    mutating func deriveDemand(_ minimumMonthPeak: FixedDecimal) {
        guard let average = number(at: Places.demandAverage), let time = meterTime,
            let power = number(at: Places.power[0].taken) ?? number(at: DerivedValue.receivedActual.slot)
        else { return }
        let period = Demand.period(number(at: Places.demandPeriod))
        let rest = Demand.rest(of: period, at: time, average)
        let scale = max(power.scale, average.scale)
        // As precise as the more precise of both.
        guard let power = power.mantissa(atScale: scale).map({ FixedDecimal(mantissa: $0, scale: scale) }),
            let forecast = power.multiplied(by: rest, over: period)?.adding(average)
        else { return }
        set(.demandForecast, forecast)
        guard case .peak(let peak, _, _)? = values[Places.monthPeak] else { return }
        // Below the least peak that is paid for there is nothing to save.
        set(.demandHeadroom, max(peak, minimumMonthPeak).subtracting(forecast))
    }

    /// The mean of the peaks of the last 12 months in the meter's list, each counting at least so many kW.
    mutating func deriveAveragePeak(_ minimumMonthPeak: FixedDecimal) {
        let now = time.map(Demand.month)
        // A month ends at midnight of the meter, which is on another day of UTC.
        let ordered = monthPeaks.filter { peak in now.map { $0 - Demand.month(peak.monthEnd + 43200) < 12 } ?? true }
            .sorted { $0.monthEnd < $1.monthEnd }
        let peaks = ordered.suffix(12).map { max($0.power, minimumMonthPeak) }
        guard let first = peaks.first, let sum = peaks.dropFirst().reduce(first, { $0?.adding($1) }) else { return }
        set(.demandAverage12, sum.multiplied(by: 1, over: Int64(peaks.count)))
    }
}

/// The highest average of a month in the meter's list.
struct MonthPeak: Sendable {
    /// The first moment after the month, seconds since 1970 UTC.
    let monthEnd: Int64
    /// kW.
    let power: FixedDecimal

    /// - Returns: `nil` for what is no peak of a month: a list has places for months in which the meter did not count
    ///   yet, without a time and with a power of zero.
    init?(_ peak: MonthlyPeak, _ times: Document.Times) {
        guard let end = peak.monthEnd, peak.occurred != nil || peak.power.mantissa != 0 else { return nil }
        monthEnd = times.utc(end)
        power = peak.power
    }
}

private enum Demand {
    /// The month of a moment, counted from year 0.
    static func month(_ seconds: Int64) -> Int {
        let date = CalendarDate(secondsSince1970: seconds)
        return date.year * 12 + date.month
    }

    /// Seconds over which the meter averages: what it says, else a quarter of an hour.
    static func period(_ sent: FixedDecimal?) -> Int64 {
        guard let sent, sent.scale == 0, (60...3600).contains(sent.mantissa) else { return 900 }
        return sent.mantissa
    }

    /// Seconds until the period ends. Periods begin with the hour, and clocks are whole quarter hours from UTC. In the
    /// first second a meter may still show the average of the period before: then nothing comes on top.
    static func rest(of period: Int64, at time: Int64, _ average: FixedDecimal) -> Int64 {
        let elapsed = (time % period + period) % period
        return elapsed == 0 && average.mantissa != 0 ? 0 : period - elapsed
    }
}
