/// A topic that may be published to. It cannot be made from text that a broker would refuse or read as a pattern.
package struct Topic: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Throws: what is wrong with the text, for the one who wrote it.
    package init(_ text: String) throws(TopicError) {
        if let fault = Topic.fault(in: text) { throw fault }
        self.text = text
    }

    package var description: String { text }

    /// The first reason why `text` is no topic, `nil` when it is one (MQTT 3.1.1, section 4.7).
    package static func fault(in text: String) -> TopicError? {
        if text.isEmpty { return .empty }
        if text.utf8.count > 65535 { return .tooLong(bytes: text.utf8.count) }
        // Brokers keep `$SYS` and its like for themselves and hide them from `#`.
        if text.utf8.first == UInt8(ascii: "$") { return .reserved }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "+", "#": return .wildcard(Character(scalar))
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": return .controlCharacter(scalar.value)
            // Libmosquitto refuses them.
            case _ where scalar.properties.isNoncharacterCodePoint: return .noncharacter(scalar.value)
            default: continue
            }
        }
        return nil
    }
}

/// Why a text is no topic.
package enum TopicError: Error, Equatable, CustomStringConvertible {
    case empty
    case tooLong(bytes: Int)
    case reserved
    case wildcard(Character)
    case controlCharacter(UInt32)
    case noncharacter(UInt32)

    package var description: String {
        switch self {
        case .empty: "a topic must not be empty"
        case .tooLong(let bytes): "a topic has at most 65535 bytes, this one has \(bytes)"
        case .reserved: "a topic must not begin with $: brokers keep those for themselves"
        case .wildcard(let character): "a topic must not contain \(character): it stands for any topic"
        case .controlCharacter(let value): "a topic must not contain the control character U+\(hexadecimal(value))"
        case .noncharacter(let value): "a topic must not contain U+\(hexadecimal(value)), which stands for no character"
        }
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension String {
    /// The levels of a topic, or of a path in the document. By bytes: by characters it takes several times as long, and a
    /// start of the program does it for each place of the document.
    package var levels: [Substring] { utf8.split(separator: UInt8(ascii: "/")).map(Substring.init) }
}
