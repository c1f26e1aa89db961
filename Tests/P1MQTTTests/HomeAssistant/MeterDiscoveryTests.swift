import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

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

    @Test("a new meter takes the place of the old one before its values come, and the gas meter moves under it")
    func swap() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let new = TelegramText.dutch.with("0-0:96.1.1(4530303438303030303939393939393939)")
        let swap = try fixture.feed(new)
        #expect(swap.forget == [Self.dutchTopic])
        #expect(
            swap.publish.map(\.topic) == [
                "homeassistant/device/p1mqtt_4530303438303030303939393939393939/config", Self.gasTopic,
            ])
        let gas = try DiscoveryPayload(try #require(swap.publish.last))
        #expect(gas.device["via_device"] as? String == "p1mqtt_4530303438303030303939393939393939")
        #expect(fixture.discovery.announcement == swap.publish)
        // All of it, but what only the new one sends.
        let components = try DiscoveryPayload(try #require(swap.publish.first)).components
        let former = try #require(DiscoveryFixture.announced(.dutch).first)
        #expect(Set(components.keys) == Set(former.components.keys))
        let more = new.with("1-0:3.8.0(000001.000*kvarh)")
        #expect(try fixture.feed(more).isEmpty)
        #expect(try fixture.feed(more).publish.count == 1)
    }

    private static let newMeter = "4530303438303030303939393939393939"

    /// What an earlier run published of a meter with a gas meter.
    private func earlier(_ telegram: TelegramText) throws -> JSONTree {
        try telegram.telegram().document(arrival: 1_700_000_000).tree()
    }

    @Test("a meter that was replaced while nobody looked is forgotten once the new one is there")
    func replacedMeanwhile() throws {
        let new = TelegramText.dutch.with("0-0:96.1.1(\(Self.newMeter))").with("0-1:96.1.0(4730303534303031323334353699)")
        var fixture = DiscoveryFixture()
        #expect(try fixture.discovery.recall(earlier(.dutch)).isEmpty)
        try fixture.feed(new)
        #expect(try fixture.feed(new).forget == [Self.dutchTopic, Self.gasTopic])
        #expect(try fixture.feed(new, times: 3).isEmpty)
        // The earlier document may come late.
        var late = DiscoveryFixture()
        try late.feed(new, times: 2)
        #expect(try late.discovery.recall(earlier(.dutch)) == MeterDiscovery.Changes(forget: [Self.dutchTopic, Self.gasTopic]))
    }

    @Test("the same meters, also on another channel or not there yet, are not forgotten")
    func sameMeanwhile() throws {
        var fixture = DiscoveryFixture()
        _ = try fixture.discovery.recall(earlier(.dutch))
        #expect(try fixture.feed(.dutch, times: 2).forget.isEmpty)
        var moved = TelegramText.dutch
        moved.lines = moved.lines.map { $0.replacing("0-1:", with: "0-2:") }
        var other = DiscoveryFixture()
        _ = try other.discovery.recall(earlier(.dutch))
        #expect(try other.feed(moved, times: 2).forget.isEmpty)
        // A document that names no device: of another shape, or of a box for heat alone.
        var none = DiscoveryFixture()
        _ = none.discovery.recall(.object([]))
        _ = try none.discovery.recall(earlier(.heat))
        #expect(try none.feed(.dutch, times: 2).forget == ["homeassistant/device/p1mqtt_715619842d2c340c/config"])
    }

    @Test("two meters that change places keep their devices")
    func places() throws {
        let claims = DiscoveryClaims()
        var (left, right) = (DiscoveryFixture(meter: "p1/left", claims: claims), DiscoveryFixture(meter: "p1/right", claims: claims))
        let one = TelegramText.dutch.without("0-1:24.2.1")
        let two = one.with("0-0:96.1.1(\(Self.newMeter))")
        try left.feed(one, times: 2)
        try right.feed(two, times: 2)
        // The left one is quicker: it announces the other's device before that one gives it up.
        let quick = try left.feed(two)
        #expect(quick.forget == [Self.dutchTopic] && quick.publish.count == 1)
        let slow = try right.feed(one)
        #expect(slow.forget.isEmpty && slow.publish.map(\.topic) == [Self.dutchTopic])
    }

    @Test("events have entities where the meter sends what they are seen from")
    func events() throws {
        let payload = try #require(try DiscoveryFixture.announced(.dutch, meter: "p1/roof").first)
        let events = payload.components.filter { $0.value["platform"] as? String == "event" }
        #expect(
            Set(events.keys) == [
                "event_powerFailure", "event_voltageSag", "event_voltageSwell", "event_tariff", "event_message", "event_heldRegister",
            ])
        let failure = try #require(events["event_powerFailure"])
        #expect(failure["unique_id"] as? String == "p1mqtt_4530303438303030303132333435363738_event_powerFailure")
        #expect(failure["state_topic"] as? String == "p1/roof/event/powerFailure")
        #expect(failure["event_types"] as? [String] == ["powerFailure"])
        #expect(failure["enabled_by_default"] == nil && events["event_voltageSag"]?["enabled_by_default"] as? Bool == false)
        #expect(try #require(try DiscoveryFixture.announced(.belgian).first).components["event_breaker"] != nil)
    }

    @Test("the flow belongs to the gas meter, on whatever channel it is")
    func flow() throws {
        let payloads = try DiscoveryFixture.announcement(ofProfile: "be-emucs").map(DiscoveryPayload.init)
        let flows = payloads.compactMap { $0.components["flow"] }
        #expect(flows.count == 1)
        let flow = try #require(flows.first)
        #expect(flow["state_topic"] as? String == "p1/derived/gas/flow")
        #expect(flow["device_class"] as? String == "volume_flow_rate" && flow["unit_of_measurement"] as? String == "m³/h")
        #expect(flow["enabled_by_default"] == nil)
        #expect(payloads.allSatisfy { $0.components["derived_gas_flow"] == nil })
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
        #expect(meter["sw_version"] == nil, "the version of the protocol is not that of the firmware")
        #expect(meter["via_device"] as? String == "p1mqtt_bridge_p1")
        let gas = try #require(payloads.last?.device)
        #expect(gas["name"] as? String == "Gasmeter schuur")
        #expect(gas["serial_number"] as? String == "G0054001234567")
        #expect(gas["via_device"] as? String == "p1mqtt_4530303438303030303132333435363738")
    }
}
