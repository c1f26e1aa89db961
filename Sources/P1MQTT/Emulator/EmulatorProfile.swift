package import P1Parser

/// The kind of meter that is emulated: which lines it sends, with how many digits and in what order.
/// Another dialect is another value of this type in a file of its own.
package struct EmulatorProfile: Sendable, Equatable {
    /// As in the configuration.
    package let name: String
    /// Behind `/`. It contains EMULATOR, so that nobody takes the values for real ones.
    package let header: String
    /// Minutes that its standard time is ahead of UTC.
    let standardOffset: Int
    let tariffClock: TariffClock
    package let hasChecksum: Bool
    /// Writes the data lines.
    package let lines: @Sendable (MeterScenario, inout TelegramWriter) -> Void

    /// All profiles, in the order in which they are offered.
    package static let all: [EmulatorProfile] = [
        nlDSMR22, nlDSMR42, nlDSMR50, nlWarmtelink, beEMUCS, beEMUCS2, beIskra, beSibelga, luSmarty, atT210DR, seH1, dk, fi, hu, ltESO,
        chXT211, deQ3D, siIskra, pl,
    ]
    package static let names: [String] = all.map(\.name)
    package static func == (left: EmulatorProfile, right: EmulatorProfile) -> Bool { left.name == right.name }

    /// The telegram that such a meter sends in this state.
    package func telegram(_ scenario: MeterScenario) -> [UInt8] {
        var writer = TelegramWriter(header: header)
        lines(scenario, &writer)
        return writer.finish(withChecksum: hasChecksum)
    }
}

// MARK: - Lines that several profiles share

extension TelegramWriter {
    /// The four registers, tariff 1 and 2 in both directions.
    package mutating func registers(_ scenario: MeterScenario, digits: Int) {
        for (c, values) in [(1, scenario.received), (2, scenario.delivered)] as [(UInt16, [Int64])] {
            for (index, value) in values.enumerated() {
                line(
                    OBISCode(1, 0, c, 8, UInt16(index + 1)),
                    .number(FixedDecimal(mantissa: value, scale: 6), digits: digits, decimals: 3, unit: "kWh"))
            }
        }
    }

    /// The power of each phase, first taken from the grid and then fed into it.
    mutating func phasePowers(_ phases: [MeterScenario.Phase]) {
        for (offset, isImport) in [(1, true), (2, false)] as [(UInt16, Bool)] {
            for (index, phase) in phases.enumerated() {
                line(OBISCode.phase(index, 20 + offset, 7), .kilowatts(isImport ? phase.receivedPower : phase.deliveredPower))
            }
        }
    }

    mutating func voltages(_ phases: [MeterScenario.Phase]) {
        for (index, phase) in phases.enumerated() {
            line(
                OBISCode.phase(index, 32, 7),
                .number(FixedDecimal(mantissa: phase.voltage, scale: 1), digits: 4, decimals: 1, unit: "V"))
        }
    }

    /// Currents with three digits before the point.
    mutating func currents(_ phases: [MeterScenario.Phase], decimals: UInt8) {
        var step: Int64 = 1000
        for _ in 0..<decimals { step /= 10 }
        for (index, phase) in phases.enumerated() {
            line(
                OBISCode.phase(index, 31, 7),
                .number(
                    FixedDecimal(mantissa: (phase.current + step / 2) / step, scale: decimals),
                    digits: 3 + Int(decimals), decimals: decimals, unit: "A"))
        }
    }

    /// Power failures, voltage sags and swells: all of them happened before the start.
    mutating func supplyQuality(_ scenario: MeterScenario) {
        let failures = scenario.failures
        line(OBISCode(0, 0, 96, 7, 21), .integer(Int64(failures.count) + scenario.pastCount(0), digits: 5))
        line(OBISCode(0, 0, 96, 7, 9), .integer(Int64(failures.count), digits: 5))
        line(
            OBISCode(1, 0, 99, 97, 0),
            [.integer(Int64(failures.count), digits: 1), .code(OBISCode(0, 0, 96, 7, 19))]
                + failures.flatMap { [.time(scenario.clock(at: $0.end)), .integer($0.duration, digits: 10, unit: "s")] })
        for (d, first) in [(32, 1), (36, 4)] as [(UInt16, Int64)] {
            for index in 0..<3 {
                line(OBISCode.phase(index, 32, d), .integer(scenario.pastCount(first + Int64(index)), digits: 5))
            }
        }
    }
}

extension OBISCode {
    /// The code of a phase, 0 to 2, given that of the first.
    static func phase(_ index: Int, _ c: UInt16, _ d: UInt16) -> OBISCode {
        OBISCode(1, 0, c + 20 * UInt16(index), d, 0)
    }
}

extension DataGroup {
    /// Power in kW as F5(3,3).
    static func kilowatts(_ watts: Int64) -> DataGroup {
        .number(FixedDecimal(mantissa: watts, scale: 3), digits: 5, decimals: 3, unit: "kW")
    }

    /// Gas in m3 as F8(3,3).
    static func cubicMetres(_ millionths: Int64) -> DataGroup {
        .number(FixedDecimal(mantissa: millionths, scale: 6), digits: 8, decimals: 3, unit: "m3")
    }
}
