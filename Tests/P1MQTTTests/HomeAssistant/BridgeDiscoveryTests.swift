import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Bridge discovery") struct BridgeDiscoveryTests {
    private func payload(prefix: String, language: Language = .en, meters: [String] = ["p1"]) throws -> DiscoveryPayload {
        var settings = HomeAssistantSettings()
        settings.language = language
        let discovery = BridgeDiscovery(
            settings: settings, prefix: prefix, version: "1.2.3",
            meters: meters.map { DiscoveryTopics(bridge: prefix, meter: $0) })
        let message = try #require(discovery.message)
        #expect(message.topic == discovery.topic)
        #expect(message.qos == 1 && message.retain && message.kind == .discovery)
        return try DiscoveryPayload(message)
    }

    @Test("tells whether the program runs")
    func state() throws {
        let payload = try payload(prefix: "p1", language: .de)
        #expect(payload.topic == "homeassistant/device/p1mqtt_bridge_p1/config")
        #expect(payload.device["name"] as? String == "P1-Bridge")
        let state = try #require(payload.components["state"])
        #expect(state["platform"] as? String == "binary_sensor")
        #expect(state["unique_id"] as? String == "p1mqtt_bridge_p1_state")
        #expect(state["state_topic"] as? String == "p1/bridge/state")
        #expect(state["device_class"] as? String == "connectivity")
        // Offline is a state to be shown, not an absence.
        #expect(payload.json["availability"] == nil && state["availability_topic"] == nil)
    }

    @Test("is distinguished by its prefix")
    func prefix() throws {
        let payload = try payload(prefix: "Home/P1 meter")
        #expect(payload.topic.hasPrefix("homeassistant/device/p1mqtt_bridge_home_p1meter_"))
        #expect(payload.device["name"] as? String == "P1 bridge Home/P1 meter")
    }

    @Test("has an id of its own in any script and in capitals; others keep theirs")
    func ids() {
        #expect(DeviceId.bridge("p1") == "p1mqtt_bridge_p1" && DeviceId.bridge("home/p1-a") == "p1mqtt_bridge_home_p1-a")
        let prefixes = ["p1", "P1", "дом", "家", "家/p1", "p 1"]
        let ids = prefixes.map(DeviceId.bridge)
        #expect(Set(ids).count == prefixes.count)
        #expect(ids.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test("keys never change")
    func golden() throws {
        #expect(
            Set(try payload(prefix: "p1").components.keys) == [
                "state", "telegrams_good", "telegrams_bad", "messages_dropped", "reconnects", "memory", "uptime", "clockOffset",
                "event_meterSwap",
            ])
    }

    @Test("tells of each meter what the meter cannot tell itself, but not of each of a fleet")
    func meters() throws {
        let components = try payload(prefix: "p1", language: .nl, meters: ["p1", "p1/dak"]).components
        let swap = try #require(components["dak_event_meterSwap"])
        #expect(swap["platform"] as? String == "event" && swap["event_types"] as? [String] == ["meterSwap"])
        #expect(swap["state_topic"] as? String == "p1/dak/event/meterSwap")
        #expect(swap["name"] as? String == "Meterwissel dak")
        #expect(components["event_meterSwap"]?["unique_id"] as? String == "p1mqtt_bridge_p1_event_meterSwap")
        #expect(components["dak_clockOffset"]?["value_template"] as? String == "{{ value_json.clockOffset['dak'] | default(None) }}")
        #expect(components["clockOffset"]?["value_template"] as? String == "{{ value_json.clockOffset[''] | default(None) }}")
        let fleet = (1...17).map { "p1/m\($0)" }
        #expect(try payload(prefix: "p1", meters: fleet).components.keys.count { $0.contains("event") } == 0)
    }

    @Test("is nothing when switched off")
    func disabled() {
        var settings = HomeAssistantSettings()
        settings.enabled = false
        #expect(BridgeDiscovery(settings: settings, prefix: "p1", version: "1", meters: []).message == nil)
    }
}
