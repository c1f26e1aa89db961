import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// Telegrams for tests, from their lines.
enum TelegramFixture {
    /// The bytes of a telegram with CR LF and, unless said otherwise, a checksum that is right.
    static func bytes(_ lines: [String], header: String = "TST5\\2UNIT", hasChecksum: Bool = true) -> [UInt8] {
        var bytes = Array("/\(header)\r\n\r\n".utf8)
        for line in lines { bytes += Array("\(line)\r\n".utf8) }
        bytes.append(UInt8(ascii: "!"))
        if hasChecksum { bytes += Array(CRC16.text(of: CRC16.checksum(of: bytes.span)).utf8) }
        return bytes + Array("\r\n".utf8)
    }

    static func telegram(_ lines: [String], header: String = "TST5\\2UNIT", hasChecksum: Bool = true) throws -> Telegram {
        var frames: [Frame] = []
        var framer = Framer()
        framer.feed(bytes(lines, header: header, hasChecksum: hasChecksum).span) {
            if case .frame(let frame) = $0 { frames.append(frame) }
        }
        return Telegram(try #require(frames.first))
    }

    /// Version and time of a DSMR 5 meter, for telegrams that need to be of one.
    static let dsmr5 = ["1-3:0.2.8(50)", "0-0:1.0.0(260703181502S)"]
    /// That time.
    static let dsmr5Time: Int64 = 1_783_095_302

    /// The lines of a gas meter.
    static func gas(channel: Int, id: String, time: String = "260703181000S", reading: String = "00987.654", type: String = "003")
        -> [String]
    {
        ["0-\(channel):24.1.0(\(type))", "0-\(channel):96.1.0(\(id))", "0-\(channel):24.2.1(\(time))(\(reading)*m3)"]
    }

    static func document(_ lines: [String], header: String = "TST5\\2UNIT", hasChecksum: Bool = true) throws -> CompletedDocument {
        var interpreter = TelegramInterpreter(.init())
        return try document(lines, &interpreter, header: header, hasChecksum: hasChecksum)
    }

    static func document(
        _ lines: [String], _ interpreter: inout TelegramInterpreter, arrival: Int64? = nil, header: String = "TST5\\2UNIT",
        hasChecksum: Bool = true
    ) throws -> CompletedDocument {
        let document = interpreter.complete(try telegram(lines, header: header, hasChecksum: hasChecksum), arrival: arrival).document
        // Every document that a test makes is one of the schema.
        for fault in try document.schemaFaults() { Issue.record("\(fault)") }
        return document
    }
}

extension Telegram {
    /// What it means by itself.
    func document(utcOffset: Int? = nil, arrival: Int64? = nil) -> CompletedDocument {
        var interpreter = TelegramInterpreter(.init(utcOffset: utcOffset))
        return interpreter.complete(self, arrival: arrival).document
    }
}

extension CompletedDocument {
    /// What stands at a path of the JSON document, as JSON; `nil` when there is no such key.
    func json(at path: String) throws -> String? {
        try tree().at(path)?.json
    }

    func tree() throws -> JSONTree { try JSONReader.read(json()) }

    /// The value at a place of the layout.
    subscript(path: String) -> Document.Value? { values[DocumentLayout.shared.slot(path)] }
}

extension Document {
    /// The value at a place of the layout.
    subscript(path: String) -> Value? {
        get { values[DocumentLayout.shared.slot(path)] }
        set { values[DocumentLayout.shared.slot(path)] = newValue }
    }
}

extension JSONTree {
    /// The names of an object's members, in their order.
    var keys: [String] {
        if case .object(let members) = self { members.map(\.name) } else { [] }
    }
}

extension Message {
    var text: String { String(decoding: payload, as: UTF8.self) }
}
