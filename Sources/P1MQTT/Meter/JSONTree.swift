import P1Parser

/// A JSON value as it was written: members in their order, numbers as text, so that no digit is lost.
package enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    /// In the grammar of RFC 8259, section 6.
    case number(String)
    case text(String)
    case array([JSONTree])
    case object([JSONMember])

    /// The value of a member; `nil` when this is no object or has no such member.
    package subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The value at a path of levels separated by `/`; `nil` when there is none.
    package func at(_ path: String) -> JSONTree? {
        path.levels.reduce(self as JSONTree?) { $0?[String($1)] }
    }

    /// The text that this is; `nil` when it is anything else.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The number that this is, exactly; `nil` when it is anything else or has more digits than a `FixedDecimal` holds.
    var number: FixedDecimal? {
        if case .number(let digits) = self { FixedDecimal(digits) } else { nil }
    }

    /// As JSON text on one line. Only for what is no secret.
    package var json: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .text(let text): JSONTree.quoted(text)
        case .array(let items): "[" + items.map(\.json).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(JSONTree.quoted($0.name)): \($0.value.json)" }.joined(separator: ", ") + "}"
        }
    }

    /// The value as an error may show it: short, on one line, and without what stands before an `@`, where people
    /// put passwords. Lists and objects are only named, because anything can be in them.
    package var shown: String {
        switch self {
        case .array: return "a list"
        case .object: return "an object"
        case .text(let text):
            var visible = text[...]
            if let at = text.lastIndex(of: "@") { visible = "…" + text[at...] }
            return JSONTree.quoted(visible.count > 60 ? visible.prefix(60) + "…" : String(visible))
        case .null, .bool, .number:
            let text = json
            return text.count > 60 ? text.prefix(60) + "…" : text
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A name and its value in a JSON object.
package struct JSONMember: Sendable, Equatable {
    package var name: String
    package var value: JSONTree

    package init(name: String, value: JSONTree) {
        self.name = name
        self.value = value
    }
}
