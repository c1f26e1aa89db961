import P1MQTTMeter
import P1Parser

/// The entity of a kind of event: Home Assistant shows when it last happened, and automations start from it.
struct EventEntity: Sendable {
    let kind: MeterEvent.Kind
    /// Items of the device's table of which at least one must be shown.
    let sources: [Int]

    /// Those of an electricity meter.
    ///
    /// - Parameter paths: of the items of its table.
    static func all(for paths: [String]) -> [EventEntity] {
        MeterEvent.Kind.allCases.compactMap { kind in
            guard let beginnings = kind.sources else { return nil }
            return EventEntity(kind: kind, sources: paths.indices.filter { item in beginnings.contains { paths[item].hasPrefix($0) } })
        }
    }

    /// The component key, part of the `unique_id`: it is permanent.
    static func key(_ kind: MeterEvent.Kind) -> String { "event_" + kind.rawValue }

    /// Whose events they are, and where.
    struct Context {
        /// The component key.
        var key: String
        /// Object id of the device.
        var device: String
        var topic: String
        var name: String
        var entityPrefix: String
        var language: Language
        var country = Country.elsewhere
    }

    /// Writes one as a member of `components`. Its availability is empty: a meter that comes back would raise the last
    /// event again.
    static func write(into json: inout JSONWriter, _ kind: MeterEvent.Kind, _ context: Context) {
        json.member(
            context.key,
            object: {
                $0.member("platform", "event")
                $0.member("unique_id", context.device + "_" + context.key)
                $0.member("default_entity_id", "event." + EntityId.text(context.key, of: context.entityPrefix))
                $0.member("name", context.name)
                $0.member("state_topic", context.topic)
                // Home Assistant asks for quality 0 by itself, and could miss one.
                $0.member("qos", 1)
                $0.member("availability", array: [String]()) { $0.string($1) }
                $0.member("event_types", array: [kind.rawValue]) { $0.string($1) }
                $0.member("value_template", "{{ dict(value_json, description=\(kind.description(context))) | to_json }}")
                $0.member("icon", kind.icon)
                if kind.isDiagnostic { $0.member("entity_category", "diagnostic") }
                if !kind.isEnabled { $0.member("enabled_by_default", false) }
            })
    }
}

extension MeterEvent.Kind {
    /// Beginnings of the paths that it is seen from; `nil` for what outlives the device and belongs to the bridge.
    fileprivate var sources: [String]? {
        switch self {
        case .powerFailure: ["electricity/numberOfPowerFailures", "electricity/numberOfLongPowerFailures"]
        case .voltageSag: ["electricity/voltageSags/"]
        case .voltageSwell: ["electricity/voltageSwell/"]
        case .tariff: ["electricity/tariffIndicator"]
        case .breaker: ["electricity/switchPosition"]
        case .message: ["textMessage/"]
        case .heldRegister: ["electricity/received/", "electricity/delivered/"]
        case .meterSwap: nil
        }
    }

    /// What happens often waits to be switched on.
    fileprivate var isEnabled: Bool { self != .voltageSag && self != .voltageSwell }

    /// An expression of Home Assistant for the attribute that says it in words: the operator's text, the new tariff, else the
    /// name of the event.
    fileprivate func description(_ context: EventEntity.Context) -> String {
        switch self {
        case .message: return "value_json.message"
        case .tariff:
            let words = context.country.tariffWords.map { "'\($0.number)': '\($0.word[context.language])'" }.joined(separator: ", ")
            return "{\(words)}.get(value_json.to | string, value_json.to)"
        default: return "'" + name[context.language].replacing("'", with: "\\'") + "'"
        }
    }

    /// What is about the line rather than the home.
    fileprivate var isDiagnostic: Bool {
        switch self {
        case .voltageSag, .voltageSwell, .heldRegister: true
        case .powerFailure, .tariff, .breaker, .message, .meterSwap: false
        }
    }

    fileprivate var icon: String {
        switch self {
        case .powerFailure: "mdi:transmission-tower-off"
        case .voltageSag, .voltageSwell: "mdi:sine-wave"
        case .tariff: "mdi:swap-horizontal"
        case .breaker: "mdi:electric-switch"
        case .message: "mdi:message-text"
        case .meterSwap: "mdi:counter"
        case .heldRegister: "mdi:shield-alert"
        }
    }

    package var name: LocalizedText {
        switch self {
        case .powerFailure: LocalizedText("Power failure", "Stroomonderbreking", "Coupure de courant", "Stromausfall")
        case .voltageSag: LocalizedText("Voltage sag", "Spanningsdaling", "Creux de tension", "Spannungseinbruch")
        case .voltageSwell: LocalizedText("Voltage swell", "Spanningsstijging", "Surtension", "Spannungsüberhöhung")
        case .tariff: LocalizedText("Tariff switch", "Tariefwissel", "Changement de tarif", "Tarifwechsel")
        case .breaker: LocalizedText("Breaker change", "Schakelaar bediend", "Manœuvre du disjoncteur", "Schaltvorgang")
        case .message:
            LocalizedText("Grid message", "Bericht van de netbeheerder", "Message du gestionnaire de réseau", "Meldung des Netzbetreibers")
        case .meterSwap: LocalizedText("Meter swap", "Meterwissel", "Remplacement de compteur", "Zählerwechsel")
        case .heldRegister: LocalizedText("Held register", "Vastgehouden meterstand", "Index retenu", "Zurückgehaltener Zählerstand")
        }
    }
}
