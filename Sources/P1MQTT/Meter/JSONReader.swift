/// Why a text is no JSON, and where: line and column count from 1, the column in characters of Unicode.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    package var line: Int
    package var column: Int
    /// What was expected. Never quotes the text, which may be a password.
    package var reason: String

    package var description: String { "line \(line), column \(column): \(reason)" }
}

/// A strict reader of JSON (RFC 8259) for files that people write. It is here because `JSONDecoder` stops at the
/// first problem, forgets where it was, and turns numbers into binary floating point.
///
/// Beyond the standard: a name may occur once in an object, at most `maximumDepth` levels, at most `maximumSize` bytes.
package struct JSONReader {
    package static let maximumSize = 1_000_000
    static let maximumDepth = 32

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a whole text. A byte order mark at its start is skipped, as editors of Windows leave it there.
    package static func read(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONTree {
        var reader = JSONReader(bytes)
        guard bytes.count <= maximumSize else {
            throw JSONSyntaxError(line: 1, column: 1, reason: "larger than \(maximumSize) bytes")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.next == nil else {
            throw reader.error("expected the end of the file, or a bracket is closed too early")
        }
        return value
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw error("the file ends where a value is expected")
        case UInt8(ascii: "/"), UInt8(ascii: "#"): throw error("JSON has no comments")
        default: throw error("expected a value: text in double quotes, a number, true, false, null, { or [")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        try enter(depth)
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else {
                throw error("expected a name in double quotes" + (members.isEmpty ? " or }" : ""))
            }
            let start = position
            let name = try text()
            guard names.insert(name).inserted else {
                position = start
                throw error("this name occurs twice in its object")
            }
            skipSpace()
            guard take(":") else { throw error("expected a colon after the name") }
            members.append(JSONMember(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("expected a comma or }") }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        try enter(depth)
        var items: [JSONTree] = []
        skipSpace()
        if take("]") { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw error("expected a comma or ]") }
        }
    }

    /// Past the opening bracket.
    private mutating func enter(_ depth: Int) throws(JSONSyntaxError) {
        guard depth < JSONReader.maximumDepth else {
            throw error("more than \(JSONReader.maximumDepth) brackets within each other")
        }
        position += 1
    }

    private mutating func text() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var unescaped: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    position = start
                    throw error("this text is not UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                unescaped.append(contentsOf: String(try escape()).utf8)
            case 0x00...0x1F:
                throw error("a line break or control character within text, or the closing quote is missing")
            default:
                unescaped.append(byte)
                position += 1
            }
        }
        position = start
        throw error("the closing quote of this text is missing")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let letter = next else { throw error("the file ends within text") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            if var code = codeUnit() {
                if 0xD800...0xDBFF ~= code, take("\\"), take("u"), let low = codeUnit(), 0xDC00...0xDFFF ~= low {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                }
                if let scalar = Unicode.Scalar(code) { return scalar }
            }
            position = start
            throw error("\\u needs four hexadecimal digits, and surrogates come in pairs")
        default:
            position = start
            throw error("a backslash is written \\\\; otherwise only \" \\ / b f n r t u may follow one")
        }
    }

    /// Four hexadecimal digits.
    private mutating func codeUnit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        _ = take("-")
        if take("0") {
            if case .some(UInt8(ascii: "0")...UInt8(ascii: "9")) = next {
                throw error("a number does not begin with 0, except before a decimal point")
            }
        } else {
            try digits()
        }
        if take(".") { try digits() }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while case .some(UInt8(ascii: "0")...UInt8(ascii: "9")) = next { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }

    private mutating func word(_ word: StaticString, _ value: JSONTree) throws(JSONSyntaxError) -> JSONTree {
        let letters = Array(word.description.utf8)
        guard bytes[position...].starts(with: letters) else {
            throw error("text stands in double quotes; only true, false and null have none")
        }
        position += letters.count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private func error(_ reason: String) -> JSONSyntaxError {
        let before = bytes[..<position]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        return JSONSyntaxError(
            line: 1 + before.count { $0 == 0x0A },
            // Continuation bytes of UTF-8 belong to the character before them.
            column: 1 + bytes[lineStart..<max(position, lineStart)].count { $0 & 0xC0 != 0x80 },
            reason: reason)
    }
}
