/// The topics of one meter: its prefix, and the place of each value behind it.
package struct MeterTopics: Sendable {
    /// The prefix of a bridge that has no other.
    package static let standardPrefix = "p1"

    /// Those of the program.
    package let bridge: BridgeTopics
    /// `p1` for a meter without a name, else `p1/NAME`.
    package let prefix: String
    /// Made on first use: a meter sends a few dozen of the hundreds of places there are.
    private var topics: [String?]

    package init(bridgePrefix: String, meterName: String?, worker: Int? = nil) {
        bridge = BridgeTopics(prefix: bridgePrefix, worker: worker)
        prefix = meterName.map { bridgePrefix + "/" + $0 } ?? bridgePrefix
        topics = Array(repeating: nil, count: DocumentLayout.shared.places.count)
    }

    package mutating func topic(of slot: DocumentLayout.Slot) -> String {
        if let known = topics[slot] { return known }
        let topic = prefix + "/" + DocumentLayout.shared.places[slot].path
        topics[slot] = topic
        return topic
    }

    /// The prefix of the bridge, `p1`.
    package var bridgePrefix: String { bridge.prefix }

    package var document: String { prefix + "/json" }
    package var raw: String { prefix + "/raw" }
    package var availability: String { prefix + "/availability" }

    package var history: String { prefix + "/history" }

    package func event(_ kind: MeterEvent.Kind) -> String { "\(prefix)/event/\(kind.rawValue)" }
    package func mbusAvailability(_ channel: Int) -> String { "\(prefix)/mbus/\(channel)/availability" }
    package func unknown(_ code: String) -> String { "\(prefix)/unknown/\(code)" }
}

extension DocumentLayout {
    /// First levels of topics, which no meter may have as its name.
    package static let reservedNames: Set<String> = Set(
        shared.root.map(\.key) + ["availability", "bridge", "event", "held", "history", "json", "raw", "unknown"])
}
