import P1Parser
import Testing

@testable import P1MQTT

@Suite("Meter discovery") struct MeterDiscoveryTests {
    private static let dutchTopic = "homeassistant/device/p1mqtt_4530303438303030303132333435363738/config"
    private static let gasTopic = "homeassistant/device/p1mqtt_4730303534303031323334353637/config"

    @Test("announces after two telegrams, once (dsmr-reader 761, 905)")
    func announces() throws {
        var fixture = DiscoveryFixture()
        #expect(try fixture.feed(.dutch).isEmpty)
        let changes = try fixture.feed(.dutch)
        #expect(changes.publish.map(\.topic) == [Self.dutchTopic, Self.gasTopic])
        #expect(changes.publish.allSatisfy { $0.qos == 1 && $0.retain && $0.kind == .discovery })
        #expect(changes.forget.isEmpty)
        #expect(try fixture.feed(.dutch, times: 200).isEmpty)
        #expect(fixture.discovery.announcement == changes.publish)
        #expect(fixture.discovery.leftovers.isEmpty)
    }

    @Test("announces nothing when it is switched off")
    func disabled() throws {
        var fixture = DiscoveryFixture(enabled: false)
        #expect(try fixture.feed(.dutch, times: 5).isEmpty)
        #expect(fixture.discovery.announcement.isEmpty)
    }

    @Test("waits for an id that comes twice in a row")
    func alternatingIds() throws {
        var fixture = DiscoveryFixture()
        let other = TelegramText.dutch.with("0-0:96.1.1(4530303438303030303939393939393939)").without("0-1:24.2.1")
        for _ in 0..<10 {
            #expect(try fixture.feed(.dutch.without("0-1:24.2.1")).isEmpty)
            #expect(try fixture.feed(other).isEmpty)
        }
    }

    @Test("a lost id neither confirms nor ends a meter")
    func lostId() throws {
        var fixture = DiscoveryFixture()
        let damaged = TelegramText.dutch.without("0-0:96.1.1").without("0-1:96.1.0")
        try fixture.feed(.dutch)
        #expect(try fixture.feed(damaged).isEmpty)
        #expect(try fixture.feed(.dutch).publish.count == 2)
        #expect(try fixture.feed(damaged, times: 3).isEmpty)
    }

    @Test("a new meter ends the old one before its values come, and the gas meter moves under it")
    func swap() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let new = TelegramText.dutch.with("0-0:96.1.1(4530303438303030303939393939393939)")
        let first = try fixture.feed(new)
        #expect(first == MeterDiscovery.Changes(publish: [], forget: [Self.dutchTopic]))
        let second = try fixture.feed(new)
        #expect(second.forget.isEmpty)
        #expect(
            second.publish.map(\.topic) == [
                "homeassistant/device/p1mqtt_4530303438303030303939393939393939/config", Self.gasTopic,
            ])
        let gas = try DiscoveryPayload(try #require(second.publish.last))
        #expect(gas.device["via_device"] as? String == "p1mqtt_4530303438303030303939393939393939")
        #expect(fixture.discovery.announcement == second.publish)
    }

    @Test("a meter without id is known by its topic")
    func withoutId() throws {
        let telegram = TelegramText.dutch.without("0-0:96.1.1").without("0-1:96.1.0")
        let payloads = try DiscoveryFixture.announced(telegram, meter: "p1/Garage")
        #expect(
            payloads.map(\.topic) == [
                "homeassistant/device/p1mqtt_p1_garage/config", "homeassistant/device/p1mqtt_p1_garage_mbus_1/config",
            ])
        let zeros = TelegramText.dutch.with("0-0:96.1.1(3030303030303030)").without("0-1:96.1.0")
        #expect(try DiscoveryFixture.announced(zeros).first?.topic == "homeassistant/device/p1mqtt_p1/config")
    }

    @Test("a heat meter without an electricity meter stands by itself")
    func heatOnly() throws {
        let payloads = try DiscoveryFixture.announced(.heat)
        #expect(payloads.map(\.topic) == ["homeassistant/device/p1mqtt_715619842d2c340c/config"])
        #expect(payloads.first?.device["name"] as? String == "Heat meter")
        #expect(payloads.first?.device["via_device"] as? String == "p1mqtt_bridge_p1")
        let reading = try #require(payloads.first?.components["reading"])
        #expect(reading["device_class"] as? String == "energy")
        #expect(reading["unit_of_measurement"] as? String == "GJ")
    }

    @Test("an emulated meter says so, and is forgotten at the end")
    func emulated() throws {
        var fixture = DiscoveryFixture(language: .fr)
        var telegram = TelegramText.dutch
        telegram.header = "EMU5\\P1MQTT-EMULATOR-DSMR50"
        let payloads = try fixture.feed(telegram, times: 2).publish.map(DiscoveryPayload.init)
        #expect(payloads.map { $0.device["name"] as? String } == ["Compteur électrique (émulateur)", "Compteur gaz (émulateur)"])
        #expect(payloads.allSatisfy { $0.device["model"] as? String == "Emulator" })
        #expect(fixture.discovery.leftovers == [Self.dutchTopic, Self.gasTopic])
    }

    @Test("entities are available when the bridge, the meter and the M-Bus meter are")
    func availability() throws {
        let payloads = try DiscoveryFixture.announced(.dutch, meter: "p1/garage")
        let topics = payloads.map { ($0.json["availability"] as? [[String: String]])?.compactMap { $0["topic"] } }
        #expect(
            topics == [
                ["p1/bridge/state", "p1/garage/availability"],
                ["p1/bridge/state", "p1/garage/availability", "p1/garage/mbus/1/availability"],
            ])
        #expect(payloads.allSatisfy { $0.json["availability_mode"] as? String == "all" })
    }

    @Test("a device tells what it is")
    func device() throws {
        let payloads = try DiscoveryFixture.announced(.dutch, language: .nl, meter: "p1/schuur")
        let meter = try #require(payloads.first?.device)
        #expect(meter["name"] as? String == "Elektriciteitsmeter schuur")
        #expect(meter["manufacturer"] as? String == "Sagemcom")
        #expect(meter["model"] as? String == "T210-D")
        #expect(meter["model_id"] as? String == "Ene5\\T210-D ESMR5.0")
        #expect(meter["serial_number"] as? String == "E0048000012345678")
        #expect(meter["sw_version"] as? String == "50")
        #expect(meter["via_device"] as? String == "p1mqtt_bridge_p1")
        let gas = try #require(payloads.last?.device)
        #expect(gas["name"] as? String == "Gasmeter schuur")
        #expect(gas["serial_number"] as? String == "G0054001234567")
        #expect(gas["via_device"] as? String == "p1mqtt_4530303438303030303132333435363738")
    }
}
