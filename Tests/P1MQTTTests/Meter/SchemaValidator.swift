@testable import P1MQTT
@testable import P1MQTTMeter

/// Checks a JSON value against a JSON Schema, with the words that `DocumentSchema` uses. Stricter than the schema itself in
/// one thing: keys that it does not name are faults, so that none is forgotten in it.
struct SchemaValidator {
    let schema: JSONTree

    /// That of `p1/json`.
    static let document: Result<SchemaValidator, any Error> = Result { SchemaValidator(schema: try JSONReader.read(DocumentSchema.json())) }

    /// What is wrong with a value, each with its path.
    func faults(in value: JSONTree) -> [String] {
        check(value, schema, at: "")
    }

    private func check(_ value: JSONTree, _ schema: JSONTree, at path: String) -> [String] {
        guard case .object(let words) = schema else { return ["\(path): the schema is no object"] }
        return words.flatMap { word in check(value, word, schema, at: path) }
    }

    private func check(_ value: JSONTree, _ word: JSONMember, _ schema: JSONTree, at path: String) -> [String] {
        switch word.name {
        case "$schema", "title", "description", "default", "additionalProperties", "pattern": return []
        case "anyOf", "oneOf":
            let attempts = word.value.elements.map { check(value, $0, at: path) }
            let fitting = attempts.count(where: \.isEmpty)
            if word.name == "oneOf" ? fitting == 1 : fitting > 0 { return [] }
            return ["\(path): \(fitting) alternatives fit"] + (attempts.min { $0.count < $1.count } ?? [])
        case "minimum", "maximum":
            guard case .number(let digits) = value, case .number(let limit) = word.value, let number = Double(digits),
                let bound = Double(limit)
            else { return [] }
            return (word.name == "minimum" ? number >= bound : number <= bound) ? [] : ["\(path): \(digits) is beyond \(limit)"]
        case "type":
            let allowed = word.value.elements.isEmpty ? [word.value] : word.value.elements
            return allowed.contains { $0.content.map { isOf($0, value) } ?? false } ? [] : ["\(path): is no \(word.value.json)"]
        case "enum": return word.value.elements.contains(value) ? [] : ["\(path): \(value.json) is none of \(word.value.json)"]
        case "const": return word.value == value ? [] : ["\(path): \(value.json) is not \(word.value.json)"]
        case "format": return value == .null || isTime(value) ? [] : ["\(path): \(value.json) is no time"]
        case "items": return value.elements.enumerated().flatMap { check($1, word.value, at: "\(path)/\($0)") }
        case "required":
            guard case .object = value else { return [] }
            return word.value.elements.compactMap(\.content).filter { value[$0] == nil }.map { "\(path)/\($0): is missing" }
        case "properties":
            guard case .object(let members) = value else { return [] }
            return members.flatMap { member in
                word.value[member.name].map { check(member.value, $0, at: "\(path)/\(member.name)") }
                    ?? ["\(path)/\(member.name): is not in the schema"]
            }
        default: return ["\(path): the schema has the word \(word.name), which is not known here"]
        }
    }

    private func isOf(_ type: String, _ value: JSONTree) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .text), ("number", .number), ("boolean", .bool), ("null", .null): true
        case ("integer", .number(let digits)): !digits.contains(".")
        default: false
        }
    }

    /// `2010-12-09T10:30:20.000Z`
    private func isTime(_ value: JSONTree) -> Bool {
        guard case .text(let text) = value else { return false }
        let pattern = Array("dddd-dd-ddTdd:dd:dd.dddZ".utf8)
        return text.utf8.count == pattern.count
            && zip(text.utf8, pattern).allSatisfy { $1 == UInt8(ascii: "d") ? (0x30...0x39).contains($0) : $0 == $1 }
    }
}

extension CompletedDocument {
    /// What in its JSON is not as the schema says.
    func schemaFaults() throws -> [String] {
        try SchemaValidator.document.get().faults(in: tree())
    }
}
