import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Clean-up of discovery") struct DiscoveryCleanupTests {
    // MARK: - A broker on paper

    /// What a broker retains, by topic.
    private typealias Broker = [String: [UInt8]]

    /// The bridge and what it announces of one meter, with what it publishes of it.
    private func broker(
        _ telegram: TelegramText, meter: String = "p1", online: Bool? = nil, info: String? = nil, mbus: [Int: String] = [:]
    ) throws -> Broker {
        var broker: Broker = [:]
        var fixture = DiscoveryFixture(meter: meter)
        for message in try fixture.feed(telegram, times: 2).publish { broker[message.topic] = message.payload }
        let bridge = try #require(
            BridgeDiscovery(
                settings: HomeAssistantSettings(), prefix: "p1", version: "1", meters: [DiscoveryTopics(bridge: "p1", meter: "p1")]
            ).message)
        broker[bridge.topic] = bridge.payload
        broker[meter + "/json"] = try telegram.telegram().document(arrival: 0).json()
        broker[meter + "/availability"] = text("online")
        for (channel, state) in mbus { broker["\(meter)/mbus/\(channel)/availability"] = text(state) }
        if let online { broker["p1/bridge/state"] = text(online ? "online" : "offline") }
        if let info { broker["p1/bridge/info"] = text(info) }
        return broker
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func info(discovery: String? = "homeassistant", topic: String = "p1", id: String = "4530303438303030303132333435363738")
        -> String
    {
        let discovery = discovery.map { "\"\($0)\"" } ?? "null"
        return #"{"instance":"1","discovery":\#(discovery),"meters":[{"topic":"\#(topic)","equipmentId":"\#(id)"}]}"#
    }

    private func settings(_ names: [String?] = [nil], enabled: Bool = true) -> Settings {
        var settings = Settings()
        settings.meters = names.map { MeterSettings(name: $0, source: .tcp(host: "a", port: 1)) }
        settings.homeAssistant.enabled = enabled
        return settings
    }

    /// Reads as the command does: only what is asked for.
    private func findings(_ broker: Broker, _ settings: Settings) -> [DiscoveryCleanup.Finding] {
        var cleanup = cleanup(settings)
        for filters in [cleanup.filters, nil] {
            for filter in filters ?? cleanup.evidence {
                for (topic, payload) in broker where matches(topic, filter) { cleanup.take(topic, payload) }
            }
        }
        return cleanup.findings
    }

    private func matches(_ topic: String, _ filter: String) -> Bool {
        let parts = filter.split(separator: "+", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return topic == filter }
        return topic.hasPrefix(parts[0]) && topic.hasSuffix(parts[1])
    }

    private func ids(_ findings: [DiscoveryCleanup.Finding]) -> [String] {
        findings.map { String($0.topic.split(separator: "/")[2]) }
    }

    private static let meter = "p1mqtt_4530303438303030303132333435363738"
    private static let gas = "p1mqtt_4730303534303031323334353637"
    private static let swappedGas = TelegramText.dutch.with("0-1:96.1.0(4730303534303039393939393939)")
    private static let swapped = TelegramText.dutch.with("0-0:96.1.1(4530303438303030303939393939393939)")

    // MARK: - What is true stays

    @Test("what is as it was stays, whether the bridge runs or not", arguments: [nil, true, false]) func allTrue(_ online: Bool?) throws {
        for telegram in [TelegramText.dutch, .belgian] {
            #expect(findings(try broker(telegram, online: online, info: info()), settings()).isEmpty)
        }
    }

    @Test("a telegram that lacks the gas meter or an id proves nothing") func oneDamagedTelegram() throws {
        var broker = try broker(.dutch, online: true, info: info(), mbus: [1: "online"])
        for damaged in [
            TelegramText.dutch.without("0-1:24.1.0").without("0-1:96.1.0").without("0-1:24.2.1"), .dutch.without("0-1:96.1.0"),
            .dutch.without("0-0:96.1.1"), Self.swappedGas, Self.swapped,
        ] {
            broker["p1/json"] = try damaged.telegram().document(arrival: 0).json()
            #expect(findings(broker, settings()).isEmpty)
        }
    }

    @Test("what the running bridge announces stays, though the configuration has changed since") func runningBridge() throws {
        let broker = try broker(.dutch, meter: "p1/roof", online: true, info: info(topic: "p1/roof"))
        #expect(findings(broker, settings()).isEmpty)
        #expect(findings(broker, settings(enabled: false)).isEmpty)
        // Of a version that does not tell where it announces.
        var old = broker
        old["p1/bridge/info"] = text(info(topic: "p1/roof").replacing(#""discovery":"homeassistant","#, with: ""))
        #expect(findings(old, settings(enabled: false)).isEmpty)
    }

    @Test("another bridge's devices are not looked at") func otherPrefix() throws {
        var fixture = DiscoveryFixture(bridge: "p1/roof", meter: "p1/roof")
        var broker: Broker = [:]
        for message in try fixture.feed(.dutch, times: 2).publish { broker[message.topic] = message.payload }
        #expect(findings(broker, settings(enabled: false)).isEmpty)
    }

    @Test("an old document proves nothing where values are no longer retained") func oldDocument() throws {
        var broker = try broker(Self.swappedGas)
        let old = try self.broker(.dutch)
        broker.merge(old) { $1 }
        var settings = settings()
        #expect(ids(findings(broker, settings)) == ["p1mqtt_4730303534303039393939393939"])
        settings.mqtt.retain = false
        #expect(findings(broker, settings).isEmpty)
    }

    // MARK: - What is no longer true

    @Test("a meter that is no longer configured goes, with those behind it") func unconfigured() throws {
        var broker = try broker(.belgian, meter: "p1/roof", online: false, info: info(topic: "p1/roof"))
        broker.merge(try self.broker(.dutch)) { $1 }
        let found = findings(broker, settings())
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.reason == "no meter is configured for p1/roof" })
        #expect(findings(broker, settings([nil, "roof"])).isEmpty)
    }

    @Test("without discovery all of it goes", arguments: [nil, "elsewhere"]) func disabled(_ discovery: String?) throws {
        let broker = try broker(.dutch, online: true, info: info(discovery: discovery))
        let found = findings(broker, settings(enabled: false))
        #expect(ids(found) == [Self.meter, Self.gas, "p1mqtt_bridge_p1"])
        #expect(found.allSatisfy { $0.reason == "homeAssistant.enabled is false" })
        #expect(findings(broker, settings()).isEmpty)
    }

    @Test("the gas meter that another stands in for goes") func swappedGasMeter() throws {
        let found = findings(try broker(.dutch).merging(try broker(Self.swappedGas)) { $1 }, settings())
        #expect(ids(found) == [Self.gas])
        #expect(found.first?.reason == "channel 1 of p1 is another meter now, p1mqtt_4730303534303039393939393939")
    }

    @Test("the electricity meter that another stands in for goes, and what hung on it alone") func swappedMeter() throws {
        let withoutGas = Self.swapped.without("0-1:24.1.0").without("0-1:96.1.0").without("0-1:24.2.1")
        let found = findings(try broker(.dutch).merging(try broker(withoutGas)) { $1 }, settings())
        #expect(ids(found) == [Self.meter, Self.gas])
        // The gas meter that is still there was announced again, on the new meter.
        #expect(ids(findings(try broker(.dutch).merging(try broker(Self.swapped)) { $1 }, settings())) == [Self.meter])
    }

    @Test("the running bridge alone tells of the new meter where values are not retained") func toldByInfo() throws {
        let broker = try broker(.dutch).merging(
            try broker(Self.swapped, online: true, info: info(id: "4530303438303030303939393939393939"))
        ) { $1 }
        var settings = settings()
        settings.mqtt.retain = false
        #expect(ids(findings(broker, settings)) == [Self.meter])
    }

    @Test("an M-Bus meter that is away for a day and no longer named goes, if the bridge runs") func goneMeter() throws {
        let without = TelegramText.dutch.without("0-1:24.1.0").without("0-1:96.1.0").without("0-1:24.2.1")
        func gone(online: Bool, mbus: String) throws -> [String] {
            ids(findings(try broker(.dutch).merging(try broker(without, online: online, info: info(), mbus: [1: mbus])) { $1 }, settings()))
        }
        #expect(try gone(online: true, mbus: "offline") == [Self.gas])
        #expect(try gone(online: true, mbus: "online") == [])
        #expect(try gone(online: false, mbus: "offline") == [])
    }

    // MARK: - Limits

    @Test("what is damaged is no evidence, and there is room for so many devices") func limits() throws {
        let whole = try broker(.dutch)
        var damaged = whole
        for topic in ["p1/json", "p1/bridge/info", "p1/bridge/state"] { damaged[topic] = text("{\"a\":") }
        #expect(findings(damaged, settings()).isEmpty)
        var cleanup = cleanup(settings())
        let (topic, payload) = try #require(whole.first { $0.key.contains(Self.gas) })
        for _ in 0..<DiscoveryCleanup.maximumDevices + 2 { cleanup.take(topic, payload) }
        #expect(cleanup.devices.count == DiscoveryCleanup.maximumDevices && cleanup.ignored == 2)
    }
}

/// As the command makes it from its configuration.
private func cleanup(_ settings: Settings) -> DiscoveryCleanup {
    DiscoveryCleanup(
        settings.homeAssistant, prefix: settings.mqtt.topicPrefix, meters: settings.meters.map(\.name),
        keepsDocuments: settings.mqtt.retain)
}
