/// The leaves of a JSON document: its texts and numbers by their path with `/`, as they stand there. Lists are one leaf,
/// `null` and units are none.
struct DocumentLeaves {
    private(set) var leaves: [String: String] = [:]
    private let bytes: [UInt8]
    private var at = 0

    struct Malformed: Error {}

    init(_ json: String) throws(Malformed) {
        bytes = Array(json.utf8)
        try value(path: "")
        guard at == bytes.count else { throw Malformed() }
    }

    private mutating func value(path: String) throws(Malformed) {
        skipSpace()
        let start = at
        switch try peek() {
        case UInt8(ascii: "{"):
            try members { (leaves, key) throws(Malformed) in try leaves.value(path: path.isEmpty ? key : path + "/" + key) }
        case UInt8(ascii: "["):
            var depth = 0
            repeat {
                if try peek() == UInt8(ascii: "\"") {
                    _ = try text()
                } else {
                    depth += bytes[at] == UInt8(ascii: "[") ? 1 : bytes[at] == UInt8(ascii: "]") ? -1 : 0
                    at += 1
                }
            } while depth > 0
            leaves[path] = String(decoding: bytes[start..<at], as: UTF8.self)
        case UInt8(ascii: "\""):
            let text = try text()
            if !path.hasSuffix("unit") { leaves[path] = text }
        default:
            while at < bytes.count, !",}] \n".utf8.contains(bytes[at]) { at += 1 }
            let word = String(decoding: bytes[start..<at], as: UTF8.self)
            if word != "null" { leaves[path] = word }
        }
    }

    private mutating func members(_ body: (inout DocumentLeaves, String) throws(Malformed) -> Void) throws(Malformed) {
        repeat {
            at += 1
            skipSpace()
            if try peek() == UInt8(ascii: "}") { break }
            let key = try text()
            skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw Malformed() }
            at += 1
            try body(&self, key)
            skipSpace()
        } while try peek() == UInt8(ascii: ",")
        guard try peek() == UInt8(ascii: "}") else { throw Malformed() }
        at += 1
    }

    private mutating func text() throws(Malformed) -> String {
        guard try peek() == UInt8(ascii: "\"") else { throw Malformed() }
        var text: [UInt8] = []
        at += 1
        while try peek() != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") { at += 1 }
            text.append(try peek())
            at += 1
        }
        at += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipSpace() {
        while at < bytes.count, " \n".utf8.contains(bytes[at]) { at += 1 }
    }

    private func peek() throws(Malformed) -> UInt8 {
        guard at < bytes.count else { throw Malformed() }
        return bytes[at]
    }
}
