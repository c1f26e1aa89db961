import P1Parser

extension EmulatorProfile {
    /// A Belgian meter with three phases, demand for the capacity tariff, and a gas meter.
    ///
    /// Source: e-MUCS P1 1.7.1, section 6; 115200 baud, 8N1, a telegram each second on a real one.
    static let beEMUCS = EmulatorProfile(
        name: "be-emucs", header: "EMU5\\P1MQTT-EMULATOR-EMUCS", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 4), .text("50217"))
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.registers(scenario, digits: 9)
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        demand(scenario, &telegram)
        telegram.line(OBISCode(1, 0, 1, 7, 0), .kilowatts(scenario.receivedPower))
        telegram.line(OBISCode(1, 0, 2, 7, 0), .kilowatts(scenario.deliveredPower))
        let phases = scenario.phases
        telegram.phasePowers(phases)
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 2)
        telegram.line(OBISCode(0, 0, 96, 3, 10), .integer(1, digits: 1))
        // Only nines: no limit is set.
        telegram.line(OBISCode(0, 0, 17, 0, 0), .number(FixedDecimal(mantissa: 9999, scale: 1), digits: 4, decimals: 1, unit: "kW"))
        telegram.line(OBISCode(1, 0, 31, 4, 0), .integer(999, digits: 3, unit: "A"))
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        guard scenario.hasGas else { return }
        telegram.line(OBISCode(0, 1, 24, 1, 0), .integer(3, digits: 3))
        telegram.line(OBISCode(0, 1, 96, 1, 1), .hex(scenario.gasEquipmentId))
        telegram.line(OBISCode(0, 1, 24, 4, 0), .integer(1, digits: 1))
        let gas = scenario.gas
        telegram.line(OBISCode(0, 1, 24, 2, 3), .time(scenario.clock(at: gas.time)), .cubicMetres(gas.reading))
    }

    private static func demand(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        telegram.line(OBISCode(1, 0, 1, 4, 0), .kilowatts(scenario.ledger.runningDemand.received))
        if let peak = scenario.monthPeak {
            telegram.line(OBISCode(1, 0, 1, 6, 0), .time(scenario.clock(at: peak.time)), .kilowatts(peak.power))
        }
        let months = scenario.pastMonths
        let listed = DataGroup.code(OBISCode(1, 0, 1, 6, 0))
        telegram.line(
            OBISCode(0, 0, 98, 1, 0),
            [.integer(Int64(months.count), digits: 1), listed, listed]
                + months.flatMap { month in
                    [.time(scenario.clock(at: month.end)), .time(scenario.clock(at: month.peak.time)), .kilowatts(month.peak.power)]
                })
    }
}
