import P1MQTTMeter

/// A setting as the documentation and the hints of errors show it.
struct DocumentedSetting: Sendable {
    /// `meters[].source.path`
    var path: String
    /// The only type of source that has it; `nil`: it does not depend on that.
    var sourceType: SourceType?
    var allowed: String
    var standard: JSONTree
    var isRequired: Bool
    var meaning: String
    var schema: JSONTree

    private init<Part>(_ row: Setting<Part>, prefix: String = "", sourceType: SourceType? = nil, of standard: Part) {
        path = prefix + row.path
        self.sourceType = sourceType
        allowed = row.allowed
        self.standard = row.held(standard)
        isRequired = row.isRequired
        meaning = row.meaning
        schema = row.schema
    }

    /// Every setting, in the order of the documentation.
    static let all: [DocumentedSetting] = {
        let general = SettingsTable.general.map { DocumentedSetting($0, of: Settings()) }
        let meter = SettingsTable.meter.map { DocumentedSetting($0, prefix: "meters[].", of: MeterDraft()) }
        let sources = SourceType.allCases.flatMap { type in
            SettingsTable.source(type).map { DocumentedSetting($0, prefix: "meters[].source.", sourceType: type, of: SourceDraft()) }
        }
        let afterMQTT = general.firstIndex { !$0.path.hasPrefix("mqtt.") } ?? general.endIndex
        return general[..<afterMQTT] + meter + sources + general[afterMQTT...]
    }()

    /// Where a setting of this name stands, for someone who put it into the wrong place; rather in the same section.
    static func place(ofName name: String, near section: String) -> String? {
        let places = all.filter { $0.path.split(separator: ".").last.map(String.init) == name }
        return (places.first { $0.path.hasPrefix(section) } ?? places.first).map { setting in
            setting.path + (setting.sourceType.map { " of a source of type \($0.rawValue)" } ?? "")
        }
    }
}
