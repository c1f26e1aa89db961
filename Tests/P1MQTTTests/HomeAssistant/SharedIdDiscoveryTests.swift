import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Two meters with one equipment id") struct SharedIdDiscoveryTests {
    private static let meter = "homeassistant/device/p1mqtt_4530303438303030303132333435363738/config"
    private static let gas = "homeassistant/device/p1mqtt_4730303534303031323334353637/config"
    private static let secondMeter = "homeassistant/device/p1mqtt_4530303438303030303132333435363738_house/config"
    private static let secondGas = "homeassistant/device/p1mqtt_4730303534303031323334353637_house/config"

    /// In the configuration the garage stands first.
    private let claims = DiscoveryClaims(meters: ["p1/garage", "p1/house"])
    private func garage() -> DiscoveryFixture { DiscoveryFixture(meter: "p1/garage", claims: claims) }
    private func house() -> DiscoveryFixture { DiscoveryFixture(meter: "p1/house", claims: claims) }

    /// Topics of the configurations that are retained after changes, with the topic of the meter that each reads.
    private func apply(_ changes: MeterDiscovery.Changes, to retained: inout [String: String]) throws {
        for topic in changes.forget { retained[topic] = nil }
        for message in changes.publish { retained[message.topic] = message.text.contains("p1/house/availability") ? "house" : "garage" }
    }

    private static let both = [meter: "garage", gas: "garage", secondMeter: "house", secondGas: "house"]

    @Test("the first in the configuration has the device of the id, whichever is heard first", arguments: [true, false])
    func order(_ isFirstHeardFirst: Bool) throws {
        var (garage, house) = (garage(), house())
        var retained: [String: String] = [:]
        if isFirstHeardFirst { try apply(try garage.feed(.dutch, times: 2), to: &retained) }
        try apply(try house.feed(.dutch, times: 2), to: &retained)
        if !isFirstHeardFirst {
            #expect(retained == [Self.meter: "house", Self.gas: "house"])
            try apply(try garage.feed(.dutch, times: 2), to: &retained)
            try apply(try house.feed(.dutch), to: &retained)
        }
        #expect(retained == Self.both)
        for _ in 0..<3 {
            #expect(try garage.feed(.dutch).isEmpty)
            #expect(try house.feed(.dutch).isEmpty)
        }
        let device = try DiscoveryPayload(try #require(house.discovery.announcement.last))
        #expect(device.device["via_device"] as? String == "p1mqtt_4530303438303030303132333435363738_house")
        #expect(device.components["reading"]?["unique_id"] as? String == "p1mqtt_4730303534303031323334353637_house_reading")
    }

    @Test("after a restart nothing changes, not even for a moment")
    func restart() throws {
        let earlier = try TelegramText.dutch.telegram().document(arrival: 1_700_000_000).tree()
        var (garage, house) = (garage(), house())
        #expect(house.discovery.recall(earlier).isEmpty)
        #expect(garage.discovery.recall(earlier).isEmpty)
        var retained: [String: String] = [:]
        let first = try house.feed(.dutch, times: 2)
        #expect(first.forget.isEmpty)
        try apply(first, to: &retained)
        #expect(retained == [Self.secondMeter: "house", Self.secondGas: "house"])
        try apply(try garage.feed(.dutch, times: 2), to: &retained)
        #expect(retained == Self.both)
        #expect(try house.feed(.dutch).isEmpty)
    }

    @Test("the other one has the device of the id again once it is the only one")
    func replaced() throws {
        var (garage, house) = (garage(), house())
        var retained: [String: String] = [:]
        try apply(try garage.feed(.dutch, times: 2), to: &retained)
        try apply(try house.feed(.dutch, times: 2), to: &retained)
        let other = TelegramText.dutch.with("0-0:96.1.1(4530303438303030303939393939393939)")
            .with("0-1:96.1.0(4730303534303031323334353699)")
        try apply(try garage.feed(other), to: &retained)
        try apply(try house.feed(.dutch), to: &retained)
        #expect(retained[Self.meter] == "house" && retained[Self.gas] == "house" && retained.count == 4)
        #expect(retained.values.count { $0 == "garage" } == 2)
    }

    @Test("a meter without a name, and ids that are made from the channel")
    func unnamed() throws {
        let claims = DiscoveryClaims(meters: ["p1/garage", "p1"])
        var (garage, unnamed) = (DiscoveryFixture(meter: "p1/garage", claims: claims), DiscoveryFixture(claims: claims))
        let telegram = TelegramText.dutch.without("0-1:96.1.0")
        let first = try garage.feed(telegram, times: 2).publish.map(\.topic)
        let second = try unnamed.feed(telegram, times: 2).publish.map(\.topic)
        let meter = "homeassistant/device/p1mqtt_4530303438303030303132333435363738"
        #expect(first == [meter + "/config", meter + "_mbus_1/config"])
        #expect(second == [meter + "_p1/config", meter + "_mbus_1_p1/config"])
    }

    @Test("what is retained for the second one is not taken for something to clean up")
    func cleanup() throws {
        var (garage, house) = (garage(), house())
        try garage.feed(.dutch, times: 2)
        try house.feed(.dutch, times: 2)
        var cleanup = DiscoveryCleanup(HomeAssistantSettings(), prefix: "p1", meters: ["garage", "house"], keepsDocuments: true)
        for message in garage.discovery.announcement + house.discovery.announcement { cleanup.take(message.topic, message.payload) }
        let document = try TelegramText.dutch.telegram().document(arrival: 1_700_000_000).json()
        for meter in ["garage", "house"] { cleanup.take("p1/\(meter)/json", document) }
        #expect(cleanup.devices.count == 4 && cleanup.findings.isEmpty)
    }
}
