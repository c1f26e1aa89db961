import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

/// The messages as Home Assistant reads them: one unknown key at the top or in `device` costs the whole device.
@Suite("Discovery payloads") struct DiscoveryPayloadTests {
    private static let telegrams: [TelegramText] = [.dutch, .belgian, .hungarian, .german, .heat]

    @Test("consist of what Home Assistant knows", arguments: telegrams, Language.allCases)
    func valid(telegram: TelegramText, language: Language) throws {
        for payload in try DiscoveryFixture.announced(telegram, language: language) {
            try check(payload)
            let name = try #require(payload.device["name"] as? String)
            #expect(payload.names.values.allSatisfy { !$0.contains(name) })
        }
    }

    @Test("of each dialect", arguments: EmulatorProfile.names)
    func profiles(profile: String) throws {
        for message in try DiscoveryFixture.announcement(ofProfile: profile) { try check(DiscoveryPayload(message)) }
    }

    @Test("of the bridge too")
    func bridge() throws {
        let discovery = BridgeDiscovery(
            settings: HomeAssistantSettings(), prefix: "p1", version: P1MQTTCommand.version,
            meters: [DiscoveryTopics(bridge: "p1", meter: "p1"), DiscoveryTopics(bridge: "p1", meter: "p1/roof")])
        try check(DiscoveryPayload(try #require(discovery.message)))
    }

    @Test("stay far below 64 kB")
    func size() throws {
        for telegram in Self.telegrams {
            for payload in try DiscoveryFixture.announced(telegram) { #expect(payload.size < 20_000) }
        }
    }

    private func check(_ payload: DiscoveryPayload) throws {
        #expect(Set(payload.json.keys).isSubset(of: ["device", "origin", "availability", "availability_mode", "components"]))
        #expect(
            Set(payload.device.keys).isSubset(of: [
                "identifiers", "name", "manufacturer", "model", "model_id", "serial_number", "sw_version", "via_device",
            ]))
        let id = try #require((payload.device["identifiers"] as? [String])?.first)
        #expect(payload.topic == "homeassistant/device/\(id)/config")
        #expect(id.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase || $0 == "_" || $0 == "-") })
        let origin = try #require(payload.json["origin"] as? [String: String])
        #expect(origin == ["name": "p1mqtt", "sw_version": P1MQTTCommand.version])
        #expect(!payload.components.isEmpty)
        #expect(Set(payload.names.values).count == payload.components.count)
        for (key, component) in payload.components { check(component, key, id) }
    }

    private func check(_ component: [String: Any], _ key: String, _ id: String) {
        let known: Set<String> = [
            "platform", "unique_id", "name", "state_topic", "device_class", "state_class", "unit_of_measurement",
            "suggested_display_precision", "options", "value_template", "entity_category", "enabled_by_default", "payload_on",
            "payload_off", "availability_topic", "availability", "icon", "event_types", "default_entity_id", "qos",
        ]
        #expect(Set(component.keys).isSubset(of: known), "\(key)")
        #expect(key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
        #expect(component["unique_id"] as? String == id + "_" + key)
        let entityId = component["default_entity_id"] as? String ?? ""
        #expect(entityId.hasPrefix("\(component["platform"] as? String ?? "")."), "\(key)")
        #expect(entityId.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_" || $0 == ".") }, "\(entityId)")
        let topic = component["state_topic"] as? String ?? ""
        #expect(Topic.fault(in: topic) == nil)
        let deviceClass = component["device_class"] as? String
        #expect((component["options"] != nil) == (deviceClass == "enum"))
        if let category = component["entity_category"] { #expect(category as? String == "diagnostic") }
        if let precision = component["suggested_display_precision"] { #expect((precision as? Int).map { $0 >= 0 } ?? false) }
        #expect((component["icon"] as? String)?.hasPrefix("mdi:") ?? true)
        #expect((component["event_types"] != nil) == (component["platform"] as? String == "event"))
        if ["binary_sensor", "event"].contains(component["platform"] as? String) { return }
        #expect(component["platform"] as? String == "sensor")
        let complaint = HomeAssistantRules.complaint(
            deviceClass: deviceClass, stateClass: component["state_class"] as? String, unit: component["unit_of_measurement"] as? String)
        #expect(complaint == nil, "\(key)")
    }
}

extension TelegramText {
    /// A Hungarian meter: its breaker is a word, its tariff another, and its limits are real.
    static let hungarian = TelegramText(
        "AUX59900012345678",
        [
            "0-0:1.0.0(231114231320W)", "0-0:42.0.0(41555831323334353637383930313233)", "0-0:96.1.0(39393030303132333435)",
            "0-0:96.14.0(TARIFF 1)", "0-0:96.50.68(ON)", "0-0:17.0.0(90.000*kW)", "1-0:1.8.0(000173.640*kWh)", "1-0:1.8.1(000047.719*kWh)",
            "1-0:1.8.2(000125.921*kWh)", "1-0:2.8.0(000627.177*kWh)", "1-0:3.8.0(000000.123*kvarh)", "1-0:5.8.0(000001.123*kvarh)",
            "1-0:15.8.0(000800.817*kWh)", "1-0:32.7.0(226.3*V)", "1-0:31.7.0(001*A)", "1-0:13.7.0(0.981)", "1-0:14.7.0(49.99*Hz)",
            "1-0:1.7.0(00.248*kW)", "1-0:2.7.0(00.000*kW)", "1-0:5.7.0(00.000*kvar)", "1-0:31.4.0(200.00*A)", "1-0:51.4.0(200.00*A)",
        ])

    /// A German meter without a time: it sends net power with a sign, in watts.
    static let german = TelegramText(
        "EBZ5DD32R06ETA_107",
        [
            "1-0:0.0.0*255(1EBZ0101234567)", "1-0:96.1.0*255(1EBZ0101234567)", "1-0:1.8.0*255(009544.3620*kWh)",
            "1-0:2.8.0*255(000000.0000*kWh)", "1-0:16.7.0*255(-000115.94*W)", "1-0:36.7.0*255(-000115.94*W)",
            "1-0:96.5.0*255(001C0104)", "0-0:96.8.0*255(055BD83E)",
        ])

    /// A district heating box: no electricity at all.
    static let heat = TelegramText(
        "NWA-WARMTELINK",
        [
            "1-3:0.2.8(50)", "0-0:1.0.0(231114231320W)", "0-0:96.1.1(ADB3100000045771)", "0-1:24.1.0(004)", "0-1:96.1.0(715619842D2C340C)",
            "0-1:24.2.1(231114231320W)(93.435*GJ)",
        ])
}
