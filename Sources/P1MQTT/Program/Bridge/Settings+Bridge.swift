import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter

/// What a configuration means for the bridge: what it asks of the broker, and whether another one goes on where it ends.
extension Settings {
    /// Whether two configurations differ in nothing but their meters, the page of metrics and how the broker is logged in to,
    /// so that meters that are in both can go on.
    func isSameBridge(as other: Settings) -> Bool { commonPart == other.commonPart }

    private var commonPart: Settings {
        var part = self
        (part.meters, part.brokerURL, part.metrics) = ([], nil, MetricsSettings())
        let mqtt = MQTTSettings()
        (part.mqtt.hosts, part.mqtt.port) = (mqtt.hosts, mqtt.port)
        (part.mqtt.version, part.mqtt.clientId, part.mqtt.tls) = (mqtt.version, mqtt.clientId, mqtt.tls)
        (part.mqtt.username, part.mqtt.password, part.mqtt.passwordFile) = (nil, nil, nil)
        return part
    }

    /// Whether a meter that appeared may do so again under the same name, here or at another worker.
    func mayHave(_ member: Fleet.Member) -> Bool {
        if namedMeters.contains(where: { $0.name == member.name }) { return true }
        return fleets.contains {
            $0.fleet?.pattern == member.settings.fleet?.pattern && $0.fleet?.names == member.settings.fleet?.names
        }
    }

    var birthTopic: String { homeAssistant.prefix + "/status" }
    /// Topics of telegrams that come over the broker.
    var pushTopics: [String] { meters.compactMap { if case .mqtt(let topic) = $0.source { topic } else { nil } } }
}

extension SessionPlan {
    /// The session that a configuration asks for.
    init(_ settings: Settings) {
        let meters = settings.meterTopics
        let fleet = settings.fleetNames
        let filters =
            [settings.bridgeTopics.info] + (settings.homeAssistant.enabled ? [settings.birthTopic] : []) + Set(settings.pushTopics).sorted()
        let watched = StateWatch(settings.bridgeTopics, meters: meters, fleet: fleet).filters
        // Of many meters one telegram that is lost is nothing, and confirming each would bound their number.
        let patterns = settings.fleets.compactMap { $0.fleet?.pattern.description }
        self.init(
            clientId: settings.clientId, state: settings.bridgeTopics.state,
            // What is retained comes at once with quality of service 0, and within the broker's window else.
            subscriptions: filters.map { .init($0) } + (watched + patterns).map { .init($0, qos: 0) },
            // Also where there is nothing to recall: its end shows that the broker has sent all that it keeps.
            recall: BrokerMemory.filters(meters, fleet: fleet.map { _ in settings.mqtt.topicPrefix }),
            lock: settings.mqtt.lock(clientId: settings.clientId))
    }
}
