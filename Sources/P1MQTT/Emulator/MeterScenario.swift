import P1Parser

/// What an emulated meter shows, telegram by telegram: a home, and the meter that counts what flows into it and out of it.
///
/// Everything follows from the settings, the start and the number of the telegram; no clock is read and no number is
/// rounded on its way into a register. Energy is in millionths of a kWh, power in W, time in milliseconds UTC.
package struct MeterScenario: Sendable {
    let settings: EmulatorSettings
    /// Milliseconds since 1970 UTC of telegram 0, a whole second.
    package let start: Int64
    package let noise: MeterNoise
    let gasIntervals: GasIntervals
    /// The number of the present telegram, from 0.
    private(set) var number: Int64 = 0
    private(set) var home: any Home
    /// What flows between the telegram before and the present one.
    private var flow: HomeFlow
    /// What has been counted so far.
    private(set) var ledger: EnergyLedger
    private(set) var gasMeter: GasMeter
    /// What the faults have made of it.
    private(set) var state = FaultyState()

    /// - Parameters:
    ///   - settings: what to emulate.
    ///   - seed: makes ids and noise; two meters need two seeds.
    ///   - now: milliseconds since 1970 UTC, for settings without a start time.
    package init(_ settings: EmulatorSettings, seed: UInt64, now: Int64) {
        self.settings = settings
        start = settings.startTime.map { $0 * 1000 } ?? now - now % 1000
        noise = MeterNoise(seed: seed)
        gasIntervals = GasIntervals(length: settings.gasInterval, lead: Int64(settings.profile.standardOffset) * 60_000)
        if let household = settings.household {
            home = HouseholdHome(
                Household(settings: household, noise: noise, standardOffset: settings.profile.standardOffset), start: start,
                interval: settings.interval, gasIntervals: gasIntervals)
        } else {
            home = PlainHome(settings, noise: noise)
        }
        flow = home.flow(until: 0)
        ledger = EnergyLedger(settings, start: start, parts: home.parts, flow: flow)
        gasMeter = GasMeter(first: settings.gasOffset, index: gasIntervals.index(at: start))
    }

    /// Goes on to the next telegram: time passes, and what flows meanwhile is counted.
    mutating func advance(_ begun: [EmulatorFault] = [], active: [EmulatorFault] = []) {
        number += 1
        take(begun, active: active)
        flow = home.flow(until: number)
        ledger.count(flow, until: time, tariff: tariff)
        let index = gasIntervals.index(at: time)
        if index > gasMeter.index { gasMeter.volume += home.gas(in: gasMeter.index..<index) }
        gasMeter.index = index
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

    /// Energy taken from the grid on tariff 1 and 2.
    var received: [Int64] {
        let registers = ledger.registers.received
        return [state.glitches[.received1] ?? registers[0], state.glitches[.received2] ?? registers[1]]
    }

    /// Energy fed into the grid on tariff 1 and 2.
    var delivered: [Int64] {
        let registers = ledger.registers.delivered
        return [state.glitches[.delivered1] ?? registers[0], state.glitches[.delivered2] ?? registers[1]]
    }

    /// W taken from the grid.
    var receivedPower: Int64 { flow.receivedPower }
    /// W fed into it.
    var deliveredPower: Int64 { flow.deliveredPower }
}

// MARK: - Phases

extension MeterScenario {
    /// What flows through one phase.
    struct Phase: Equatable, Sendable {
        /// W, negative into the grid; the three add up to the total.
        var power: Int64
        /// Tenths of a V.
        var voltage: Int64
        /// Thousandths of an A: power by voltage, whatever its direction.
        var current: Int64

        /// W taken from the grid.
        var receivedPower: Int64 { max(0, power) }
        /// W fed into it.
        var deliveredPower: Int64 { max(0, -power) }
    }

    var phases: [Phase] {
        [flow.phases.l1, flow.phases.l2, flow.phases.l3].enumerated().map { index, power in
            let voltage = home.voltage(index, at: number, power: power)
            return Phase(
                power: power, voltage: voltage, current: rounded(Int128(power.magnitude) * 10_000, by: Int128(voltage)))
        }
    }
}

// MARK: - Faults

/// What the faults have changed in a meter.
struct FaultyState: Sendable {
    /// Milliseconds that the meter's clock is ahead.
    fileprivate(set) var clockOffset: Int64 = 0
    /// Electricity and gas meters that were replaced so far.
    fileprivate(set) var swaps: UInt64 = 0
    fileprivate(set) var gasSwaps: UInt64 = 0
    /// Registers that show something else in the present telegram.
    fileprivate(set) var glitches: [EmulatorFault.Register: Int64] = [:]
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
                ledger.exchange(registers: registers)
            case .gasMeterSwap(let reading):
                state.gasSwaps += 1
                gasMeter = GasMeter(first: reading, index: gasIntervals.index(at: time))
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
