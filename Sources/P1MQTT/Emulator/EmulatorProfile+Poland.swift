import P1Parser

extension EmulatorProfile {
    /// A Polish meter: four tariffs, the limit three times and without a unit, codes that nobody has explained.
    ///
    /// Source: what an Elgama G150 of Stoen sends; 115200 baud, 8N1.
    static let pl = EmulatorProfile(
        name: "pl", header: "EGM5\\P1MQTT-EMULATOR-PL", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedTotal)
        telegram.fourTariffs(1, scenario.received)
        telegram.energy(OBISCode(1, 0, 2, 8, 0), scenario.deliveredTotal)
        telegram.fourTariffs(2, scenario.delivered)
        telegram.power(OBISCode(1, 0, 1, 7, 0), scenario.receivedPower)
        telegram.power(OBISCode(1, 0, 2, 7, 0), scenario.deliveredPower)
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        telegram.line(OBISCode(0, 0, 96, 1, 0), .hex(scenario.equipmentId))
        for _ in 0..<3 { telegram.line(OBISCode(0, 0, 17, 0, 0), .integer(40_000, digits: 5)) }
        telegram.line(OBISCode(0, 0, 94, 98, 31), .integer(0, digits: 5))
        telegram.line(OBISCode(0, 0, 94, 98, 32), .integer(0, digits: 5))
        telegram.line(OBISCode(0, 0, 94, 98, 33), .integer(3, digits: 1))
    }
}
