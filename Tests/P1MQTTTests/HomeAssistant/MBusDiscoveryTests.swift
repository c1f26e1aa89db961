import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("M-Bus discovery") struct MBusDiscoveryTests {
    private static let gas = "homeassistant/device/p1mqtt_4730303534303031323334353637/config"
    private static let otherGas = "homeassistant/device/p1mqtt_4730303534303031393939393939/config"

    /// The Dutch meter after its gas meter was replaced: the old one stays on channel 1.
    private static let replaced = TelegramText(
        TelegramText.dutch.header,
        TelegramText.dutch.lines + [
            "0-2:24.1.0(003)", "0-2:96.1.0(4730303534303031393939393939)", "0-2:24.2.1(231114231000W)(00001.194*m3)",
        ])

    @Test(
        "a meter that never reported gets nothing",
        arguments: [
            TelegramText.dutch.without("0-1:24.2.1"), TelegramText.dutch.with("0-1:24.2.1(632525252525S)(00000.000)"),
        ])
    func ghost(telegram: TelegramText) throws {
        #expect(try DiscoveryFixture.announced(telegram).count == 1)
    }

    @Test("it is announced with its first two readings")
    func late() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch.without("0-1:24.2.1"), times: 5)
        #expect(try fixture.feed(.dutch).isEmpty)
        #expect(try fixture.feed(.dutch).publish.map(\.topic) == [Self.gas])
    }

    @Test("its entities follow its channel, and its classes its kind")
    func classes() throws {
        let payloads = try DiscoveryFixture.announced(.belgian)
        #expect(payloads.map { $0.device["name"] as? String } == ["Electricity meter", "Gas meter", "Water meter"])
        let gas = try #require(payloads[1].components["reading"])
        #expect(gas["state_topic"] as? String == "p1/mbus/1/reading")
        #expect(gas["device_class"] as? String == "gas")
        #expect(gas["state_class"] as? String == "total_increasing")
        #expect(gas["unit_of_measurement"] as? String == "m³")
        #expect(gas["suggested_display_precision"] as? Int == 3)
        let water = try #require(payloads[2].components["reading"])
        #expect(water["state_topic"] as? String == "p1/mbus/2/reading")
        #expect(water["device_class"] as? String == "water")
        #expect(payloads[1].components["valvePosition"]?["options"] as? [String] == ["0", "1", "2"])
    }

    @Test(
        "the class of a channel is that of its type, whatever its id",
        arguments: [["", "", ""], ["00", "0000", "3030"], ["4730", "4730", "4730"], ["", "4730", "4730"]])
    func kinds(_ ids: [String]) throws {
        var telegram = TelegramText.dutch.with("0-1:96.1.0(\(ids[0]))")
        telegram.lines += [
            "0-2:24.1.0(007)", "0-2:96.1.0(\(ids[1]))", "0-2:24.2.1(231114231000W)(10142.194*m3)", "0-3:24.1.0(004)",
            "0-3:96.1.0(\(ids[2]))", "0-3:24.2.1(231114231000W)(00012.345*GJ)",
        ]
        let payloads = try DiscoveryFixture.announced(telegram).dropFirst()
        #expect(payloads.map { $0.device["name"] as? String } == ["Gas meter", "Water meter", "Heat meter"])
        #expect(payloads.map { $0.components["reading"]?["device_class"] as? String } == ["gas", "water", "energy"])
        #expect(Set(payloads.map(\.topic)).count == 3)
        // Gas and water each have the flow of their own, though they show the same number.
        var fixture = DiscoveryFixture()
        try fixture.feed(telegram, times: 2)
        for minute in ["15", "20"] {
            var later = telegram
            later.lines = later.lines.map { $0.replacing("231114231000W", with: "2311142320\(minute)W") }
            try fixture.feed(later, times: 2)
        }
        let announced = try fixture.discovery.announcement.map(DiscoveryPayload.init)
        #expect(
            announced.map { $0.components["flow"]?["state_topic"] as? String } == [
                nil, "p1/derived/gas/flow", "p1/derived/water/flow", nil,
            ])
        for meter in announced[1...2] {
            #expect(
                meter.components["flow"]?["device_class"] as? String == "volume_flow_rate"
                    && meter.components["flow"]?["enabled_by_default"] == nil)
        }
    }

    @Test("hot water of Iceland: volume, flow, temperatures and energy, in each language")
    func iceland() throws {
        let telegram = TelegramText(
            "ISk5\\2MIE5E-200",
            [
                "1-0:0.9.1(211309)", "1-0:0.9.2(240501)", "0-0:96.1.1(36303836303030303031)", "1-0:1.7.0(00.588*kW)",
                "0-1:24.2.1(0366.475*m3)", "0-1:24.2.2(0000.090*m3/h)", "0-1:24.2.3(000074.8*degC)", "0-1:24.2.4(000031.3*degC)",
                "0-1:24.2.5(0019.078*kWh)",
            ])
        let heat = try #require(try DiscoveryFixture.announced(telegram).last)
        #expect(heat.device["name"] as? String == "Heat meter")
        let expected = [
            "reading": ("volume", "total_increasing", "m³"), "flow": ("volume_flow_rate", "measurement", "m³/h"),
            "supplyTemperature": ("temperature", "measurement", "°C"), "returnTemperature": ("temperature", "measurement", "°C"),
            "energy": ("energy", "total_increasing", "kWh"),
        ]
        #expect(Set(heat.components.keys) == Set(expected.keys).union(["connectivity"]))
        for (key, (deviceClass, stateClass, unit)) in expected {
            let component = try #require(heat.components[key])
            #expect(component["device_class"] as? String == deviceClass)
            #expect(component["state_class"] as? String == stateClass)
            #expect(component["unit_of_measurement"] as? String == unit)
            #expect(component["state_topic"] as? String == "p1/mbus/1/\(key)")
            #expect(component["enabled_by_default"] == nil)
        }
        let names = try [Language.en, .nl, .fr, .de].map {
            try DiscoveryFixture.announced(telegram, language: $0).last?.names["supplyTemperature"]
        }
        #expect(names == ["Supply temperature", "Aanvoertemperatuur", "Température de départ", "Vorlauftemperatur"])
    }

    @Test("the signed current of a phase is there, disabled")
    func signedCurrent() throws {
        let meter = try #require(try DiscoveryFixture.announced(.dutch).first)
        for phase in ["L1", "L2", "L3"] {
            let current = try #require(meter.components["derived_current_\(phase)"])
            #expect(current["name"] as? String == "Signed current \(phase)" && current["device_class"] as? String == "current")
            #expect(current["enabled_by_default"] as? Bool == false && current["state_topic"] as? String == "p1/derived/current/\(phase)")
        }
    }

    @Test("two of a kind are distinguished")
    func twoGasMeters() throws {
        let payloads = try DiscoveryFixture.announced(Self.replaced)
        #expect(payloads.dropFirst().map(\.topic) == [Self.gas, Self.otherGas])
        #expect(payloads.dropFirst().map { $0.device["name"] as? String } == ["Gas meter", "Gas meter 2"])
        #expect(payloads.last?.components["reading"]?["device_class"] as? String == "gas")
        #expect(payloads.last?.components["reading"]?["state_topic"] as? String == "p1/mbus/2/reading")
    }

    @Test("another id on its channel ends it and takes its place at once")
    func swap() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let new = TelegramText.dutch.with("0-1:96.1.0(4730303534303031393939393939)")
        let swap = try fixture.feed(new)
        #expect(swap.forget == [Self.gas] && swap.publish.map(\.topic) == [Self.otherGas])
        #expect(try fixture.feed(new, times: 3).isEmpty)
    }

    @Test("a meter that moved to another channel keeps its ids")
    func moved() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        var moved = TelegramText.dutch
        moved.lines = moved.lines.map { $0.hasPrefix("0-1:") ? "0-3:" + $0.dropFirst(4) : $0 }
        // Not deleted in between, or its entities would be new ones.
        let changes = try fixture.feed(moved)
        #expect(changes.forget.isEmpty && changes.publish.count == 1)
        let payload = try DiscoveryPayload(try #require(changes.publish.last))
        #expect(payload.topic == Self.gas)
        #expect(payload.components["reading"]?["state_topic"] as? String == "p1/mbus/3/reading")
        #expect(payload.components["reading"]?["unique_id"] as? String == "p1mqtt_4730303534303031323334353637_reading")
    }

    @Test("a meter that is gone for long is forgotten")
    func gone() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let alone = TelegramText(TelegramText.dutch.header, TelegramText.dutch.lines.filter { !$0.hasPrefix("0-1:") })
        #expect(try fixture.feed(alone, times: 200).isEmpty)
        let changes = try fixture.feed(alone.with("0-0:1.0.0(231115231320W)"))
        #expect(changes == MeterDiscovery.Changes(publish: [], forget: [Self.gas]))
        #expect(fixture.discovery.announcement.count == 1)
    }

    @Test("a meter that has no id, or that of another, has one made from its channel")
    func madeUp() throws {
        let without = try DiscoveryFixture.announced(.dutch.without("0-1:96.1.0"))
        #expect(without.last?.topic == "homeassistant/device/p1mqtt_4530303438303030303132333435363738_mbus_1/config")
        let same = try DiscoveryFixture.announced(.dutch.with("0-1:96.1.0(4530303438303030303132333435363738)"))
        #expect(same.last?.topic == "homeassistant/device/p1mqtt_4530303438303030303132333435363738_mbus_1/config")
    }

    @Test("a unit that comes later changes the class")
    func unit() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch.with("0-1:24.2.1(231114231000W)(10142.194)"), times: 2)
        let payload = try DiscoveryPayload(try #require(try fixture.feed(.dutch).publish.first))
        #expect(payload.topic == Self.gas)
        #expect(payload.components["reading"]?["device_class"] as? String == "gas")
    }
}
