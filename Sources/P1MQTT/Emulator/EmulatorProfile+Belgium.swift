import P1Parser

extension EmulatorProfile {
    /// A Walloon meter: plain ids, times without a flag, the peak before its time.
    ///
    /// Source: what an Iskra IE.7 of ORES sends; 115200 baud, 8N1.
    static let beIskra = EmulatorProfile(
        name: "be-iskra", header: "ISk5\\2MIE-P1MQTT-EMULATOR", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 0), .text(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 96, 1, 4), .hex("50217"))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock?.withoutSeason))
        telegram.registers(scenario, digits: 9)
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        telegram.power(OBISCode(1, 0, 1, 4, 0), scenario.ledger.runningDemand.received)
        if let peak = scenario.monthPeak {
            telegram.line(OBISCode(1, 0, 1, 6, 0), .kilowatts(peak.power), .time(scenario.clock(at: peak.time)?.withoutSeason))
        }
        let phases = scenario.phases
        telegram.phasePowers(phases)
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 0)
        telegram.line(OBISCode(0, 0, 96, 3, 10), .integer(1, digits: 1))
        telegram.power(OBISCode(0, 0, 17, 0, 0), 27_600, unit: "kVA")
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
    }

    /// A meter in Brussels: a blank version, limits in kVA and, for both directions in one group, in A.
    ///
    /// Source: what a Sagemcom S210 of Sibelga sends; 115200 baud, 8N1.
    static let beSibelga = EmulatorProfile(
        name: "be-sibelga", header: "SIB5\\P1MQTT-EMULATOR-SIBELGA", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 96, 1, 4), .hex(String(repeating: " ", count: 48)))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.registers(scenario, digits: 9)
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.line(OBISCode(0, 0, 96, 3, 10), .integer(1, digits: 1))
        telegram.power(OBISCode(0, 0, 17, 0, 0), 14_950, unit: "kVA")
        telegram.line(OBISCode(1, 1, 31, 4, 0), .text("65.0*A,-65.0*A"))
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
    }
}
