import P1Parser

/// Writes JSON by appending bytes. Numbers keep the digits they were sent with, which no encoder at hand does.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element needs a comma before it.
    private var needsComma = false

    /// The bytes of one object.
    static func object(capacity: Int = 256, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.bytes.reserveCapacity(capacity)
        json.object(members)
        return json.bytes
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        open("[")
        for element in elements { write(&self, element) }
        close("]")
    }

    mutating func string(_ text: String) {
        comma()
        appendQuoted(text)
    }

    mutating func null() {
        literal("null")
    }

    // MARK: members of an object

    mutating func member(_ name: String, _ text: String?) {
        key(name)
        if let text { string(text) } else { literal("null") }
    }

    mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
        key(name)
        literal(number.map { String($0) } ?? "null")
    }

    mutating func member(_ name: String, _ number: FixedDecimal?) {
        key(name)
        guard let number else { return literal("null") }
        number.write(into: &bytes)
        needsComma = true
    }

    mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        literal(flag ? "true" : "false")
    }

    /// A time as ISO 8601, from seconds since 1970 UTC; `null` for one that this form cannot hold.
    mutating func member(_ name: String, time seconds: Int64?) {
        key(name)
        guard let seconds, ISO8601.years0To9999.contains(seconds) else { return literal("null") }
        bytes.append(UInt8(ascii: "\""))
        ISO8601.write(seconds, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A value that is JSON already.
    mutating func member(_ name: String, json: [UInt8]?) {
        key(name)
        guard let json else { return literal("null") }
        bytes += json
        needsComma = true
    }

    mutating func member(_ name: String, object members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    mutating func member<Element>(_ name: String, array: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        key(name)
        self.array(array, write)
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
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7F:
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

/// Times as the product writes them: `2010-12-09T10:30:20.000Z`, the form of JavaScript.
enum ISO8601 {
    /// What four digits of a year can say, in seconds since 1970.
    static let years0To9999: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Appends a time within `years0To9999`.
    static func write(_ secondsSince1970: Int64, into bytes: inout [UInt8]) {
        let date = CalendarDate(secondsSince1970: secondsSince1970)
        func append(_ number: Int, digits: Int) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
        }
        append(date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        append(date.secondOfDay / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.secondOfDay / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.secondOfDay % 60, digits: 2)
        bytes += ".000Z".utf8
    }

    static func text(_ secondsSince1970: Int64) -> String {
        var bytes: [UInt8] = []
        write(secondsSince1970, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
