package import P1MQTTMeter

/// The prefixes of the topics that discovery points to.
package struct DiscoveryTopics: Sendable, Equatable {
    /// Of the program.
    package let program: BridgeTopics
    /// The prefix of all, such as `p1`.
    package var bridge: String { program.prefix }
    /// Of the meter: the same, or `p1/NAME`.
    package let meter: String

    package init(bridge: String, meter: String, worker: Int? = nil) {
        program = BridgeTopics(prefix: bridge, worker: worker)
        self.meter = meter
    }

    package init(_ topics: MeterTopics) {
        self.init(bridge: topics.bridgePrefix, meter: topics.prefix, worker: topics.bridge.worker)
    }

    /// The configured name of the meter.
    package var name: String? {
        meter == bridge ? nil : String(meter.dropFirst(bridge.count + 1))
    }

    /// Where the configuration of a device is retained, given Home Assistant's prefix.
    package static func configuration(of id: String, _ prefix: String) -> String { "\(prefix)/device/\(id)/config" }

    /// A component key of the bridge that is about this meter.
    package func key(_ key: String) -> String { name.map { $0 + "_" + key } ?? key }

    /// The name of such a component.
    package func label(_ text: String) -> String { name.map { text + " " + $0 } ?? text }
}

/// Who sends a discovery message; Home Assistant names it in its log.
enum DiscoveryOrigin {
    static let name = "p1mqtt"

    static func write(into json: inout JSONWriter, version: String) {
        json.member(
            "origin",
            object: {
                $0.member("name", name)
                $0.member("sw_version", version)
            })
    }
}
