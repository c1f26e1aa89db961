import P1Parser

/// Meters whose telegrams are encrypted on their real ports. Here they are when the meter has a key, else in clear:
/// such a meter may be switched to either.
extension EmulatorProfile {
    /// A meter of Luxembourg with three phases and a gas meter: totals only, reactive power, no tariff.
    ///
    /// Source: P1 specification of Luxembourg 1.1.3; 115200 baud, 8N1, a telegram every 10 s on a real one.
    static let luSmarty = EmulatorProfile(
        name: "lu-smarty", header: "Lux5\\P1MQTT-EMULATOR-SMARTY", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(1, 3, 0, 2, 8), .integer(42, digits: 2))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.line(OBISCode(0, 0, 42, 0, 0), .hex(scenario.equipmentId))
        for (c, registers, unit) in [(1, scenario.received, "kWh"), (2, scenario.delivered, "kWh"), (3, [0], "kvarh"), (4, [0], "kvarh")]
            as [(UInt16, [Int64], String)]
        {
            telegram.line(
                OBISCode(1, 0, c, 8, 0),
                .number(FixedDecimal(mantissa: registers.reduce(0, +), scale: 6), digits: 9, decimals: 3, unit: unit))
        }
        telegram.line(OBISCode(1, 0, 1, 7, 0), .kilowatts(scenario.receivedPower))
        telegram.line(OBISCode(1, 0, 2, 7, 0), .kilowatts(scenario.deliveredPower))
        for c in [3, 4] as [UInt16] { telegram.line(OBISCode(1, 0, c, 7, 0), .power(0, "kvar")) }
        telegram.line(OBISCode(0, 0, 17, 0, 0), .number(FixedDecimal(mantissa: 276, scale: 1), digits: 4, decimals: 1, unit: "kVA"))
        telegram.line(OBISCode(1, 0, 9, 7, 0), .power(scenario.receivedPower, "kVA"))
        telegram.line(OBISCode(1, 0, 10, 7, 0), .power(scenario.deliveredPower, "kVA"))
        telegram.line(OBISCode(1, 1, 31, 4, 0), .integer(40, digits: 3, unit: "A"), .integer(-40, digits: 3, unit: "A"))
        telegram.line(OBISCode(0, 0, 96, 3, 10), .integer(1, digits: 1))
        telegram.line(OBISCode(0, 0, 96, 7, 21), .integer(scenario.pastCount(0), digits: 5))
        for (d, first) in [(32, 1), (36, 4)] as [(UInt16, Int64)] {
            for index in 0..<3 {
                telegram.line(OBISCode.phase(index, 32, d), .integer(scenario.pastCount(first + Int64(index)), digits: 5))
            }
        }
        for e: UInt16 in [0, 2, 3, 4, 5] { telegram.line(OBISCode(0, 0, 96, 13, e), .empty) }
        let phases = scenario.phases
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 0)
        telegram.phasePowers(phases)
        for c: UInt16 in [23, 24] {
            for index in 0..<3 { telegram.line(OBISCode.phase(index, c, 7), .power(0, "kvar")) }
        }
        guard scenario.hasGas else { return }
        telegram.line(OBISCode(0, 1, 24, 1, 0), .integer(3, digits: 3))
        telegram.line(OBISCode(0, 1, 96, 1, 0), .hex(scenario.gasEquipmentId))
        let gas = scenario.gas
        telegram.line(OBISCode(0, 1, 24, 2, 1), .time(scenario.clock(at: gas.time)), .cubicMetres(gas.reading))
        telegram.line(OBISCode(0, 1, 24, 4, 0), .integer(1, digits: 1))
    }

    /// An Austrian Sagemcom T210-D-r (Energienetze Steiermark): whole Wh and W, two tariffs and their total, and no id.
    static let atT210DR = EmulatorProfile(
        name: "at-t210dr", header: "EST5\\P1MQTT-EMULATOR-T210DR", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(1, 3, 0, 2, 8), .integer(50, digits: 2))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        let quantities: [(c: UInt16, registers: [Int64], power: Int64, unit: String)] = [
            (1, scenario.received, scenario.receivedPower, "W"), (2, scenario.delivered, scenario.deliveredPower, "W"),
            (3, [0, 0], 0, "var"), (4, [0, 0], 0, "var"),
        ]
        for (c, registers, power, unit) in quantities {
            // Whole Wh first, then the sum: the total of a meter is the sum of what it shows.
            let shown = registers.map { $0 / 1000 }
            for (index, value) in ([shown.reduce(0, +)] + shown).enumerated() {
                telegram.line(OBISCode(1, 0, c, 8, UInt16(index)), .integer(value, digits: 9, unit: unit + "h"))
            }
            telegram.line(OBISCode(1, 0, c, 7, 0), .integer(power, digits: 9, unit: unit))
        }
    }
}

extension DataGroup {
    /// Reactive or apparent power as F5(3,3), given in var or VA.
    fileprivate static func power(_ value: Int64, _ unit: String) -> DataGroup {
        .number(FixedDecimal(mantissa: value, scale: 3), digits: 5, decimals: 3, unit: unit)
    }
}
