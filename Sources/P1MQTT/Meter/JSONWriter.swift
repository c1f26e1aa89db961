package import P1Parser

/// Writes JSON by appending bytes. Numbers keep the digits they were sent with, which no encoder at hand does.
package struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element needs a comma before it.
    private var needsComma = false

    /// The bytes of one object.
    package static func object(capacity: Int = 256, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.bytes.reserveCapacity(capacity)
        json.object(members)
        return json.bytes
    }

    /// The bytes of an object with further members at its end.
    package static func object(_ object: [UInt8], and members: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.bytes = object.dropLast()
        json.needsComma = object.count > 2
        members(&json)
        json.close("}")
        return json.bytes
    }

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    package mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        open("[")
        for element in elements { write(&self, element) }
        close("]")
    }

    package mutating func string(_ text: String) {
        comma()
        appendQuoted(text)
    }

    package mutating func null() {
        literal("null")
    }

    // MARK: members of an object

    /// The name of a member that is written again and again.
    struct Key: Sendable {
        /// With its quotation marks and the colon.
        fileprivate let bytes: [UInt8]

        init(_ name: String) {
            var json = JSONWriter()
            json.key(name)
            bytes = json.bytes
        }
    }

    /// Begins a member; its value follows.
    mutating func key(_ key: Key) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes += key.bytes
        needsComma = false
    }

    mutating func member(_ name: Key, _ text: String?) {
        key(name)
        if let text { string(text) } else { literal("null") }
    }

    mutating func member(_ name: Key, _ number: FixedDecimal?) {
        key(name)
        self.number(number)
    }

    mutating func member(_ name: Key, time seconds: Int64?) {
        key(name)
        time(seconds)
    }

    mutating func member(_ name: Key, json: [UInt8]?) {
        key(name)
        raw(json)
    }

    mutating func member(_ name: Key, object members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    package mutating func member(_ name: String, _ text: String?) {
        key(name)
        if let text { string(text) } else { literal("null") }
    }

    package mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
        key(name)
        guard let number else { return literal("null") }
        // The text of any integer that can be larger goes through generic code, which costs a hundred times as much.
        guard let small = Int64(exactly: number) else { return literal(String(number)) }
        FixedDecimal(mantissa: small).write(into: &bytes)
        needsComma = true
    }

    package mutating func member(_ name: String, _ number: FixedDecimal?) {
        key(name)
        self.number(number)
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        literal(flag ? "true" : "false")
    }

    /// A time as ISO 8601, from seconds since 1970 UTC; `null` for one that this form cannot hold.
    package mutating func member(_ name: String, time seconds: Int64?) {
        key(name)
        time(seconds)
    }

    /// A value that is JSON already.
    package mutating func member(_ name: String, json: [UInt8]?) {
        key(name)
        raw(json)
    }

    package mutating func member(_ name: String, object members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    package mutating func member<Element>(_ name: String, array: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        key(name)
        self.array(array, write)
    }

    // MARK: values

    private mutating func number(_ number: FixedDecimal?) {
        guard let number else { return literal("null") }
        number.write(into: &bytes)
        needsComma = true
    }

    private mutating func time(_ seconds: Int64?) {
        guard let seconds, ISO8601.years0To9999.contains(seconds) else { return literal("null") }
        bytes.append(UInt8(ascii: "\""))
        ISO8601.write(seconds, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func raw(_ json: [UInt8]?) {
        guard let json else { return literal("null") }
        bytes += json
        needsComma = true
    }

    // MARK: punctuation

    private mutating func key(_ name: String) {
        comma()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func literal(_ text: String) {
        comma()
        bytes += text.utf8
        needsComma = true
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        comma()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        // Sound: the buffer is read inside the closure only. Nearly all texts, the keys above all, stand as they are.
        text.withUTF8 { utf8 in
            if utf8.contains(where: JSONWriter.isEscaped) { appendEscaped(utf8) } else { bytes.append(contentsOf: utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F || byte == latin1
    }

    /// Begins U+0080 to U+00BF in UTF-8; the first half of them are control characters, which a terminal may obey.
    private static let latin1: UInt8 = 0xC2

    private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        for (index, byte) in utf8.enumerated() {
            let isControl = byte < 0x20 || 0x7F..<0xA0 ~= byte && (byte == 0x7F || utf8[index - 1] == JSONWriter.latin1)
            switch byte {
            case JSONWriter.latin1 where 0x80..<0xA0 ~= utf8[index + 1]: break
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case _ where isControl:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
    }
}
