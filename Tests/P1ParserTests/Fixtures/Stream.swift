import P1Parser

/// A telegram as a meter puts it on the wire: lines with CR LF, and where asked for a checksum behind `!`.
enum Wire {
    /// The bytes of `text`, one for each scalar (Latin-1), with CR LF at the line ends.
    static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar == "\n" { bytes.append(0x0D) }
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        }
        return bytes
    }

    /// A text that ends in `!`, with its checksum and a line end.
    static func checked(_ text: String) -> [UInt8] {
        let covered = bytes(text)
        return covered + bytes(hex(bitwiseCRC(covered))) + [0x0D, 0x0A]
    }

    /// CRC-16/ARC bit by bit: another way than the product's tables, so that one checks the other.
    static func bitwiseCRC(_ bytes: [UInt8]) -> UInt16 {
        var crc: UInt16 = 0
        for byte in bytes {
            crc ^= UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1 }
        }
        return crc
    }

    /// Four hexadecimal digits in upper case.
    static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension Framer {
    /// All events of a stream that comes in portions of these sizes (used over and over) and then ends.
    static func events(in bytes: [UInt8], portions: [Int] = [.max], maximumLength: Int = 16384, cipher: ToyCipher? = nil) -> [Event] {
        var framer = Framer(maximumLength: maximumLength, cipher: cipher)
        var events: [Event] = []
        var start = 0
        var turn = 0
        while start < bytes.count {
            let end = start + min(portions[turn % portions.count], bytes.count - start)
            framer.feed(bytes.span.extracting(start..<end)) { events.append($0) }
            start = end
            turn += 1
        }
        framer.finish { events.append($0) }
        return events
    }

    /// The frames among the events of a stream.
    static func frames(in bytes: [UInt8], portions: [Int] = [.max]) -> [Frame] {
        events(in: bytes, portions: portions).compactMap(\.frame)
    }
}

extension Framer.Event {
    /// The frame, if it is one.
    var frame: Frame? {
        if case .frame(let frame) = self { frame } else { nil }
    }

    /// What was thrown away, if that is what happened.
    var discard: Discarded? {
        guard case .discarded(let discard) = self else { return nil }
        return Discarded(offset: discard.offset, count: discard.count, reason: discard.reason)
    }
}

/// What a framer threw away, as a test expects it.
struct Discarded: Equatable {
    let offset: Int
    let count: Int
    let reason: Framer.Discard.Reason
}

extension Frame.Checksum {
    /// Whether the meter sent a checksum and the bytes have it.
    var isValid: Bool {
        if case .valid = self { true } else { false }
    }
}

extension Telegram {
    /// The telegram that stands in a text with a header and an end line.
    init(text: String) throws {
        let frames = Framer.frames(in: Wire.bytes(text))
        guard let frame = frames.first, frames.count == 1 else { throw NoTelegram(frames: frames.count) }
        self.init(frame)
    }

    /// The telegram whose data lines are these.
    init(lines: String...) throws {
        try self.init(text: "/TST5\\2TEST\n\n" + lines.joined(separator: "\n") + "\n!\n")
    }

    struct NoTelegram: Error {
        let frames: Int
    }

    /// The objects in the form that is easiest to compare: `1-0:1.8.1` and `["000001.234", "kWh"]`.
    var literal: [LiteralObject] {
        objects.map { object in
            LiteralObject(
                obis: string(object.codeText),
                values: values(of: object).map { LiteralValue(value: string($0.text), unit: $0.unit.map(string)) })
        }
    }

    /// The issues as `reason: line`.
    var issueTexts: [String] { issues.map { "\($0.reason): \(string($0.line))" } }

    /// What was read at a path; of several the last.
    func value(at path: String, channel: UInt8 = 0) -> Reading.Value? {
        readings.last { $0.catalogueRow.path == path && $0.channel == channel }?.value
    }

    /// The number read at a path, with its unit behind a blank.
    func number(at path: String, channel: UInt8 = 0) -> String? {
        switch value(at: path, channel: channel) {
        case .number(let number, let unit)?, .timed(let number, let unit, _)?:
            unit.map { "\(number) \($0.rawValue)" } ?? number.description
        default: nil
        }
    }

    /// The text read at a path, as sent.
    func text(at path: String, channel: UInt8 = 0) -> String? {
        if case .text(let range)? = value(at: path, channel: channel) { string(range) } else { nil }
    }
}

/// An object as sent.
struct LiteralObject: Equatable, CustomStringConvertible {
    let obis: String
    let values: [LiteralValue]

    var description: String { obis + values.map { "(\($0.value)\($0.unit.map { "*" + $0 } ?? ""))" }.joined() }
}

/// A group as sent.
struct LiteralValue: Equatable {
    let value: String
    let unit: String?
}
