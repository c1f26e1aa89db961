import P1MQTTHomeAssistant
import P1MQTTMeter
import P1Parser

/// The table of codes as Markdown: what each code of the catalogue becomes.
enum CatalogueDocumentation {
    /// One row for each code.
    static var table: String {
        var lines = [
            "| OBIS | topic below the prefix | unit | Home Assistant: device class, state class | meaning |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += Catalogue.rows.enumerated().map { line($1, isGeneral: Catalogue.isGeneral($0)) }
        lines += Catalogue.exceptionRows.map { line($0) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ row: CatalogueRow, isGeneral: Bool = true) -> String {
        "| `\(row.codeText)` | \(topics(of: row, isGeneral: isGeneral)) | \(unit(of: row)) | \(classes(of: row)) | \(row.meaning) |"
    }

    private static func topics(of row: CatalogueRow, isGeneral: Bool) -> String {
        let paths =
            switch row.scope {
            case .meter where row.path == "electricity/fuseThreshold": [row.path, DocumentLayout.exportLimit]
            case .meter, .relay: [row.path]
            case .mbus where !isGeneral: ["heat/\(row.path)", "mbus/n/\(row.path)"]
            case .mbus: ["gas/\(row.path)", "mbus/n/\(row.path)"]
            case .medium(let medium): ["\(medium.rawValue)/\(row.path)"]
            }
        return paths.map { "`\($0)`" }.joined(separator: ", ")
    }

    private static func unit(of row: CatalogueRow) -> String {
        switch row.quantity {
        case .failureLog, .peakHistory, .monthEnd, .loadProfile: "JSON"
        case .limit: "kW, kVA or A"
        case .meterReading, .meterProfile: "m3, GJ or kWh"
        default: row.quantity.unit?.rawValue ?? ""
        }
    }

    private static func classes(of row: CatalogueRow) -> String {
        if isReadingOfAny(row) { return "gas, water, energy or volume, total_increasing" }
        let path = row.scope == .mbus ? "mbus/1/\(row.path)" : row.path.replacing("/relay/n", with: "/relay/1")
        if EntityTable.isWithoutEntity(path) { return "" }
        let sensor = SensorClass(row.quantity, unit: nil, medium: nil)
        return [sensor.deviceClass, sensor.stateClass?.rawValue].compactMap { $0 }.joined(separator: ", ")
    }

    private static func isReadingOfAny(_ row: CatalogueRow) -> Bool {
        row.scope == .mbus && (row.quantity == .meterReading || row.quantity == .meterProfile)
    }
}
