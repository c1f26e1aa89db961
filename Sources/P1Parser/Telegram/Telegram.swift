/// A telegram: its objects as sent, and the readings that the catalogue makes of them.
///
/// A damaged line is an issue of the telegram and costs that line only.
public struct Telegram: Sendable {
    /// The bytes on the wire.
    public let frame: Frame
    /// The text that ranges refer to: the frame, and behind it texts that were wrapped over several lines.
    public let text: [UInt8]
    /// The header line, with its `/`.
    public let header: TextRange
    /// The data lines, as sent.
    public let objects: [DataObject]
    /// The groups of all objects.
    public let values: [DataValue]
    /// What the catalogue knows, in the order of the lines.
    public let readings: [Reading]
    /// The lines that could not be used.
    public let issues: [TelegramIssue]
    /// The indices of those objects whose code the catalogue knows, yet which hold what the code does not mean.
    public let unexplained: [Int]
    /// Whether its M-Bus channels have the codes of Iceland.
    let isIcelandic: Bool

    /// Parses a frame. Never fails: what is damaged is in `issues`.
    ///
    /// - Parameter frame: a frame; its checksum is the caller's to judge.
    public init(_ frame: Frame) {
        var index = Catalogue.index
        var scanner = ObjectScanner(frame, index)
        isIcelandic = Dialect.isIcelandic(scanner.header, scanner.objects, in: scanner.text)
        if isIcelandic {
            index = Catalogue.icelandicIndex
            scanner = ObjectScanner(frame, index)
        }
        let text = scanner.text
        var issues = scanner.issues
        var unexplained: [Int] = []
        readings = ReadingParser.readings(of: scanner.objects, scanner.values, in: text.span, index, &issues, &unexplained)
        self.unexplained = unexplained
        let end = frame.bytes.count
        if !frame.hasEndLine { issues.append(TelegramIssue(offset: end, line: TextRange(end..<end), reason: .noEndLine)) }
        if frame.hasMaskedChecksum {
            issues.append(
                TelegramIssue(offset: frame.contentEnd, line: TextRange(frame.contentEnd..<frame.contentEnd + 5), reason: .maskedChecksum))
        }
        self.issues = issues
        header = scanner.header
        objects = scanner.objects
        values = scanner.values
        self.text = text
        self.frame = frame
    }

    /// The groups of an object.
    ///
    /// - Parameter object: one of `objects`.
    /// - Returns: its groups, as sent.
    public func values(of object: DataObject) -> ArraySlice<DataValue> {
        values[Int(object.values.lowerBound)..<Int(object.values.upperBound)]
    }

    /// The groups of an object without the blanks around each.
    func trimmedValues(of object: DataObject) -> [DataValue] {
        let text = text.span
        var trimmed: [DataValue] = []
        for value in values(of: object) { trimmed.append(value.trimmed(in: text)) }
        return trimmed
    }

    /// A piece of the text as a string; bytes above 7F as Latin-1.
    ///
    /// - Parameter range: a range of this telegram.
    /// - Returns: the string.
    public func string(_ range: TextRange) -> String {
        let bytes = text[range.range]
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// The meter's description of itself: the header without `/` and the blanks behind it.
    public var meterType: String {
        var range = header.range.dropFirst()
        while let last = range.last, text[last] <= 0x20 { range = range.dropLast() }
        return string(TextRange(range))
    }
}

extension Telegram: Equatable {
    /// Whether the frames are equal: everything else follows from them.
    ///
    /// - Parameters:
    ///   - one: a telegram.
    ///   - other: another one.
    public static func == (one: Telegram, other: Telegram) -> Bool { one.frame == other.frame }
}
