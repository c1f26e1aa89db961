import P1MQTTMeter
import P1Parser

/// One entity: what never changes of a component of a discovery message, made once from the layout of the document.
package struct Entity: Sendable {
    /// The component key: part of the `unique_id`, so it is permanent.
    let key: String
    /// The topic of its state below the meter's prefix.
    let topic: String
    let name: EntityName
    let quantity: Quantity
    /// Whether it is about the meter rather than of what it measures.
    let isDiagnostic: Bool
    /// Where it is there without someone switching it on.
    let enabled: Enabled
    /// Whether its states are words for those of the entity before it, which has numbers.
    var isWorded = false

    /// Counts at the first registration only: Home Assistant never switches an entity that it knows.
    enum Enabled: Sendable, Equatable {
        case always, never
        /// Where the capacity tariff is paid for, in Flanders.
        case inBelgium
        /// Unless it says the same as another one, on one phase.
        case onThreePhases
    }

    /// What an entity is announced with that the table does not know.
    struct Context {
        /// Prefix of the meter's topics.
        var prefix: String
        /// Object id of its device.
        var device: String
        var language: Language
        var country: Country
        var medium: MBusMedium?
        /// The beginning of entity ids, in English whatever the language.
        var entityPrefix: String
        var isOnePhase = false
    }

    /// Writes it as a member of `components`.
    ///
    /// - Parameters:
    ///   - json: the object of all components.
    ///   - observation: what the meter sends here.
    ///   - context: whose it is.
    func write(into json: inout JSONWriter, _ observation: Observation, _ context: Context) {
        if isWorded { return writeWords(into: &json, context) }
        let classes = SensorClass(quantity, unit: observation.unit, medium: context.medium)
        json.member(
            key,
            object: {
                writeBeginning(into: &$0, context)
                if let options = options(observation, context.country) {
                    $0.member("device_class", "enum")
                    $0.member("options", array: options) { $0.string($1) }
                } else if let deviceClass = classes.deviceClass {
                    $0.member("device_class", deviceClass)
                }
                if let stateClass = classes.stateClass { $0.member("state_class", stateClass.rawValue) }
                if let unit = classes.unit {
                    $0.member("unit_of_measurement", unit)
                    $0.member("suggested_display_precision", observation.decimals)
                }
                if classes.deviceClass == nil, quantity == .tariff || quantity.listed(in: context.country) == nil {
                    $0.member("icon", quantity.icon)
                }
                // A state has at most 255 characters; a message of the grid operator up to 1024.
                if quantity == .message { $0.member("value_template", "{{ value[:255] }}") }
                if isDiagnostic { $0.member("entity_category", "diagnostic") }
                if !isEnabled(context) { $0.member("enabled_by_default", false) }
            })
    }

    private func writeBeginning(into json: inout JSONWriter, _ context: Context) {
        json.member("platform", "sensor")
        json.member("unique_id", context.device + "_" + key)
        json.member("default_entity_id", "sensor." + EntityId.text(key, of: context.entityPrefix))
        json.member("name", name.text(context.language, context.country))
        json.member("state_topic", context.prefix + "/" + topic)
    }

    /// The tariff in words, where its numbers have any. Another number than those has none: then the state is unknown.
    private func writeWords(into json: inout JSONWriter, _ context: Context) {
        let words = context.country.tariffWords.map { (number: $0.number, word: $0.word[context.language]) }
        guard !words.isEmpty else { return }
        let list = words.map { "'\($0.number)': '\($0.word)'" }.joined(separator: ", ")
        json.member(
            key,
            object: {
                writeBeginning(into: &$0, context)
                $0.member("value_template", "{{ {\(list)}.get(value) }}")
                $0.member("device_class", "enum")
                $0.member("options", array: words) { $0.string($1.word) }
                $0.member("icon", quantity.icon)
            })
    }

    private func isEnabled(_ context: Context) -> Bool {
        switch enabled {
        case .always: true
        case .never: false
        case .inBelgium: context.country == .belgium
        case .onThreePhases: !context.isOnePhase
        }
    }

    private func options(_ observation: Observation, _ country: Country) -> [String]? {
        guard observation.form == .usual, let range = quantity.listed(in: country) else { return nil }
        return range.map(String.init)
    }
}

extension Quantity {
    /// For what has no class in Home Assistant, which would give it one.
    fileprivate var icon: String {
        switch self {
        case .count: "mdi:counter"
        case .limit, .currentLimit: "mdi:fuse"
        case .tariff: "mdi:theme-light-dark"
        case .message: "mdi:message-text"
        case .meterReading, .meterProfile: "mdi:gauge"
        default: "mdi:information-outline"
        }
    }

    /// The numbers that a value of this kind can be; `nil` for one that is no choice of a few.
    func listed(in country: Country) -> ClosedRange<Int64>? {
        switch self {
        case .tariff: country.tariffs
        case .position: 0...2
        default: nil
        }
    }
}
