/// A home that draws the same power all the time, as node-p1-reader has it: each telegram adds as much as the one before.
struct PlainHome: Home {
    private let increment: Int64
    private let gasIncrement: Int64
    private let noise: MeterNoise
    /// W that make the registers grow as they do: 36,000 for 0.1 kWh every 10 s.
    private let power: Int64

    /// The increment is spread over an interval without a rest.
    let parts: Int64
    /// Its heat meter counts as its gas meter would.
    let heatFromGas: Int64 = 10_000

    init(_ settings: EmulatorSettings, noise: MeterNoise) {
        increment = settings.electricityIncrement
        gasIncrement = settings.gasIncrement
        parts = settings.interval
        self.noise = noise
        power = rounded(Int128(increment) * 3600, by: Int128(parts))
    }

    func flow(until telegram: Int64) -> HomeFlow {
        let l1 = power * noise.number(.phaseShare, telegram * 2, in: 310...350) / 1000
        let l2 = power * noise.number(.phaseShare, telegram * 2 + 1, in: 310...350) / 1000
        return HomeFlow(
            received: increment, delivered: 0, receivedPower: power, deliveredPower: 0,
            phases: PhasePower(l1: l1, l2: l2, l3: power - l1 - l2))
    }

    func gas(in intervals: Range<Int64>) -> Int128 {
        Int128(intervals.count) * Int128(gasIncrement) * 1000
    }

    func voltage(_ phase: Int, at telegram: Int64, power: Int64) -> Int64 {
        noise.number(.voltage, telegram * 3 + Int64(phase), in: 2280...2330)
    }

    /// A peak below that of the emulation itself, so that its first quarter hours set a new one.
    func pastPeak(from begin: Int64, until end: Int64) -> MeterScenario.Peak {
        let quarters = (end - begin) / EnergyLedger.quarterHour
        guard quarters > 0 else { return .init(time: begin, power: 0) }
        return .init(
            time: begin + noise.number(.peakTime, begin, in: 1...quarters) * EnergyLedger.quarterHour,
            power: power * noise.number(.peakPower, begin, in: 400...900) / 1000)
    }
}
