import P1MQTTMeter
import P1Parser

/// The table of topics as Markdown, from the same places that the messages are made of.
enum TopicDocumentation {
    /// One row for each topic of a value. The meters on the M-Bus have all the same topics: they stand there once,
    /// with gas as the example, and with heat for what only a meter of heat tells.
    static var table: String {
        var lines = ["| topic | unit | OBIS | meaning |", "| --- | --- | --- | --- |"]
        for row in rows {
            let codes = row.codes.map { "`\($0)`" }.joined(separator: ", ")
            lines.append("| \(row.topic) | \(row.unit) | \(codes) | \(row.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A topic, or two for an M-Bus meter, as the documentation shows it.
    struct Row: Sendable {
        var topic: String
        var unit: String
        var codes: [String]
        var meaning: String
    }

    /// Every topic of a value, in the order of the document.
    static let rows: [Row] = DocumentLayout.shared.places.flatMap(rows(of:))

    private static func rows(of place: DocumentLayout.Place) -> [Row] {
        guard let topic = topic(of: place.path) else { return [] }
        let row = Row(topic: topic, unit: unit(of: place), codes: place.codes, meaning: place.meaning)
        guard place.shape == .peak else { return [row] }
        // The other leaf of that object.
        return [row, Row(topic: "`p1/\(place.path)/timestamp`", unit: "", codes: place.codes, meaning: "Time of that peak")]
    }

    /// `nil` for what the row of the gas meter says already.
    private static func topic(of path: String) -> String? {
        let levels = path.split(separator: "/")
        guard let parent = levels.first else { return nil }
        if parent == "mbus" { return nil }
        guard MBusMedium(rawValue: String(parent)) != nil else { return "`p1/\(path)`" }
        let key = levels.dropFirst().joined(separator: "/")
        let isFirst = parent == "gas" || parent == "heat" && !DocumentLayout.shared.places.contains { $0.path == "gas/" + key }
        return isFirst ? "`p1/\(path)`, `p1/mbus/N/\(key)`" : nil
    }

    private static func unit(of place: DocumentLayout.Place) -> String {
        if let unit = place.unit, ![.failureLog, .peakHistory, .profile].contains(place.shape) { return unit.rawValue }
        return switch place.shape {
        case .limit: "kW, kVA or A"
        case .meterReading: "m3, GJ or kWh"
        case .failureLog, .peakHistory, .profile: "JSON"
        default: ""
        }
    }
}
