import P1Parser

extension EmulatorProfile {
    /// A Belgian meter of a business: totals with two decimals, reactive energy and power, and peaks and registers at the
    /// end of the month as profiles that name what they list.
    ///
    /// Source: what a Landis+Gyr E660 of Fluvius sends (e-MUCS P1 2.x, version 50250); 115200 baud, 8N1.
    static let beEMUCS2 = EmulatorProfile(
        name: "be-emucs2", header: "LG_E660_Fluvius_P1MQTT-EMULATOR", standardOffset: 60, tariffClock: .belgium, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 4), .text("50250"))
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedAlone, decimals: 2)
        telegram.energy(OBISCode(1, 0, 2, 8, 0), scenario.deliveredAlone, decimals: 2)
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        let phases = scenario.phases
        telegram.phasePowers(phases)
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 2)
        telegram.power(OBISCode(1, 0, 3, 7, 0), scenario.reactive(scenario.receivedPower), unit: "kvar")
        telegram.power(OBISCode(1, 0, 4, 7, 0), 0, unit: "kvar")
        for (index, phase) in phases.enumerated() {
            telegram.power(.phase(index, 23, 7), scenario.reactive(phase.receivedPower), unit: "kvar")
        }
        for index in phases.indices { telegram.power(.phase(index, 24, 7), 0, unit: "kvar") }
        for c in [5, 6, 7, 8] as [UInt16] {
            let energy = c == 5 ? scenario.reactive(scenario.receivedAlone) : 0
            telegram.energy(OBISCode(1, 0, c, 8, 0), energy, decimals: 2, unit: "kvarh")
        }
        telegram.power(OBISCode(1, 0, 1, 4, 0), scenario.ledger.runningDemand.received)
        telegram.power(OBISCode(1, 0, 2, 4, 0), scenario.ledger.runningDemand.delivered)
        if let peak = scenario.monthPeak {
            telegram.line(OBISCode(1, 0, 1, 6, 0), .time(scenario.clock(at: peak.time)), .kilowatts(peak.power))
        }
        profiles(scenario, &telegram)
    }

    /// The last month: its peak with the time, and the registers at its end. Behind each time stands a status.
    private static func profiles(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        guard let month = scenario.pastMonths.last else { return }
        let head: [DataGroup] = [.integer(1, digits: 1), .code(OBISCode(0, 0, 0, 1, 0))]
        let end: [DataGroup] = [.time(scenario.clock(at: month.end)), .integer(15, digits: 2)]
        let peak = DataGroup.code(OBISCode(1, 0, 1, 6, 0))
        telegram.line(
            OBISCode(0, 0, 98, 1, 0),
            head + [peak, peak] + end + [.time(scenario.clock(at: month.peak.time)), .kilowatts(month.peak.power)])
        let registers: [(UInt16, Int64, String)] = [
            (1, scenario.monthEndAlone.received, "kWh"), (2, scenario.monthEndAlone.delivered, "kWh"),
            (5, scenario.reactive(scenario.monthEndAlone.received), "kvarh"), (6, 0, "kvarh"), (7, 0, "kvarh"), (8, 0, "kvarh"),
        ]
        telegram.line(
            OBISCode(0, 0, 98, 1, 1),
            head + registers.map { .code(OBISCode(1, 0, $0.0, 8, 0)) } + end
                + registers.map { .number(FixedDecimal(mantissa: $0.1, scale: 6), digits: 9, decimals: 2, unit: $0.2) })
    }
}
