import P1MQTTMeter
import P1Parser

extension DeviceTracker {
    /// Writes the components that there are, and marks those that are no more: Home Assistant removes a component
    /// only when it comes with nothing but its platform.
    func writeComponents(into json: inout JSONWriter, _ device: DiscoveryDevice, prefix: String) {
        let context = Entity.Context(
            prefix: prefix, device: device.id, language: device.language, country: country, medium: device.medium,
            entityPrefix: device.entityPrefix, isOnePhase: isOnePhase)
        var keys: Set<String> = []
        for (entities, observation) in zip(table.entities, observations) where observation.isShown {
            for entity in entities where keys.insert(entity.key).inserted { entity.write(into: &json, observation, context) }
        }
        for index in removed.sorted() {
            for entity in table.entities[index] where keys.insert(entity.key).inserted {
                json.member(entity.key, object: { $0.member("platform", "sensor") })
            }
        }
        for event in table.events {
            let key = EventEntity.key(event.kind)
            if event.sources.contains(where: { observations[$0].isShown }) {
                EventEntity.write(
                    into: &json, event.kind,
                    EventEntity.Context(
                        key: key, device: device.id, topic: "\(prefix)/event/\(event.kind.rawValue)",
                        name: event.kind.name[device.language], entityPrefix: device.entityPrefix, language: device.language,
                        country: country))
            } else if event.sources.contains(where: removed.contains) {
                json.member(key, object: { $0.member("platform", "event") })
            }
        }
    }

    /// Whether net power is that of one phase.
    private var isOnePhase: Bool {
        let second = zip(table.entities, observations).first { $0.0.first?.topic == DerivedValue.netPowerL2.rawValue }
        return second.map { !$0.1.isShown } ?? false
    }
}
