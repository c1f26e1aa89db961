import P1Parser

extension EmulatorProfile {
    /// A Swedish meter: one register in each direction, reactive energy and power, no id and no tariff.
    ///
    /// Source: the Swedish branch standard for the H1 port, 2.0, and what a Landis+Gyr E360 sends; 115200 baud, 8N1.
    static let seH1 = EmulatorProfile(
        name: "se-h1", header: "LGF5\\P1MQTT-EMULATOR-SE", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true,
        lines: nordicLines)

    /// The same meter in Denmark.
    static let dk = EmulatorProfile(
        name: "dk", header: "LGF5\\P1MQTT-EMULATOR-DK", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true, lines: nordicLines
    )

    /// The same meter in Finland, whose standard time is two hours ahead of UTC: set `utcOffset` to +02:00, as for a real one.
    static let fi = EmulatorProfile(
        name: "fi", header: "LGF5\\P1MQTT-EMULATOR-FI", standardOffset: 120, tariffClock: .netherlands, hasChecksum: true,
        lines: nordicLines)

    @Sendable private static func nordicLines(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedAlone, digits: 11)
        telegram.energy(OBISCode(1, 0, 2, 8, 0), scenario.deliveredAlone, digits: 11)
        telegram.energy(OBISCode(1, 0, 3, 8, 0), scenario.reactive(scenario.receivedAlone), digits: 11, unit: "kVArh")
        telegram.energy(OBISCode(1, 0, 4, 8, 0), 0, digits: 11, unit: "kVArh")
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower, digits: 7)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower, digits: 7)
        telegram.power(OBISCode(1, 0, 3, 7, 0), scenario.reactive(scenario.receivedPower), digits: 7, unit: "kVAr")
        telegram.power(OBISCode(1, 0, 4, 7, 0), 0, digits: 7, unit: "kVAr")
        let phases = scenario.phases
        for (index, phase) in phases.enumerated() {
            telegram.power(.phase(index, 21, 7), phase.receivedPower, digits: 7)
            telegram.power(.phase(index, 22, 7), phase.deliveredPower, digits: 7)
        }
        for (index, phase) in phases.enumerated() {
            telegram.power(.phase(index, 23, 7), scenario.reactive(phase.receivedPower), digits: 7, unit: "kVAr")
            telegram.power(.phase(index, 24, 7), 0, digits: 7, unit: "kVAr")
        }
        telegram.voltages(phases)
        telegram.currents(phases, decimals: 1)
    }
}
