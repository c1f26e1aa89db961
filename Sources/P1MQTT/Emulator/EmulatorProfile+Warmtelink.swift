import P1Parser

extension EmulatorProfile {
    /// A Dutch box for district heating: a heat meter and nothing else. Its reading grows like that of a gas meter, in GJ.
    ///
    /// Source: what the boxes of Vattenfall send; 115200 baud, 8N1.
    static let nlWarmtelink = EmulatorProfile(
        name: "nl-warmtelink", header: "AUR2NWA-P1MQTT-EMULATOR", standardOffset: 60, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(1, 3, 0, 2, 8), .text("50"))
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.line(OBISCode(0, 1, 24, 1, 0), .integer(12, digits: 3))
        telegram.line(OBISCode(0, 1, 96, 1, 0), .hex(scenario.gasEquipmentId))
        let heat = scenario.heat
        telegram.line(
            OBISCode(0, 1, 24, 2, 1), .time(scenario.clock(at: heat.time)),
            .number(FixedDecimal(mantissa: heat.reading, scale: 6), digits: 6, decimals: 3, unit: "GJ"))
    }
}
