import P1MQTTBroker
import P1MQTTMeter
import P1Parser

/// What `bridge/topics` has of the meters of a fleet: the places of the document that any of them has shown. It is kept, so
/// that only meters are looked at that have shown a new one.
struct FleetPlaces {
    private(set) var identity = MeterIdentity()
    private var units: [DocumentLayout.Slot: MeterUnit] = [:]

    /// The topics of all of them, with `+` as their name.
    func topics(under bridge: BridgeTopics) -> MeterTopics {
        MeterTopics(bridgePrefix: bridge.prefix, meterName: "+", worker: bridge.worker)
    }

    /// - Returns: whether a meter has shown something new, be it that it is there.
    mutating func learn(from fleet: Fleet) -> Bool {
        var hasNews = false
        for member in fleet.members.values {
            guard member.pipeline.publication.identity.slots.count != member.reportedPlaces else { continue }
            let shown = member.pipeline.publication.identity
            member.reportedPlaces = shown.slots.count
            hasNews = true
            units.merge(shown.units) { $1 }
            identity = MeterIdentity(slots: Set(identity.slots).union(shown.slots).sorted(), units: units)
        }
        return hasNews
    }
}

/// The meters of topics with `+` as `bridge/health` counts them.
struct FleetHealth: Sendable {
    var meters: Int
    var online: Int
    /// Removed since the start.
    var forgotten: Int
    var refusals: FleetRefusals
}

extension Fleet {
    /// What `bridge/info` says of it.
    var status: [FleetStatus] {
        groups.compactMap(\.fleet).map { fleet in
            let topic = fleet.pattern.description
            return FleetStatus(topic: topic, meters: sizes[topic] ?? 0, maximumMeters: fleet.maximumMeters)
        }
    }
}
