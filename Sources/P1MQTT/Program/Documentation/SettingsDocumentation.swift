import P1MQTTMeter

/// The table of settings as Markdown, from the same rows that the reader goes by.
enum SettingsDocumentation {
    /// One row for each setting: path, what it may be, default, environment variable, meaning.
    static var table: String {
        var lines = ["| setting | allowed | default | environment | meaning |", "| --- | --- | --- | --- | --- |"]
        for row in rows {
            let meaning = (row.sourceType.map { "(`\($0.rawValue)`) " } ?? "") + row.meaning
            let cells = [
                "`\(row.path)`", row.allowed, row.isRequired ? "required" : "`\(row.standard.json)`",
                "`\(row.environmentName)`", meaning,
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A setting as the documentation shows it.
    struct Row: Sendable {
        /// `meters[].source.path`
        var path: String
        /// The only type of source that has it; `nil`: it does not depend on that.
        var sourceType: SourceType?
        var allowed: String
        var standard: JSONTree
        var isRequired: Bool
        var meaning: String

        /// Of the first meter, if it is a meter's.
        var environmentName: String {
            EnvironmentName.of(path.hasPrefix("meters[].") ? "meters[0]." + path.dropFirst("meters[].".count) : path)
        }
    }

    /// Every setting, in the order of the documentation.
    static let rows: [Row] = {
        let general = SettingsTable.general.map { Row($0, prefix: "", sourceType: nil, of: Settings()) }
        let meter = SettingsTable.meter.map { Row($0, prefix: "meters[].", sourceType: nil, of: MeterDraft()) }
        let sources = SourceType.allCases.flatMap { type in
            SettingsTable.source(type).map {
                Row($0, prefix: "meters[].source.", sourceType: type, of: SourceDraft())
            }
        }
        let afterMQTT = general.firstIndex { !$0.path.hasPrefix("mqtt.") } ?? general.endIndex
        return general[..<afterMQTT] + meter + sources + general[afterMQTT...]
    }()

    /// Where a setting of this name stands, for someone who put it into the wrong place; rather in the same section.
    static func place(ofName name: String, near section: String) -> String? {
        let places = rows.filter { $0.path.split(separator: ".").last.map(String.init) == name }
        return (places.first { $0.path.hasPrefix(section) } ?? places.first).map { row in
            row.path + (row.sourceType.map { " of a source of type \($0.rawValue)" } ?? "")
        }
    }
}

extension SettingsDocumentation.Row {
    fileprivate init<Part>(_ row: Setting<Part>, prefix: String, sourceType: SourceType?, of standard: Part) {
        self.init(
            path: prefix + row.path, sourceType: sourceType, allowed: row.allowed, standard: row.held(standard),
            isRequired: row.isRequired, meaning: row.meaning)
    }
}
