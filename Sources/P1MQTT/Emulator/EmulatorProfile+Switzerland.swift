import P1Parser

extension EmulatorProfile {
    /// A Swiss meter: energy and power on channel 1 of electricity, currents with two decimals.
    ///
    /// Source: what a Sagemcom XT211 of Groupe E sends; 115200 baud, 8N1.
    static let chXT211 = EmulatorProfile(
        name: "ch-xt211", header: "GRE5\\P1MQTT-EMULATOR-CH", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        for (c, values) in [(1, scenario.received), (2, scenario.delivered)] as [(UInt16, [Int64])] {
            for (index, value) in values.enumerated() { telegram.energy(OBISCode(1, 1, c, 8, UInt16(index + 1)), value) }
        }
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.power(OBISCode(1, 1, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 1, 2, 7, 0), scenario.deliveredPower)
        telegram.supplyQuality(scenario)
        let phases = scenario.phases
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 2)
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        telegram.phasePowers(phases)
        telegram.line(OBISCode(0, 0, 96, 13, 1), .empty)
        if let peak = scenario.monthPeak {
            telegram.line(OBISCode(1, 1, 1, 6, 0), .time(scenario.clock(at: peak.time)), .kilowatts(peak.power))
        }
        telegram.power(OBISCode(1, 0, 1, 4, 0), scenario.ledger.runningDemand.received)
    }
}
