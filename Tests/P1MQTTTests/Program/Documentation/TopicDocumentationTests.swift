import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Documentation of the topics") struct TopicDocumentationTests {
    private let lines = TopicDocumentation.table.split(separator: "\n")

    @Test("has a row for each place, and the M-Bus meters once") func rows() {
        let described = Set(TopicDocumentation.rows.map(\.topic))
        for place in DocumentLayout.shared.places {
            let levels = place.path.split(separator: "/").map(String.init)
            let isOtherMeter = levels.count > 1 && TopicDocumentationTests.meters.contains(levels[0])
            let key = levels.dropFirst().joined(separator: "/")
            let expected =
                levels[0] == "gas" || isOtherMeter || levels[0] == "mbus"
                ? "`p1/\(Self.heat.contains(levels.last ?? "") ? "heat" : "gas")/\(levels.last ?? "")`, `p1/mbus/N/\(levels.last ?? "")`"
                : "`p1/\(place.path)`"
            #expect(described.contains(expected), "\(place.path) \(key)")
        }
        #expect(described.count == TopicDocumentation.rows.count)
    }

    private static let heat: Set<String> = ["flow", "supplyTemperature", "returnTemperature", "energy"]

    private static let meters: Set<String> = [
        "water", "heat", "warmWater", "cooling", "heatCooling", "heatCostAllocator", "subElectricity",
    ]

    @Test("reads as Markdown: four cells, none of them broken") func cells() {
        #expect(lines.count == TopicDocumentation.rows.count + 2)
        #expect(lines.allSatisfy { $0.count { $0 == "|" } == 5 })
        #expect(lines.contains("| `p1/electricity/received/tariff1` | kWh | `1-0:1.8.1` | Energy taken from the grid, tariff 1 |"))
        #expect(
            lines.contains(
                "| `p1/gas/reading`, `p1/mbus/N/reading` | m3, GJ or kWh | `0-n:24.2.1`, `0-n:24.2.3`, `0-n:24.3.0`, `7-0:23.1.0` | "
                    + "Last reading, with its time |"))
        #expect(
            lines.contains(
                "| `p1/electricity/demand/positiveActiveDemand/maximumDemand/timestamp` |  | `1-0:1.6.0` | Time of that peak |"))
        #expect(lines.contains { $0.hasPrefix("| `p1/electricity/longPowerFailureLog` | JSON | ") })
        #expect(lines.contains { $0.hasPrefix("| `p1/electricity/threshold` | kW, kVA or A | ") })
    }
}
