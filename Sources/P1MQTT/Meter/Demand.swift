import P1Parser

/// The capacity tariff, of which the peak of a month is the highest average of a quarter hour: what a meter that counts
/// such averages does not say itself.
extension Document {
    /// The forecast of the running quarter hour on the meter's clock: what its average is so far (the energy taken in it,
    /// spread over all of it), and what the present power adds until its end. And what is left until the month peak.
    mutating func deriveDemand() {
        guard let average = number(at: Demand.average), let time, let power = number(at: Demand.power) ?? number(at: Demand.derivedPower)
        else { return }
        let period = Demand.period(number(at: Demand.period))
        let rest = Demand.rest(of: period, at: time, average)
        let scale = max(power.scale, average.scale)
        // As precise as the more precise of both.
        guard let power = power.mantissa(atScale: scale).map({ FixedDecimal(mantissa: $0, scale: scale) }),
            let forecast = power.multiplied(by: rest, over: period)?.adding(average)
        else { return }
        set(.demandForecast, forecast)
        guard case .peak(let peak, _, _)? = values[Demand.monthPeak] else { return }
        // Below the least peak that is paid for there is nothing to save.
        set(.demandHeadroom, max(peak, minimumMonthPeak).subtracting(forecast))
    }

    /// The mean of the newest 12 peaks of the meter's list, each counting at least `minimumMonthPeak`.
    mutating func deriveAveragePeak(_ history: PeakHistory, _ times: Times) {
        let ordered = history.peaks.enumerated().sorted { left, right in
            // A month whose end is impossible stays where the meter lists it: the oldest stands first.
            guard let one = left.element.monthEnd.map(times.utc), let other = right.element.monthEnd.map(times.utc), one != other else {
                return left.offset < right.offset
            }
            return one < other
        }
        let peaks = ordered.suffix(12).map { max($0.element.power, minimumMonthPeak) }
        guard let first = peaks.first, let sum = peaks.dropFirst().reduce(first, { $0?.adding($1) }) else { return }
        set(.demandAverage12, sum.multiplied(by: 1, over: Int64(peaks.count)))
    }
}

private enum Demand {
    static let power = DocumentLayout.shared.slot("electricity/received/actual")
    static let derivedPower = DocumentLayout.shared.slot(DerivedValue.receivedActual.rawValue)
    static let average = DocumentLayout.shared.slot("electricity/demand/positiveActiveDemand/currentDemandPeriod")
    static let period = DocumentLayout.shared.slot("electricity/demand/period")
    static let monthPeak = DocumentLayout.shared.slot("electricity/demand/positiveActiveDemand/maximumDemand")

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
