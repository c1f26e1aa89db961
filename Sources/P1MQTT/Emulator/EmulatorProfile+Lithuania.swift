import P1Parser

extension EmulatorProfile {
    /// A Lithuanian meter: everything there is, voltages in kV, currents in kA, the frequency in kHz.
    ///
    /// Source: the list of codes that ESO publishes for its customers' port; 115200 baud, 8N1.
    static let ltESO = EmulatorProfile(
        name: "lt-eso", header: "ESO5\\P1MQTT-EMULATOR-LT", standardOffset: 120, tariffClock: .netherlands, hasChecksum: true
    ) { scenario, telegram in
        telegram.line(OBISCode(0, 0, 1, 0, 0), .time(scenario.clock))
        registers(scenario, &telegram)
        present(scenario, &telegram)
        averages(scenario, &telegram)
        quality(scenario, &telegram)
        telegram.line(OBISCode(1, 0, 0, 2, 0), .text("01.19"))
        telegram.line(OBISCode(1, 0, 0, 2, 8), .text("454D5531"))
        telegram.line(OBISCode(1, 1, 0, 2, 0), .text("01.99"))
        telegram.line(OBISCode(1, 1, 0, 2, 8), .text("454D5532"))
    }

    private static func registers(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        let reactive = scenario.received.map(scenario.reactive)
        telegram.energy(OBISCode(1, 0, 1, 8, 0), scenario.receivedTotal, digits: 11)
        telegram.energy(OBISCode(1, 0, 3, 8, 0), reactive[0] + reactive[1], digits: 11, unit: "kvarh")
        telegram.energy(OBISCode(1, 0, 4, 8, 0), 0, digits: 11, unit: "kvarh")
        telegram.fourTariffs(1, scenario.received, digits: 11)
        telegram.fourTariffs(2, scenario.delivered, digits: 11)
        telegram.fourTariffs(3, reactive, digits: 11, unit: "kvarh")
        telegram.fourTariffs(4, [0, 0], digits: 11, unit: "kvarh")
    }

    private static func present(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        func thousandths(_ code: OBISCode, _ millionths: Int64, _ unit: String) {
            telegram.line(code, .number(FixedDecimal(mantissa: millionths, scale: 6), digits: 7, decimals: 3, unit: unit))
        }
        let phases = scenario.phases
        for (index, phase) in phases.enumerated() {
            thousandths(.phase(index, 32, 7), phase.voltage * 100, "kV")
            thousandths(.phase(index, 32, 24), phase.voltage * 100, "kV")
            thousandths(.phase(index, 31, 7), phase.current, "kA")
        }
        thousandths(OBISCode(1, 0, 12, 7, 0), (phases.map(\.voltage).max() ?? 0) * 100, "kV")
        thousandths(OBISCode(1, 0, 11, 7, 0), phases.map(\.current).max() ?? 0, "kA")
        thousandths(OBISCode(1, 0, 91, 7, 0), 0, "kA")
        thousandths(OBISCode(1, 0, 90, 7, 0), phases.map(\.current).reduce(0, +), "kA")
        thousandths(OBISCode(1, 0, 14, 7, 0), 50_000, "kHz")
        telegram.power(OBISCode(1, 0, 15, 7, 0), scenario.receivedPower + scenario.deliveredPower, digits: 11)
        for (first, unit) in [(21, "kW"), (23, "kvar"), (29, "kVA")] as [(UInt16, String)] {
            if first == 29 { telegram.power(OBISCode(1, 0, 9, 7, 0), scenario.receivedPower, digits: 11, unit: unit) }
            for (index, phase) in phases.enumerated() {
                let value = first == 23 ? scenario.reactive(phase.receivedPower) : phase.receivedPower
                telegram.power(.phase(index, first, 7), value, digits: 11, unit: unit)
            }
            if first == 29 { telegram.power(OBISCode(1, 0, 10, 7, 0), scenario.deliveredPower, digits: 11, unit: unit) }
            for (index, phase) in phases.enumerated() {
                telegram.power(.phase(index, first + 1, 7), first == 23 ? 0 : phase.deliveredPower, digits: 11, unit: unit)
            }
        }
        for code in [OBISCode(1, 0, 13, 7, 0), .phase(0, 33, 7), .phase(1, 33, 7), .phase(2, 33, 7), OBISCode(1, 0, 13, 3, 0)] {
            // Per mille.
            telegram.line(code, .integer(995, digits: 5))
        }
    }

    private static func averages(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        let (received, delivered) = (scenario.receivedPower, scenario.deliveredPower)
        for (c, power) in [(1, received), (16, received - delivered), (15, received + delivered)] as [(UInt16, Int64)] {
            telegram.power(OBISCode(1, 0, c, 24, 0), power, digits: 11)
        }
        telegram.line(OBISCode(1, 0, 0, 8, 2), .integer(900, digits: 5, unit: "s"))
        for (d, demand) in [(4, scenario.ledger.runningDemand), (5, scenario.ledger.lastDemand)] as [(UInt16, EnergyLedger.Pair<Int64>)] {
            telegram.power(OBISCode(1, 0, 1, d, 0), demand.received, digits: 11)
            telegram.power(OBISCode(1, 0, 2, d, 0), demand.delivered, digits: 11)
            telegram.power(OBISCode(1, 0, 3, d, 0), scenario.reactive(demand.received), digits: 11, unit: "kvar")
            telegram.power(OBISCode(1, 0, 4, d, 0), 0, digits: 11, unit: "kvar")
            telegram.power(OBISCode(1, 0, 9, d, 0), demand.received, digits: 11, unit: "kVA")
            telegram.power(OBISCode(1, 0, 10, d, 0), demand.delivered, digits: 11, unit: "kVA")
        }
    }

    /// The last sag and the last swell, as long and as deep as the power failures of the scenario were long.
    private static func quality(_ scenario: MeterScenario, _ telegram: inout TelegramWriter) {
        telegram.line(OBISCode(0, 0, 96, 7, 21), .integer(Int64(scenario.failures.count) + scenario.pastCount(0), digits: 5))
        for (d, value, unit) in [(33, 130, "s"), (34, 190, "V"), (37, 140, "s"), (38, 255, "V")] as [(UInt16, Int64, String)] {
            for index in 0..<3 {
                telegram.line(.phase(index, 32, d), .integer(value + scenario.pastCount(Int64(index)), digits: 5, unit: unit))
            }
        }
    }
}
