import P1Parser

/// The JSON Schema of `p1/json`, from the same layout that the documents are written by.
///
/// It names every key that there is and requires those that are always there. It does not forbid others: within a major
/// version keys are added.
package enum DocumentSchema {
    /// Raised when the shape of `p1/json` or of a topic changes in a way that is not mere growth.
    package static let version = 1

    /// The schema as one JSON object on one line.
    package static func json() -> [UInt8] {
        JSONWriter.object(capacity: 131_072) { json in
            json.member("$schema", "https://json-schema.org/draft/2020-12/schema")
            json.member("title", "p1/json, schema version \(version)")
            writeObject(DocumentLayout.shared.root, into: &json) {
                $0.member(
                    "held", object: { writeList("Registers that are held back, as paths", into: &$0) { $0.member("type", "string") } })
            }
        }
    }

    // MARK: - Objects

    /// Writes the type of an object: its children, and members that stand for no node of their own.
    private static func writeObject(
        _ children: [DocumentLayout.Node], orNull: Bool = false, required: [String] = [], into json: inout JSONWriter,
        own: (inout JSONWriter) -> Void = { _ in }
    ) {
        writeType("object", orNull: orNull, into: &json)
        json.member(
            "properties",
            object: { json in
                own(&json)
                for child in children { write(child, into: &json) }
            })
        json.member("required", array: required + children.filter(\.isAlwaysPresent).flatMap(keys)) { $0.string($1) }
    }

    /// The reading of an M-Bus meter is two keys among the others of its object.
    private static func keys(of node: DocumentLayout.Node) -> [String] {
        place(of: node)?.shape == .meterReading ? ["reading", "unit"] : [node.key]
    }

    private static func place(of node: DocumentLayout.Node) -> DocumentLayout.Place? {
        node.slot.map { DocumentLayout.shared.places[$0] }
    }

    private static func write(_ node: DocumentLayout.Node, into json: inout JSONWriter) {
        guard let place = place(of: node) else {
            return json.member(node.key, object: { writeObject(node.children, into: &$0) })
        }
        guard place.shape != .meterReading else {
            json.member("reading", object: { writeNumber(place.meaning, orNull: place.isAlwaysPresent, into: &$0) })
            return json.member("unit", object: { writeUnit(place, orNull: place.isAlwaysPresent, into: &$0) })
        }
        json.member(
            node.key,
            object: { json in
                json.member("description", place.meaning)
                write(place, node.children, into: &json)
            })
    }

    // MARK: - Values

    private static func write(_ place: DocumentLayout.Place, _ children: [DocumentLayout.Node], into json: inout JSONWriter) {
        // The object of a number is there for those below it too.
        let orNull = place.isAlwaysPresent || !children.isEmpty
        switch place.shape {
        case .bare: writeBare(place, into: &json)
        case .quantity:
            writeObject(children, required: ["reading", "unit"], into: &json) {
                $0.member("reading", object: { writeNumber(orNull: orNull, into: &$0) })
                $0.member("unit", object: { writeUnit(place, orNull: orNull, into: &$0) })
            }
        case .limit:
            writeObject(children, orNull: place.isAlwaysPresent, required: ["value", "unit"], into: &json) {
                $0.member("value", object: { writeNumber(orNull: !children.isEmpty, into: &$0) })
                $0.member("unit", object: { writeUnit(place, orNull: true, into: &$0) })
            }
        case .peak:
            writeObject(children, required: ["timestamp", "reading", "unit"], into: &json) {
                $0.member("timestamp", object: { writeTime(orNull: true, into: &$0) })
                $0.member("reading", object: { writeNumber(orNull: orNull, into: &$0) })
                $0.member("unit", object: { writeUnit(place, orNull: orNull, into: &$0) })
            }
        case .failureLog: writeFailureLog(into: &json)
        case .peakHistory: writePeakHistory(into: &json)
        case .profile: writeProfile(into: &json)
        case .meterReading: break
        }
    }

    private static func writeBare(_ place: DocumentLayout.Place, into json: inout JSONWriter) {
        switch place.quantity {
        case .time: writeTime(orNull: place.isAlwaysPresent, into: &json)
        case .count: writeType("integer", orNull: place.isAlwaysPresent, into: &json)
        case .tariff: json.member("type", array: ["integer", "string", "null"]) { $0.string($1) }
        case .powerFactor, .ratio: writeNumber(orNull: place.isAlwaysPresent, into: &json)
        default: writeType("string", orNull: place.isAlwaysPresent, into: &json)
        }
    }

    private static func writeType(_ type: String, orNull: Bool, into json: inout JSONWriter) {
        if orNull { json.member("type", array: [type, "null"]) { $0.string($1) } } else { json.member("type", type) }
    }

    private static func writeNumber(_ meaning: String? = nil, orNull: Bool, into json: inout JSONWriter) {
        if let meaning { json.member("description", meaning) }
        writeType("number", orNull: orNull, into: &json)
    }

    private static func writeTime(orNull: Bool, into json: inout JSONWriter) {
        writeType("string", orNull: orNull, into: &json)
        json.member("format", "date-time")
    }

    private static func writeUnit(_ place: DocumentLayout.Place, orNull: Bool, into json: inout JSONWriter) {
        let units: [MeterUnit]
        switch place.shape {
        case .limit: units = place.unit.map { [$0] } ?? [.kW, .kVA, .A]
        case .meterReading: units = [.m3, .GJ, .kWh]
        default: units = place.unit.map { [$0] } ?? []
        }
        json.member("enum", array: units.map(\.rawValue) as [String?] + (orNull ? [nil] : [])) { json, unit in
            if let unit { json.string(unit) } else { json.null() }
        }
    }

    // MARK: - Lists

    private static func writeList(_ meaning: String? = nil, into json: inout JSONWriter, items: (inout JSONWriter) -> Void) {
        if let meaning { json.member("description", meaning) }
        json.member("type", "array")
        json.member("items", object: items)
    }

    private static func writeFailureLog(into json: inout JSONWriter) {
        writeObject([], orNull: true, required: ["count", "log"], into: &json) {
            $0.member("count", object: { writeType("integer", orNull: false, into: &$0) })
            $0.member(
                "log",
                object: {
                    writeList(into: &$0) {
                        writeObject([], required: ["startOfFailure", "endOfFailure", "duration", "unit"], into: &$0) {
                            $0.member("startOfFailure", object: { writeTime(orNull: true, into: &$0) })
                            $0.member("endOfFailure", object: { writeTime(orNull: true, into: &$0) })
                            $0.member("duration", object: { writeType("integer", orNull: false, into: &$0) })
                            $0.member("unit", object: { $0.member("const", "s") })
                        }
                    }
                })
        }
    }

    private static func writePeakHistory(into json: inout JSONWriter) {
        writeObject([], required: ["count", "months"], into: &json) {
            $0.member("count", object: { writeType("integer", orNull: true, into: &$0) })
            $0.member(
                "months",
                object: {
                    $0.member("type", array: ["array", "null"]) { $0.string($1) }
                    $0.member(
                        "items",
                        object: {
                            writeObject([], required: ["month", "timestamp", "value", "unit"], into: &$0) {
                                $0.member("month", object: { writeTime(orNull: true, into: &$0) })
                                $0.member("timestamp", object: { writeTime(orNull: true, into: &$0) })
                                $0.member("value", object: { writeNumber(orNull: false, into: &$0) })
                                $0.member("unit", object: { $0.member("const", "kW") })
                            }
                        })
                })
        }
    }

    private static func writeProfile(into json: inout JSONWriter) {
        writeObject([], required: ["count", "entries"], into: &json) {
            $0.member("count", object: { writeType("integer", orNull: false, into: &$0) })
            $0.member(
                "entries",
                object: {
                    writeList(into: &$0) {
                        writeObject([], required: ["timestamp", "values"], into: &$0) {
                            $0.member("timestamp", object: { writeTime(orNull: true, into: &$0) })
                            $0.member("values", object: { writeList(into: &$0, items: writeCaptured) })
                        }
                    }
                })
        }
    }

    private static func writeCaptured(into json: inout JSONWriter) {
        writeObject([], required: ["obis", "value", "unit"], into: &json) {
            $0.member("obis", object: { writeType("string", orNull: true, into: &$0) })
            $0.member("value", object: { $0.member("type", array: ["number", "string"]) { $0.string($1) } })
            $0.member("unit", object: { writeType("string", orNull: true, into: &$0) })
        }
    }
}
