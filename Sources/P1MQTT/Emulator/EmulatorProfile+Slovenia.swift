import P1Parser

extension EmulatorProfile {
    /// A Slovenian meter: date and time of day on two lines, no checksum.
    ///
    /// Source: what an Iskraemeco AM551 sends; 115200 baud, 7E1.
    static let siIskra = EmulatorProfile(
        name: "si-iskra", header: "ISK9\\P1MQTT-EMULATOR-SI", standardOffset: 60, tariffClock: .belgium, hasChecksum: false
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 0), .text(scenario.equipmentId))
        telegram.line(OBISCode(0, 0, 97, 97, 0), .text("00000000"))
        if let clock = scenario.clock {
            telegram.line(OBISCode(1, 0, 0, 9, 1), .text(pairs(clock.hour, clock.minute, clock.second)))
            telegram.line(OBISCode(1, 0, 0, 9, 2), .text(pairs(UInt8(clock.year % 100), clock.month, clock.day)))
        }
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedTotal)
        for (index, value) in scenario.received.enumerated() { telegram.energy(OBISCode(1, 0, 1, 8, UInt16(index + 1)), value) }
        telegram.energy(OBISCode(1, 0, 2, 8, 0), scenario.deliveredTotal)
        for (index, value) in scenario.delivered.enumerated() { telegram.energy(OBISCode(1, 0, 2, 8, UInt16(index + 1)), value) }
        let phases = scenario.phases
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        for (index, phase) in phases.enumerated() { telegram.power(.phase(index, 21, 7), phase.receivedPower) }
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        for (index, phase) in phases.enumerated() { telegram.power(.phase(index, 22, 7), phase.deliveredPower) }
        for (index, phase) in phases.enumerated() {
            telegram.line(
                .phase(index, 32, 7), .number(FixedDecimal(mantissa: phase.voltage, scale: 1), digits: 6, decimals: 1, unit: "V"))
        }
        telegram.currents(phases, decimals: 0)
    }

    private static func pairs(_ numbers: UInt8...) -> String {
        numbers.map { ($0 < 10 ? "0" : "") + String($0) }.joined()
    }
}
