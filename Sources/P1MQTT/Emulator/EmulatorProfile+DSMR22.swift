import P1Parser

extension EmulatorProfile {
    /// A Dutch meter of 2008: no checksum, no version, no time of its own, gas on two lines.
    ///
    /// Source: DSMR 2.2, P1 section 5; on the wire 9600 baud, 7E1.
    static let nlDSMR22 = EmulatorProfile(
        name: "nl-dsmr22", header: "EMU5\\P1MQTT-EMULATOR-DSMR22", standardOffset: 60, tariffClock: .netherlands, hasChecksum: false
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 96, 1, 1), .hex(scenario.equipmentId))
        telegram.registers(scenario, digits: 8)
        telegram.line(OBISCode(0, 0, 96, 14, 0), .integer(Int64(scenario.tariff), digits: 4))
        telegram.line(OBISCode(1, 0, 1, 7, 0), tenWatts(scenario.receivedPower))
        telegram.line(OBISCode(1, 0, 2, 7, 0), tenWatts(scenario.deliveredPower))
        telegram.line(OBISCode(0, 0, 17, 0, 0), .integer(999, digits: 3, unit: "A"))
        telegram.line(OBISCode(0, 0, 96, 3, 10), .integer(1, digits: 1))
        telegram.line(OBISCode(0, 0, 96, 13, 1), .empty)
        telegram.line(OBISCode(0, 0, 96, 13, 0), .empty)
        guard scenario.hasGas else { return }
        telegram.line(OBISCode(0, 1, 24, 1, 0), .integer(3, digits: 1))
        telegram.line(OBISCode(0, 1, 96, 1, 0), .hex(scenario.gasEquipmentId))
        let minutes = max(1, scenario.settings.gasInterval / 60_000)
        telegram.line(
            OBISCode(0, 1, 24, 3, 0), .time(scenario.clock(at: scenario.gas.time)?.withoutSeason), .text("00"),
            .integer(minutes, digits: 2), .text("1"), .code(OBISCode(0, 1, 24, 2, 1)), .text("m3"))
        telegram.continuation(.number(FixedDecimal(mantissa: scenario.gas.reading, scale: 6), digits: 8, decimals: 3))
        telegram.line(OBISCode(0, 1, 24, 4, 0), .integer(1, digits: 1))
    }

    /// Power in kW as F6(2,2): these meters show steps of 10 W.
    private static func tenWatts(_ watts: Int64) -> DataGroup {
        .number(FixedDecimal(mantissa: watts, scale: 3), digits: 6, decimals: 2, unit: "kW")
    }
}
