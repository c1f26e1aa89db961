import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("A device read back from a retained discovery message") struct RetainedDeviceTests {
    private func device(_ message: Message, prefix: String = "p1") -> RetainedDevice? {
        RetainedDevice(topic: message.topic, payload: message.payload, prefix: prefix, discovery: "homeassistant")
    }

    /// What is announced of the Belgian meter: electricity, gas and water.
    private func announced(bridge: String = "p1", meter: String = "p1") throws -> [Message] {
        var fixture = DiscoveryFixture(bridge: bridge, meter: meter)
        return try fixture.feed(.belgian, times: 2).publish
    }

    @Test("what the program announces is recognised, with its place", arguments: ["p1", "p1/roof"]) func own(_ meter: String) throws {
        let devices = try announced(meter: meter).map { device($0) }
        #expect(devices.map(\.?.place) == [.meter(topic: meter), .mbus(topic: meter, channel: 1), .mbus(topic: meter, channel: 2)])
        let meterId = try #require(devices[0]?.id)
        #expect(devices.map(\.?.via) == ["p1mqtt_bridge_p1", meterId, meterId])
        let bridge = try #require(
            BridgeDiscovery(
                settings: HomeAssistantSettings(), prefix: "p1", version: "1", meters: [DiscoveryTopics(bridge: "p1", meter: "p1")]
            ).message)
        #expect(device(bridge)?.place == .bridge)
    }

    @Test("also with a component that is to be removed") func removedComponent() throws {
        let message = try #require(try announced().first)
        #expect(device(try changed(message) { $0["gone"] = ["platform": "sensor"] })?.place == .meter(topic: "p1"))
    }

    @Test("another prefix is another's, even one that ours begins") func foreignPrefix() throws {
        for message in try announced(bridge: "p1/roof", meter: "p1/roof") { #expect(device(message) == nil) }
        for message in try announced(bridge: "p1", meter: "p1/roof") { #expect(device(message, prefix: "p1/roof") == nil) }
        let bridge = try #require(
            BridgeDiscovery(
                settings: HomeAssistantSettings(), prefix: "p1/roof", version: "1",
                meters: [DiscoveryTopics(bridge: "p1/roof", meter: "p1/roof")]
            ).message)
        #expect(device(bridge) == nil)
        #expect(device(bridge, prefix: "p1/roof")?.place == .bridge)
    }

    @Test("one foreign id, topic or origin, and it is not ours") func foreignParts() throws {
        let message = try #require(try announced().first)
        #expect(device(message) != nil)
        #expect(device(try changed(message) { $0["x"] = ["unique_id": "p1mqtt_other_x", "state_topic": "p1/x"] }) == nil)
        let own = try #require(device(message)?.id)
        #expect(device(try changed(message) { $0["x"] = ["unique_id": own + "_x", "state_topic": "p10/x"] }) == nil)
        #expect(device(try changed(message) { $0["x"] = ["unique_id": own + "_x"] }) == nil)
        for (path, value) in [
            ("origin", ["name": "zigbee2mqtt"] as Any), ("origin", ["x": 1]), ("device", ["identifiers": ["p1mqtt_other"]]),
            ("availability", [["topic": "p1/bridge/state"]]),
            ("availability", [["topic": "p2/bridge/state"], ["topic": "p1/availability"]]),
            ("availability", [["topic": "p1/bridge/state"], ["topic": "p1/a/b/availability"]]), ("availability", "p1/bridge/state"),
            ("components", [["platform": "sensor"]]),
        ] {
            #expect(device(try replaced(message, path, with: value)) == nil, "\(path) = \(value)")
        }
    }

    @Test("what is on another topic, or no JSON, is not ours") func foreignTopics() throws {
        var message = try #require(try announced().first)
        message.payload.removeLast()
        #expect(device(message) == nil)
        message = try #require(try announced().first)
        for topic in [
            "homeassistant/sensor/p1mqtt_x/config", "ha/device/p1mqtt_x/config", "homeassistant/device/p1mqtt_x/config", "config", "",
        ] {
            message.topic = topic
            #expect(device(message) == nil, "\(topic)")
        }
    }

    private func changed(_ message: Message, _ change: (inout [String: Any]) -> Void) throws -> Message {
        var components: [String: Any] = try DiscoveryPayload(message).components
        change(&components)
        return try replaced(message, "components", with: components)
    }

    private func replaced(_ message: Message, _ key: String, with value: Any) throws -> Message {
        var json = try DiscoveryPayload(message).json
        json[key] = value
        var result = message
        result.payload = Array(try JSONSerialization.data(withJSONObject: json))
        return result
    }
}
