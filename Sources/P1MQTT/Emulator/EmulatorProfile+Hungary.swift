import P1Parser

extension EmulatorProfile {
    /// A Hungarian meter: four tariffs and their total, reactive energy by quadrant, and the registers at the end of the
    /// last month on the code that Belgium has for peaks.
    ///
    /// Source: what a Sagemcom meter of E.ON sends; 115200 baud, 8N1.
    static let hu = EmulatorProfile(
        name: "hu", header: "SAG5\\P1MQTT-EMULATOR-HU", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.line(OBISCode(0, 0, 42, 0, 0), .hex("EMU" + scenario.equipmentId.dropFirst(4)))
        telegram.line(OBISCode(0, 0, 96, 1, 0), .hex(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.line(OBISCode(0, 0, 96, 50, 68), .text("ON"))
        telegram.power(OBISCode(0, 0, 17, 0, 0), 90_000)
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedTotal)
        telegram.fourTariffs(1, scenario.received)
        telegram.energy(OBISCode(1, 0, 2, 8, 0), scenario.deliveredTotal)
        telegram.fourTariffs(2, scenario.delivered)
        let reactive = scenario.reactive(scenario.receivedTotal)
        for (c, value) in [(3, reactive), (4, 0), (5, reactive), (6, 0), (7, 0), (8, 0)] as [(UInt16, Int64)] {
            telegram.energy(OBISCode(1, 0, c, 8, 0), value, unit: "kvarh")
        }
        telegram.energy(OBISCode(1, 0, 15, 8, 0), scenario.receivedTotal + scenario.deliveredTotal)
        let phases = scenario.phases
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 0)
        for c in [13, 33, 53, 73] as [UInt16] {
            telegram.line(OBISCode(1, 0, c, 7, 0), .number(FixedDecimal(mantissa: 995, scale: 3), digits: 4, decimals: 3))
        }
        telegram.line(OBISCode(1, 0, 14, 7, 0), .number(FixedDecimal(mantissa: 5000, scale: 2), digits: 4, decimals: 2, unit: "Hz"))
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        for c in [5, 6, 7, 8] as [UInt16] {
            telegram.power(OBISCode(1, 0, c, 7, 0), c == 5 ? scenario.reactive(scenario.receivedPower) : 0, unit: "kvar")
        }
        for c in [31, 51, 71] as [UInt16] {
            telegram.line(OBISCode(1, 0, c, 4, 0), .number(FixedDecimal(mantissa: 20000, scale: 2), digits: 5, decimals: 2, unit: "A"))
        }
        telegram.line(OBISCode(0, 0, 98, 1, 0), monthEnd(scenario))
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
    }

    /// A time and nineteen values: total and two tariffs of both directions, six of reactive energy, both directions
    /// added, and the highest power of the month, total and by tariff, of both directions.
    private static func monthEnd(_ scenario: MeterScenario) -> [DataGroup] {
        let month = scenario.pastMonths.last
        func energies(_ values: [Int64], _ unit: String) -> [DataGroup] {
            values.map { .number(FixedDecimal(mantissa: $0, scale: 6), digits: 9, decimals: 3, unit: unit) }
        }
        let (received, delivered) = (scenario.ledger.monthEnd.received, scenario.ledger.monthEnd.delivered)
        let (taken, fed) = (received.reduce(0, +), delivered.reduce(0, +))
        let reactive = scenario.reactive(taken)
        return [.time(month.flatMap { scenario.clock(at: $0.end) })]
            + energies([taken] + received + [fed] + delivered, "kWh")
            + energies([reactive, 0, reactive, 0, 0, 0], "kvarh")
            + energies([taken + fed], "kWh")
            + [month?.peak.power ?? 0, month?.peak.power ?? 0, 0, 0, 0, 0].map { .kilowatts($0) }
    }
}
