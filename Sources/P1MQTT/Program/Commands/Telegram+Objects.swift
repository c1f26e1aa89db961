import P1MQTTMeter
import P1Parser

extension Telegram {
    /// The literal objects, nothing interpreted.
    ///
    /// - Parameter remarks: issues of the telegram as a whole, such as a wrong tag.
    func objectsJSON(remarks: [String]) -> [UInt8] {
        JSONWriter.object(capacity: 4096) { json in
            json.member("header", string(header))
            json.member("crc", frame.checksum.word)
            json.member("objects", array: objects) { json, object in
                json.object {
                    $0.member("obis", string(object.codeText))
                    $0.member("values", array: values(of: object)) { json, value in
                        json.object {
                            $0.member("value", string(value.text))
                            if let unit = value.unit { $0.member("unit", string(unit)) }
                        }
                    }
                }
            }
            let whole = remarks.map { (offset: frame.seal?.envelope.offset ?? frame.offset, line: "", reason: $0) }
            let lines = issues.map { (offset: frame.offset + $0.offset, line: string($0.line), reason: $0.reason.description) }
            json.member("issues", array: whole + lines) { $0.issue($1) }
        }
    }

    /// The same for an encrypted telegram that could not be read: one issue and nothing else.
    static func objectsJSON(ofUnreadable envelope: Envelope, _ reason: String) -> [UInt8] {
        JSONWriter.object { json in
            json.member("header", "")
            json.member("crc", "absent")
            json.member("objects", array: [DataObject]()) { _, _ in }
            json.member("issues", array: [(offset: envelope.offset, line: "", reason: reason)]) { $0.issue($1) }
        }
    }
}

extension Frame.Checksum {
    fileprivate var word: String {
        switch self {
        case .valid: "valid"
        case .invalid: "invalid"
        case .absent: "absent"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func issue(_ issue: (offset: Int, line: String, reason: String)) {
        object {
            $0.member("offset", issue.offset)
            $0.member("line", issue.line)
            $0.member("reason", issue.reason)
        }
    }
}
