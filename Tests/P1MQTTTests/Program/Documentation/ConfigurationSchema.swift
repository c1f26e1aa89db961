@testable import P1MQTT
@testable import P1MQTTMeter

/// JSON Schema of the configuration, from the table of settings: an editor that knows it completes and checks while one
/// types. What depends on several settings is left to `p1mqtt check`.
enum ConfigurationSchema {
    static var text: String { root.indented + "\n" }

    private static var root: JSONTree {
        var members: [JSONMember] = [
            JSONMember(name: "$schema", value: .text("https://json-schema.org/draft/2020-12/schema")),
            JSONMember(name: "title", value: .text("Configuration of p1mqtt")),
        ]
        var properties = object(DocumentedSetting.all.filter { !$0.path.hasPrefix("meters[].") }, below: "")
        properties.insert(
            JSONMember(name: "$schema", value: .members(["description": .text("For the editor; ignored."), "type": .text("string")])), at: 0
        )
        properties.append(JSONMember(name: "meters", value: .members(["type": .array([.text("array"), .text("null")]), "items": meter])))
        members += closed(properties)
        return .object(members)
    }

    private static var meter: JSONTree {
        var properties = object(
            DocumentedSetting.all.filter { $0.path.hasPrefix("meters[].") && !$0.path.hasPrefix("meters[].source.") }, below: "meters[].")
        let sources = SourceType.allCases.map { type in
            let rows = DocumentedSetting.all.filter { $0.path.hasPrefix("meters[].source.") && $0.sourceType == type }
            var members = object(rows, below: "meters[].source.")
            members.insert(JSONMember(name: "type", value: .members(["const": .text(type.rawValue)])), at: 0)
            let isStandard = type == SourceDraft().type
            let required = rows.filter(\.isRequired).map { String($0.path.dropFirst("meters[].source.".count)) }
            let names = ((isStandard ? [] : ["type"]) + required).map(JSONTree.text)
            return JSONTree.object(closed(members) + (names.isEmpty ? [] : [JSONMember(name: "required", value: .array(names))]))
        }
        properties.append(JSONMember(name: "source", value: .members(["oneOf": .array(sources)])))
        return .object(closed(properties))
    }

    /// The settings below a path, one level deep or more.
    private static func object(_ rows: [DocumentedSetting], below prefix: String) -> [JSONMember] {
        var members: [JSONMember] = []
        for row in rows {
            let levels = row.path.dropFirst(prefix.count).split(separator: ".", maxSplits: 1)
            let name = String(levels[0])
            if levels.count == 1 {
                members.append(JSONMember(name: name, value: described(row)))
            } else if !members.contains(where: { $0.name == name }) {
                let inner = prefix + name + "."
                members.append(
                    JSONMember(name: name, value: .object(closed(object(rows.filter { $0.path.hasPrefix(inner) }, below: inner)))))
            }
        }
        return members
    }

    /// Nothing but these properties.
    private static func closed(_ properties: [JSONMember]) -> [JSONMember] {
        [
            JSONMember(name: "type", value: .array([.text("object"), .text("null")])),
            JSONMember(name: "properties", value: .object(properties)),
            JSONMember(name: "additionalProperties", value: .bool(false)),
        ]
    }

    private static func described(_ row: DocumentedSetting) -> JSONTree {
        guard case .object(let words) = nullable(row.schema) else { return row.schema }
        let text = row.meaning + " Allowed: " + row.allowed + "."
        let standard = row.isRequired ? [] : [JSONMember(name: "default", value: row.standard)]
        return .object([JSONMember(name: "description", value: .text(text))] + words + standard)
    }

    /// `null` means the default, everywhere.
    private static func nullable(_ schema: JSONTree) -> JSONTree {
        guard case .object(let words) = schema else { return schema }
        return .object(
            words.map { word in
                switch (word.name, word.value) {
                case ("type", .text): JSONMember(name: "type", value: .array([word.value, .text("null")]))
                case ("enum", .array(let values)): JSONMember(name: "enum", value: .array(values + [.null]))
                case ("anyOf", .array(let values)):
                    JSONMember(name: "anyOf", value: .array(values + [.members(["type": .text("null")])]))
                default: word
                }
            })
    }
}

extension JSONTree {
    /// With a line for each member.
    fileprivate var indented: String { indented(by: "") }

    private func indented(by margin: String) -> String {
        let inner = margin + "    "
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(JSONTree.text($0.name).json): \($0.value.indented(by: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
        case .array(let items) where items.contains(where: { if case .object = $0 { true } else { false } }):
            return "[\n" + items.map { inner + $0.indented(by: inner) }.joined(separator: ",\n") + "\n\(margin)]"
        default: return json
        }
    }
}
