package import P1MQTTMeter

/// Announces the program itself to Home Assistant: whether it runs, and what `bridge/health` counts.
package struct BridgeDiscovery {
    /// Of more meters no details are published.
    package static let maximumMeters = 16

    private let settings: HomeAssistantSettings
    private let topics: BridgeTopics
    private let version: String
    private let meters: [DiscoveryTopics]

    /// - Parameters:
    ///   - settings: the section of the configuration.
    ///   - prefix: of the program's topics, such as `p1`.
    ///   - worker: which of several under that prefix it is.
    ///   - version: of this program.
    ///   - meters: those it reads.
    package init(settings: HomeAssistantSettings, prefix: String, worker: Int? = nil, version: String, meters: [DiscoveryTopics]) {
        self.settings = settings
        topics = BridgeTopics(prefix: prefix, worker: worker)
        self.version = version
        // Of a fleet nobody wants the details on one page.
        self.meters = meters.count > BridgeDiscovery.maximumMeters ? [] : meters
    }

    /// Where the configuration of the device is.
    package var topic: String { DiscoveryTopics.configuration(of: id, settings.prefix) }

    /// The configuration of the device; `nil` when discovery is switched off.
    package var message: Message? {
        guard settings.enabled else { return nil }
        let payload = JSONWriter.object(capacity: 4096) { json in
            json.member("device", object: { writeDevice(into: &$0) })
            DiscoveryOrigin.write(into: &json, version: version)
            json.member("components", object: { writeComponents(into: &$0) })
        }
        return Message(topic: topic, payload: payload, qos: 1, retain: true, kind: .discovery)
    }

    private var id: String { DeviceId.bridge(topics) }

    private var prefix: String { topics.prefix }

    /// The beginning of entity ids.
    private var entityPrefix: String {
        (prefix == MeterTopics.standardPrefix ? "p1_bridge" : "p1_bridge_" + EntityId.slug(prefix)) + (topics.worker.map { "_\($0)" } ?? "")
    }

    private func writeDevice(into json: inout JSONWriter) {
        let name = DeviceNames.bridge[settings.language]
        json.member("identifiers", array: [id]) { $0.string($1) }
        json.member("name", (prefix == MeterTopics.standardPrefix ? name : name + " " + prefix) + (topics.worker.map { " \($0)" } ?? ""))
        json.member("manufacturer", "p1mqtt")
        json.member("model", "p1mqtt")
        json.member("sw_version", version)
    }

    private func writeComponents(into json: inout JSONWriter) {
        json.member(
            "state",
            object: {
                $0.member("platform", "binary_sensor")
                $0.member("unique_id", id + "_state")
                $0.member("default_entity_id", "binary_sensor." + EntityId.text("state", of: entityPrefix))
                $0.member("name", BridgeDiscovery.stateName[settings.language])
                $0.member("state_topic", topics.state)
                $0.member("payload_on", "online")
                $0.member("payload_off", "offline")
                $0.member("device_class", "connectivity")
                $0.member("entity_category", "diagnostic")
            })
        for value in BridgeDiscovery.health + meters.map(BridgeDiscovery.clockOffset) {
            json.member(value.key, object: { write(value, into: &$0) })
        }
        // The device of the meter that is gone could not report it.
        for meter in meters {
            EventEntity.write(
                into: &json, .meterSwap,
                EventEntity.Context(
                    key: meter.key(EventEntity.key(.meterSwap)), device: id,
                    topic: meter.meter + "/event/\(MeterEvent.Kind.meterSwap.rawValue)",
                    name: meter.label(MeterEvent.Kind.meterSwap.name[settings.language]), entityPrefix: entityPrefix,
                    language: settings.language))
        }
    }

    private func write(_ value: HealthValue, into json: inout JSONWriter) {
        json.member("platform", "sensor")
        json.member("unique_id", id + "_" + value.key)
        json.member("default_entity_id", "sensor." + EntityId.text(value.key, of: entityPrefix))
        json.member("name", value.label(settings.language))
        json.member("state_topic", topics.health)
        json.member("value_template", "{{ value_json.\(value.path) | default(None) }}")
        json.member("availability_topic", topics.state)
        if let deviceClass = value.classes.deviceClass { json.member("device_class", deviceClass) }
        if let stateClass = value.classes.stateClass { json.member("state_class", stateClass.rawValue) }
        if let unit = value.classes.unit { json.member("unit_of_measurement", unit) }
        if value.classes.deviceClass == nil { json.member("icon", "mdi:counter") }
        json.member("entity_category", "diagnostic")
        json.member("enabled_by_default", false)
    }

    /// One member of `bridge/health`.
    private struct HealthValue: Sendable {
        let key: String
        /// Below the document's root.
        let path: String
        let name: LocalizedText
        let classes: SensorClass
        /// Whose it is, of several meters.
        var meter: DiscoveryTopics?

        func label(_ language: Language) -> String { meter?.label(name[language]) ?? name[language] }
    }

    private static func clockOffset(of meter: DiscoveryTopics) -> HealthValue {
        HealthValue(
            key: meter.key("clockOffset"), path: "clockOffset['\(meter.name ?? "")']",
            name: .init(
                "Clock offset of the meter", "Klokafwijking van de meter", "Écart d'horloge du compteur", "Uhrabweichung des Zählers"),
            classes: .init("duration", .measurement, "s"), meter: meter)
    }

    static let stateName = LocalizedText("Connection", "Verbinding", "Connexion", "Verbindung")

    private static let health: [HealthValue] = [
        HealthValue(
            key: "telegrams_good", path: "telegrams.good",
            name: .init("Telegrams", "Telegrammen", "Télégrammes", "Telegramme"), classes: .init(nil, .totalIncreasing)),
        HealthValue(
            key: "telegrams_bad", path: "telegrams.bad",
            name: .init("Damaged telegrams", "Beschadigde telegrammen", "Télégrammes endommagés", "Beschädigte Telegramme"),
            classes: .init(nil, .totalIncreasing)),
        HealthValue(
            key: "messages_dropped", path: "messages.dropped",
            name: .init("Dropped messages", "Verloren berichten", "Messages perdus", "Verlorene Nachrichten"),
            classes: .init(nil, .totalIncreasing)),
        HealthValue(
            key: "reconnects", path: "reconnects",
            name: .init("Reconnects", "Herverbindingen", "Reconnexions", "Neuverbindungen"), classes: .init(nil, .totalIncreasing)),
        HealthValue(
            key: "memory", path: "memory",
            name: .init("Memory", "Geheugen", "Mémoire", "Speicher"), classes: .init("data_size", .measurement, "B")),
        HealthValue(
            key: "uptime", path: "uptime",
            name: .init("Running time", "Looptijd", "Durée de marche", "Laufzeit"), classes: .init("duration", .measurement, "s")),
    ]
}
