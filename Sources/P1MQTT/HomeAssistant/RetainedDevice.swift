import P1MQTTMeter

/// A device of one bridge, read back from a retained discovery message.
package struct RetainedDevice: Sendable, Equatable {
    /// Where the device stands, by the topics that it reads.
    package enum Place: Sendable, Hashable {
        case bridge
        /// The electricity meter, or whatever sends the telegrams under a topic such as `p1` or `p1/roof`.
        case meter(topic: String)
        /// A meter behind it, on M-Bus channel 1 to 4.
        case mbus(topic: String, channel: Int)
    }

    /// Where its configuration is retained.
    let topic: String
    /// Object id, identifier and first part of each `unique_id`.
    let id: String
    let place: Place
    /// The device that it is connected through.
    let via: String?

    /// - Parameters:
    ///   - topic: of the retained message.
    ///   - payload: what is retained there.
    ///   - prefix: of the bridge's own topics.
    ///   - discovery: Home Assistant's prefix.
    /// - Returns: `nil` for all that is not provably of this bridge: the origin, every id and every topic have to say so.
    init?(topic: String, payload: [UInt8], prefix: String, discovery: String) {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false).suffix(2)
        guard levels.count == 2, let id = levels.first.map(String.init), id.hasPrefix(DeviceId.equipment("")), id == DeviceId.sanitised(id),
            topic == DiscoveryTopics.configuration(of: id, discovery),
            // What is no JSON is not ours.
            let tree = try? JSONReader.read(payload),
            tree["origin"]?["name"] == .text(DiscoveryOrigin.name), tree["device"]?["identifiers"] == .array([.text(id)]),
            case .object(let components)? = tree["components"],
            let place = Place(tree, id: id, prefix: prefix),
            components.allSatisfy({ Self.isOurs($0.value, id: id, under: place.topic(prefix: prefix)) })
        else { return nil }
        self.topic = topic
        self.id = id
        self.place = place
        via = tree["device"]?["via_device"]?.text
    }

    /// Whether a component has our id and reads our topic; one that is to be removed has neither.
    private static func isOurs(_ component: JSONTree, id: String, under topic: String) -> Bool {
        guard case .object(let members) = component else { return false }
        if members.map(\.name) == ["platform"] { return true }
        guard let uniqueId = component["unique_id"]?.text, let state = component["state_topic"]?.text else { return false }
        return uniqueId.hasPrefix(id + "_") && state.hasPrefix(topic + "/")
    }
}

extension RetainedDevice.Place {
    /// From the topics of availability, which `MeterDiscovery` writes in this order: bridge, meter, M-Bus meter. The
    /// bridge itself has none, but its state.
    fileprivate init?(_ message: JSONTree, id: String, prefix: String) {
        guard let availability = message["availability"] else {
            guard let state = message["components"]?["state"]?["state_topic"]?.text, let topics = BridgeTopics(state: state, under: prefix),
                id == DeviceId.bridge(topics)
            else { return nil }
            self = .bridge
            return
        }
        guard case .array(let items) = availability else { return nil }
        var topics = items.compactMap { $0["topic"]?.text }[...]
        guard topics.count == items.count, topics.popFirst().flatMap({ BridgeTopics(state: $0, under: prefix) }) != nil,
            let meter = topics.popFirst()?.dropping(suffix: "/availability"), Self.isMeter(meter, under: prefix)
        else { return nil }
        guard let last = topics.popFirst() else {
            self = .meter(topic: meter)
            return
        }
        guard topics.isEmpty, let channel = (1...4).first(where: { last == "\(meter)/mbus/\($0)/availability" }) else { return nil }
        self = .mbus(topic: meter, channel: channel)
    }

    private static func isMeter(_ topic: String, under prefix: String) -> Bool {
        topic == prefix || topic.hasPrefix(prefix + "/") && !topic.dropFirst(prefix.count + 1).contains("/")
    }

    /// What all topics of its values begin with.
    fileprivate func topic(prefix: String) -> String {
        switch self {
        case .bridge: prefix
        case .meter(let topic), .mbus(let topic, _): topic
        }
    }
}

extension BridgeTopics {
    /// Those of the program, or of one of several, that says on this topic whether it is there.
    fileprivate init?(state: String, under prefix: String) {
        let levels = state.split(separator: "/", omittingEmptySubsequences: false)
        self.init(prefix: prefix, worker: levels.dropLast().last.flatMap { Int($0) })
        if self.state != state { return nil }
    }
}

extension String {
    fileprivate func dropping(suffix: String) -> String? {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
    }
}
