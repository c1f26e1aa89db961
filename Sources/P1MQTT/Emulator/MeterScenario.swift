import P1Parser

/// What an emulated meter shows, telegram by telegram: a home that draws the same power all the time.
///
/// Everything follows from the settings, the start and the number of the telegram; no clock is read and no number is
/// rounded on its way into a register. Energy is in millionths of a kWh, power in W, time in milliseconds UTC.
package struct MeterScenario: Sendable {
    let settings: EmulatorSettings
    /// Milliseconds since 1970 UTC of telegram 0, a whole second.
    package let start: Int64
    package let noise: MeterNoise
    /// The number of the present telegram, from 0.
    private(set) var number: Int64 = 0
    /// What the registers hold, and what the faults have made of them so far.
    private var state: FaultyState

    /// - Parameters:
    ///   - settings: what to emulate.
    ///   - seed: makes ids and noise; two meters need two seeds.
    ///   - now: milliseconds since 1970 UTC, for settings without a start time.
    package init(_ settings: EmulatorSettings, seed: UInt64, now: Int64) {
        self.settings = settings
        start = settings.startTime.map { $0 * 1000 } ?? now - now % 1000
        noise = MeterNoise(seed: seed)
        state = FaultyState(registers: settings.electricityOffset)
    }

    /// Goes on to the next telegram: time passes, and the register of the tariff in force grows by the increment.
    mutating func advance(_ begun: [EmulatorFault] = [], active: [EmulatorFault] = []) {
        number += 1
        take(begun, active: active)
        state.received[tariff - 1] = MeterScenario.register(Int128(state.received[tariff - 1]) + Int128(settings.electricityIncrement))
    }

    /// Energy taken from the grid on tariff 1 and 2.
    var received: [Int64] {
        [state.glitches[.received1] ?? state.received[0], state.glitches[.received2] ?? state.received[1]]
    }

    /// Milliseconds since 1970 UTC of the present telegram.
    package var time: Int64 { start + number * settings.interval }

    /// The meter's clock; `nil` after 2099, which no meter can write.
    var clock: MeterTimestamp? { clock(at: time + state.clockOffset) }

    /// A moment by the meter's clock.
    func clock(at time: Int64) -> MeterTimestamp? {
        MeterTimestamp(secondsSince1970: time / 1000, standardOffset: settings.profile.standardOffset)
    }

    /// The tariff in force: 1 or 2.
    package var tariff: Int {
        clock.map(settings.profile.tariffClock.tariff) ?? 1
    }

    /// The power that makes the registers grow as they do, in W: 36,000 for 0.1 kWh every 10 s.
    var power: Int64 {
        rounded(Int128(settings.electricityIncrement) * 3600, by: Int128(settings.interval))
    }

    /// Energy fed into the grid on tariff 1 and 2: this home has no panels.
    var delivered: [Int64] {
        [state.glitches[.delivered1] ?? state.delivered, state.glitches[.delivered2] ?? state.delivered]
    }

    /// What a register shows: behind the last number that can be written it begins again.
    private static func register(_ millionths: Int128) -> Int64 {
        Int64(millionths % 1_000_000_000_000_000_000)
    }

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
    package struct GasReading: Equatable, Sendable {
        /// Millionths of a m3.
        var reading: Int64
        /// Milliseconds since 1970 UTC, on a boundary of the gas interval.
        var time: Int64
    }

    package var gas: GasReading {
        let index = gasIndex(at: time)
        let first = state.gasSwap.map { gasIndex(at: $0.time) } ?? gasIndex(at: start)
        let grown = MeterScenario.register(
            Int128(state.gasSwap?.reading ?? settings.gasOffset) + Int128(index - first) * Int128(settings.gasIncrement))
        return GasReading(
            reading: state.glitches[.gas] ?? grown, time: index * settings.gasInterval - gasShift + state.clockOffset)
    }

    /// Which interval a moment lies in. Intervals are counted in the meter's standard time, so that one of a day
    /// begins at midnight.
    private func gasIndex(at time: Int64) -> Int64 {
        (time + gasShift) / settings.gasInterval
    }

    private var gasShift: Int64 { Int64(settings.profile.standardOffset) * 60_000 }
}

// MARK: - Identity and the past

extension MeterScenario {
    /// The electricity meter's id: its text says that it is emulated, its digits are those of the seed.
    package var equipmentId: String { "EMUE" + digits(afterSwaps: state.swaps) }
    var gasEquipmentId: String { "EMUG" + digits(afterSwaps: state.gasSwaps) }

    /// Names the meter in encrypted telegrams: EMU and the seed.
    package var systemTitle: UInt64 { 0x454D_5500_0000_0000 | noise.seed & 0xFF_FFFF_FFFF }

    /// Rises with each telegram, and from one start to the next unless they come faster than one a second.
    var frameCounter: UInt32 { UInt32(truncatingIfNeeded: start / 1000 + number) }

    /// 13 digits. Each meter that takes the place of another is far from those of neighbouring seeds.
    private func digits(afterSwaps swaps: UInt64) -> String {
        let digits = String((noise.seed &+ swaps &* 1_000_003) % 10_000_000_000_000)
        return String(repeating: "0", count: 13 - digits.count) + digits
    }

    /// A long power failure: when it ended, and how many seconds it lasted.
    package struct Failure: Equatable, Sendable {
        package var end: Int64
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

// MARK: - Faults

/// What the faults have changed in a meter.
private struct FaultyState: Sendable {
    /// Millionths of a kWh on tariff 1 and 2.
    var received: [Int64]
    /// On each tariff.
    var delivered: Int64
    /// Milliseconds that the meter's clock is ahead.
    var clockOffset: Int64 = 0
    /// Electricity and gas meters that were replaced so far.
    var swaps: UInt64 = 0
    var gasSwaps: UInt64 = 0
    /// When the gas meter was replaced, and what the new one showed then in millionths of a m3.
    var gasSwap: (time: Int64, reading: Int64)?
    /// Registers that show something else in the present telegram.
    var glitches: [EmulatorFault.Register: Int64] = [:]

    init(registers: Int64) {
        received = [registers, registers]
        delivered = registers
    }
}

extension MeterScenario {
    /// Lets the faults happen that belong to the present telegram: those that begin with it, and those that last.
    mutating func take(_ begun: [EmulatorFault], active: [EmulatorFault]) {
        state.glitches = [:]
        for case .registerGlitch(let register, let value) in active.map(\.kind) { state.glitches[register] = value }
        for fault in begun {
            switch fault.kind {
            case .meterSwap(let registers):
                state.swaps += 1
                state.received = [registers, registers]
                state.delivered = registers
            case .gasMeterSwap(let reading):
                state.gasSwaps += 1
                state.gasSwap = (time, reading)
            case .clockJump(let seconds): state.clockOffset += seconds * 1000
            case .clockChange(let season):
                if let change = nextClockChange(to: season) { state.clockOffset = change - 600_000 - time }
            case .registerGlitch, .bitErrors, .cut, .silent: break
            }
        }
    }

    /// Milliseconds since 1970 UTC of the next change of the clocks by the meter's clock; `nil` near the end of 2099.
    private func nextClockChange(to change: EmulatorFault.Season) -> Int64? {
        let season: MeterTimestamp.Season = change == .summer ? .summer : .winter
        // Clocks change at a full hour of UTC, at most a year from now.
        let now = time + state.clockOffset
        var hour = now - now % 3_600_000
        for _ in 0..<366 * 24 {
            let before = clock(at: hour)?.season
            hour += 3_600_000
            if let after = clock(at: hour)?.season, after == season, before != season { return hour }
        }
        return nil
    }
}
