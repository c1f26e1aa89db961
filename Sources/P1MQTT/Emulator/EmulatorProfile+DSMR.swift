import P1Parser

extension EmulatorProfile {
    /// A Dutch meter of 2014 with three phases, and a gas meter that reads hourly.
    ///
    /// Source: DSMR 4.2.2, P1 section 6; 115200 baud, 8N1.
    package static let nlDSMR42 = EmulatorProfile(
        name: "nl-dsmr42", header: "EMU5\\P1MQTT-EMULATOR-DSMR42", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        dutchHead(scenario, "42", &telegram)
        telegram.line(OBISCode(0, 0, 96, 13, 1), .empty)
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        let phases = scenario.phases
        telegram.currents(phases, decimals: 0)
        telegram.phasePowers(phases)
        dutchGas(scenario, &telegram)
        if scenario.hasGas { telegram.line(OBISCode(0, 1, 24, 4, 0), .integer(1, digits: 1)) }
    }

    /// A Dutch meter of 2016: voltages are new; the code of messages and the valve are gone.
    ///
    /// Source: DSMR 5.0.2, P1 section 6; 115200 baud, 8N1, a telegram each second on a real one.
    static let nlDSMR50 = EmulatorProfile(
        name: "nl-dsmr50", header: "EMU5\\P1MQTT-EMULATOR-DSMR50", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        dutchHead(scenario, "50", &telegram)
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        let phases = scenario.phases
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 0)
        telegram.phasePowers(phases)
        dutchGas(scenario, &telegram)
    }

    private static func dutchHead(_ scenario: MeterScenario, _ version: String, _ telegram: inout TelegramWriter) {
        telegram.line(OBISCode(1, 3, 0, 2, 8), .text(version))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.registers(scenario, digits: 9)
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.line(OBISCode(1, 0, 1, 7, 0), .kilowatts(scenario.receivedPower))
        telegram.line(OBISCode(1, 0, 2, 7, 0), .kilowatts(scenario.deliveredPower))
        telegram.supplyQuality(scenario)
    }

    private static func dutchGas(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        guard scenario.hasGas else { return }
        telegram.line(OBISCode(0, 1, 24, 1, 0), .integer(3, digits: 3))
        telegram.line(OBISCode(0, 1, 96, 1, 0), .hex(scenario.gasEquipmentId))
        let gas = scenario.gas
        telegram.line(OBISCode(0, 1, 24, 2, 1), .time(scenario.clock(at: gas.time)), .cubicMetres(gas.reading))
    }
}
