import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// What the pages show of Home Assistant fits what the program announces.
@Suite("The examples for Home Assistant") struct HomeAssistantPageTests {
    private static let pages = ["docs/home-assistant.md", "docs/migrating.md", "docs/recipes.md"]

    private func blocks() throws -> [Substring] {
        try Self.pages.flatMap { try DocumentedPage($0).blocks("yaml") }.joined(separator: "\n").split(separator: "\n")
    }

    @Test("every entity of the examples exists, under the id that it has by default") func entityIds() throws {
        let announced = try DiscoveryFixture.announced(.dutch).flatMap { payload in
            payload.components.values.compactMap { $0["default_entity_id"] as? String }
        }
        let words = try blocks().flatMap { $0.matches(of: /\b(?:sensor|binary_sensor|event)\.[a-z0-9_]*_meter_[a-z0-9_]+/) }.map(\.output)
        let rows = try DocumentedPage("docs/migrating.md").text.split(separator: "\n").filter { $0.hasPrefix("| `sensor.") }
        let new = rows.map { $0.split(separator: "`")[1] }
        #expect(words.filter { $0.hasPrefix("sensor.") }.count > 5 && words.filter { $0.hasPrefix("event.") }.count >= 2 && new.count == 5)
        for id in words + new { #expect(announced.contains(String(id)), "\(id)") }
    }

    @Test("the automations wait for an event type that there is") func eventType() throws {
        let types = try blocks().compactMap { line in line.firstRange(of: "event_type: ").map { String(line[$0.upperBound...]) } }
        #expect(!types.isEmpty && types.allSatisfy { MeterEvent.Kind(rawValue: $0) != nil })
    }
}
