import P1Parser

/// What an emulated meter shows, telegram by telegram: a home that draws the same power all the time.
///
/// Everything follows from the plan, the start and the number of the telegram; no clock is read and no number is
/// rounded on its way into a register. Energy is in millionths of a kWh, power in W, time in milliseconds UTC.
struct MeterScenario: Sendable {
    let plan: EmulatorPlan
    /// Milliseconds since 1970 UTC of telegram 0, a whole second.
    let start: Int64
    let noise: MeterNoise
    /// The number of the present telegram, from 0.
    private(set) var number: Int64 = 0
    /// Energy taken from the grid on tariff 1 and 2.
    private(set) var received: [Int64]

    /// - Parameters:
    ///   - plan: the settings.
    ///   - seed: makes ids and noise; two meters need two seeds.
    ///   - now: milliseconds since 1970 UTC, for a plan that names no start.
    init(_ plan: EmulatorPlan, seed: UInt64, now: Int64) {
        self.plan = plan
        start = plan.start ?? now - now % 1000
        noise = MeterNoise(seed: seed)
        received = [plan.electricityOffset, plan.electricityOffset]
    }

    /// Goes on to the next telegram: time passes, and the register of the tariff in force grows by the increment.
    mutating func advance() {
        number += 1
        received[tariff - 1] += plan.electricityIncrement
    }

    /// Milliseconds since 1970 UTC of the present telegram.
    var time: Int64 { start + number * plan.interval }

    /// The meter's clock; `nil` after 2099, which no meter can write.
    var clock: MeterTimestamp? { clock(at: time) }

    /// A moment by the meter's clock.
    func clock(at time: Int64) -> MeterTimestamp? {
        MeterTimestamp(secondsSince1970: time / 1000, standardOffset: plan.profile.standardOffset)
    }

    /// The tariff in force: 1 or 2.
    var tariff: Int {
        clock.map(plan.profile.tariffClock.tariff) ?? 1
    }

    /// The power that makes the registers grow as they do, in W: 36,000 for 0.1 kWh every 10 s.
    var power: Int64 {
        rounded(Int128(plan.electricityIncrement) * 3600, by: Int128(plan.interval))
    }

    /// Energy fed into the grid on tariff 1 and 2: this home has no panels.
    var delivered: [Int64] { [plan.electricityOffset, plan.electricityOffset] }

    /// Divides and rounds halves up.
    func rounded(_ dividend: Int128, by divisor: Int128) -> Int64 {
        Int64((dividend + divisor / 2) / divisor)
    }
}

// MARK: - Phases

extension MeterScenario {
    /// What flows through one phase.
    struct Phase: Equatable, Sendable {
        /// W; the three add up to the total.
        var power: Int64
        /// Tenths of a V.
        var voltage: Int64
        /// Thousandths of an A: power by voltage.
        var current: Int64
    }

    var phases: [Phase] {
        let total = power
        let first = total * noise.number(.phaseShare, number * 2, in: 310...350) / 1000
        let second = total * noise.number(.phaseShare, number * 2 + 1, in: 310...350) / 1000
        return [first, second, total - first - second].enumerated().map { index, power in
            let voltage = noise.number(.voltage, number * 3 + Int64(index), in: 2280...2330)
            return Phase(power: power, voltage: voltage, current: rounded(Int128(power) * 10_000, by: Int128(voltage)))
        }
    }
}

// MARK: - Gas

extension MeterScenario {
    /// The last reading of the gas meter.
    struct GasReading: Equatable, Sendable {
        /// Millionths of a m3.
        var reading: Int64
        /// Milliseconds since 1970 UTC, on a boundary of the gas interval.
        var time: Int64
    }

    var gas: GasReading {
        let index = gasIndex(at: time)
        return GasReading(
            reading: plan.gasOffset + (index - gasIndex(at: start)) * plan.gasIncrement,
            time: index * plan.gasInterval - gasShift)
    }

    /// Which interval a moment lies in. Intervals are counted in the meter's standard time, so that one of a day
    /// begins at midnight.
    private func gasIndex(at time: Int64) -> Int64 {
        (time + gasShift) / plan.gasInterval
    }

    private var gasShift: Int64 { Int64(plan.profile.standardOffset) * 60_000 }
}

// MARK: - Identity and the past

extension MeterScenario {
    /// The electricity meter's id: its text says that it is emulated, its digits are those of the seed.
    var equipmentId: String { "EMUE" + seedDigits }
    var gasEquipmentId: String { "EMUG" + seedDigits }

    /// Names the meter in encrypted telegrams: EMU and the seed.
    var systemTitle: UInt64 { 0x454D_5500_0000_0000 | noise.seed & 0xFF_FFFF_FFFF }

    /// Rises with each telegram, and from one start to the next unless they come faster than one a second.
    var frameCounter: UInt32 { UInt32(truncatingIfNeeded: start / 1000 + number) }

    /// 13 digits.
    private var seedDigits: String {
        let digits = String(noise.seed % 10_000_000_000_000)
        return String(repeating: "0", count: 13 - digits.count) + digits
    }

    /// A long power failure: when it ended, and how many seconds it lasted.
    struct Failure: Equatable, Sendable {
        var end: Int64
        var duration: Int64
    }

    /// Two long power failures in the year before the start; none happen while the emulator runs.
    var failures: [Failure] {
        ([1, 0] as [Int64]).map { index in
            let age = noise.number(.failureAge, index, in: 86_400...15_000_000) + index * 15_000_000
            return Failure(end: start - age * 1000, duration: noise.number(.failureDuration, index, in: 200...5000))
        }
    }

    /// How often something has happened to the supply before the start; `index` tells the counters apart.
    func pastCount(_ index: Int64) -> Int64 {
        noise.number(.counter, index, in: 0...5)
    }
}
