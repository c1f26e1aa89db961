import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant

/// Which components a meter gets, and what becomes of them.
@Suite("Components") struct ComponentTests {
    private func meter(_ telegram: TelegramText, language: Language = .en) throws -> DiscoveryPayload {
        try #require(try DiscoveryFixture.announced(telegram, language: language).first)
    }

    @Test("keys and unique ids are permanent: people's history hangs on them")
    func golden() throws {
        let payloads = try DiscoveryFixture.announced(.belgian)
        #expect(
            payloads.map { $0.components.values.compactMap { $0["unique_id"] as? String }.sorted() } == [
                [
                    "connectivity", "derived_current_L1", "derived_current_L2", "derived_current_L3", "derived_demand_average12",
                    "derived_demand_forecast", "derived_demand_headroom",
                    "derived_netPower_L1", "derived_netPower_L2", "derived_netPower_L3", "derived_netPower_total",
                    "electricity_delivered_actual", "electricity_delivered_tariff1", "electricity_delivered_tariff2",
                    "electricity_delivered_total", "electricity_demand_positiveActiveDemand_currentDemandPeriod",
                    "electricity_demand_positiveActiveDemand_maximumDemand",
                    "electricity_demand_positiveActiveDemand_maximumDemand_timestamp", "electricity_instantaneous_current_L1",
                    "electricity_instantaneous_current_L2", "electricity_instantaneous_current_L3",
                    "electricity_instantaneous_power_negative_L1", "electricity_instantaneous_power_negative_L2",
                    "electricity_instantaneous_power_negative_L3", "electricity_instantaneous_power_positive_L1",
                    "electricity_instantaneous_power_positive_L2", "electricity_instantaneous_power_positive_L3",
                    "electricity_instantaneous_voltage_L1", "electricity_instantaneous_voltage_L2",
                    "electricity_instantaneous_voltage_L3", "electricity_received_actual", "electricity_received_tariff1",
                    "electricity_received_tariff2", "electricity_received_total", "electricity_switchPosition",
                    "electricity_tariffIndicator", "electricity_tariffIndicator_word", "event_breaker", "event_heldRegister",
                    "event_message", "event_tariff", "textMessage_message", "timestamp", "version",
                ].map { "p1mqtt_3153414731323334353637383930_" + $0 },
                ["connectivity", "reading", "timestamp", "valvePosition"].map { "p1mqtt_37464c4f31323334353637383930_" + $0 },
                ["connectivity", "reading", "timestamp"].map { "p1mqtt_3853414731323334353637383930_" + $0 },
            ])
    }

    @Test("a total keeps its component when the meter begins to send it")
    func total() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let sent = TelegramText.dutch.with("1-0:1.8.0(003580.245*kWh)")
        #expect(try fixture.feed(sent).isEmpty)
        let payload = try DiscoveryPayload(try #require(try fixture.feed(sent).publish.first))
        #expect(payload.components["electricity_received_total"]?["state_topic"] as? String == "p1/electricity/received/total")
        #expect(payload.components["electricity_delivered_total"]?["state_topic"] as? String == "p1/derived/delivered/total")
        // Its line gets lost once: the sum of the tariffs, which is there then, is not taken for it.
        #expect(try fixture.feed(.dutch, times: 3).isEmpty)
        #expect(try fixture.feed(sent).isEmpty)
    }

    @Test("new values come in one message")
    func added() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch.without("1-0:32.7.0").without("1-0:31.7.0"), times: 2)
        #expect(try fixture.feed(.dutch).isEmpty)
        let changes = try fixture.feed(.dutch)
        #expect(changes.publish.count == 1)
        let payload = try DiscoveryPayload(try #require(changes.publish.first))
        #expect(payload.components["electricity_instantaneous_voltage_L1"] != nil)
        #expect(payload.components["electricity_instantaneous_current_L1"] != nil)
    }

    @Test("a code that came once is a damaged line, not a value")
    func once() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        #expect(try fixture.feed(.dutch.with("1-0:1.8.3(001234.567*kWh)")).isEmpty)
        #expect(try fixture.feed(.dutch, times: 10).isEmpty)
    }

    @Test("a value is removed when it is missing for a hundred telegrams and an hour")
    func removed() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let less = TelegramText.dutch.without("1-0:72.7.0")
        #expect(try fixture.feed(less.with("0-0:1.0.0(231114231400W)"), times: 500).isEmpty)
        let changes = try fixture.feed(less.with("0-0:1.0.0(231115001400W)"))
        let payload = try DiscoveryPayload(try #require(changes.publish.first))
        let removed = try #require(payload.components["electricity_instantaneous_voltage_L3"])
        #expect(removed.count == 1 && removed["platform"] as? String == "sensor")
        #expect(try fixture.feed(less.with("0-0:1.0.0(231115001410W)"), times: 10).isEmpty)
        // And back, after two.
        #expect(try fixture.feed(.dutch).isEmpty)
        let back = try DiscoveryPayload(try #require(try fixture.feed(.dutch).publish.first))
        #expect(back.components["electricity_instantaneous_voltage_L3"]?["name"] as? String == "Voltage L3")
    }

    @Test("values that are now and then missing stay")
    func intermittent() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        for hour in 10..<23 {
            let time = "0-0:1.0.0(2311\(hour)231400W)"
            #expect(try fixture.feed(.dutch.without("1-0:72.7.0").with(time), times: 99).isEmpty)
            #expect(try fixture.feed(.dutch.with(time)).isEmpty)
        }
    }

    @Test(
        "a limit of nines is none",
        arguments: ["0-0:17.0.0(999.9*kW)", "0-0:17.0.0(0999.00*kW)", "0-0:17.0.0(999*A)", "0-0:17.0.0(99.999)"])
    func noLimit(line: String) throws {
        #expect(try meter(.dutch.with(line)).components["electricity_threshold"] == nil)
    }

    @Test("a real limit has its unit", arguments: [("016.1*kW", "kW"), ("027.6*kVA", "kVA"), ("016*A", "A")])
    func limit(value: String, unit: String) throws {
        let component = try #require(try meter(.dutch.with("0-0:17.0.0(\(value))")).components["electricity_threshold"])
        #expect(component["unit_of_measurement"] as? String == unit)
        #expect(component["state_class"] == nil)
        #expect(component["enabled_by_default"] as? Bool == false)
    }

    @Test("the unit of a limit can change")
    func limitUnit() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch.with("0-0:17.0.0(016.1*kW)"), times: 2)
        let payload = try DiscoveryPayload(try #require(try fixture.feed(.dutch.with("0-0:17.0.0(016*A)")).publish.first))
        #expect(payload.components["electricity_threshold"]?["unit_of_measurement"] as? String == "A")
    }

    @Test("choices have their options; a word instead of a number is text")
    func options() throws {
        let belgian = try meter(.belgian).components
        #expect(belgian["electricity_tariffIndicator"]?["options"] as? [String] == ["1", "2"])
        #expect(belgian["electricity_switchPosition"]?["options"] as? [String] == ["0", "1", "2"])
        let hungarian = try meter(.hungarian).components
        for key in ["electricity_tariffIndicator", "electricity_switchPosition"] {
            let component = try #require(hungarian[key])
            #expect(component["options"] == nil && component["device_class"] == nil)
        }
    }

    @Test("a choice that turns out to have more options becomes text, for good")
    func unlisted() throws {
        var fixture = DiscoveryFixture()
        try fixture.feed(.dutch, times: 2)
        let payload = try DiscoveryPayload(try #require(try fixture.feed(.dutch.with("0-0:96.14.0(0003)")).publish.first))
        #expect(payload.components["electricity_tariffIndicator"]?["options"] == nil)
        #expect(try fixture.feed(.dutch, times: 3).isEmpty)
    }

    @Test("precision is that of the meter")
    func precision() throws {
        func decimals(_ telegram: TelegramText, _ key: String) throws -> Int? {
            try meter(telegram).components[key]?["suggested_display_precision"] as? Int
        }
        #expect(try decimals(.dutch, "electricity_received_tariff1") == 3)
        #expect(try decimals(.dutch, "electricity_instantaneous_voltage_L1") == 1)
        #expect(try decimals(.dutch, "electricity_instantaneous_current_L1") == 0)
        #expect(try decimals(.belgian, "electricity_instantaneous_current_L1") == 2)
        #expect(try decimals(.german, "electricity_received_total") == 4)
    }

    @Test("a long message is cut to what a state can hold")
    func message() throws {
        let component = try #require(try meter(.dutch).components["textMessage_message"])
        #expect(component["value_template"] as? String == "{{ value[:255] }}")
        #expect(component["enabled_by_default"] as? Bool == false)
    }
}
