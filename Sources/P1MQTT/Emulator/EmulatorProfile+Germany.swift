import P1Parser

extension EmulatorProfile {
    /// A German meter on its optical port: one register with seven decimals, signed power in W, no time and no checksum.
    ///
    /// Source: what an EasyMeter Q3D sends (IEC 62056-21, mode D); 9600 baud, 7E1.
    static let deQ3D = EmulatorProfile(
        name: "de-q3d", header: "ESY5Q3D P1MQTT-EMULATOR", standardOffset: 60, tariffClock: .netherlands, hasChecksum: false
    ) { scenario, telegram in
        telegram.line(OBISCode(1, 0, 0, 0, 0, 255), .text(String(scenario.equipmentId.dropFirst(4))))
        telegram.energy(OBISCode(1, 0, 1, 8, 0, 255), scenario.receivedAlone, digits: 15, decimals: 7)
        for (index, phase) in scenario.phases.enumerated() {
            telegram.line(OBISCode(1, 0, 21 + 20 * UInt16(index), 7, 255, 255), hundredths(phase.power))
        }
        telegram.line(OBISCode(1, 0, 1, 7, 255, 255), hundredths(scenario.receivedPower - scenario.deliveredPower))
        telegram.line(OBISCode(1, 0, 96, 5, 5, 255), .text("80"))
        telegram.line(OBISCode(0, 0, 96, 1, 255, 255), .text("1" + scenario.equipmentId))
    }

    private static func hundredths(_ watts: Int64) -> DataGroup {
        .number(FixedDecimal(mantissa: watts), digits: 8, decimals: 2, unit: "W")
    }
}
