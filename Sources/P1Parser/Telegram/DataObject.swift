/// A piece of a telegram's text, by its place in `Telegram.text`.
public struct TextRange: Sendable, Hashable {
    /// Where it starts.
    public let start: UInt16
    /// How many bytes it has.
    public let count: UInt16

    init(_ range: Range<Int>) {
        // Sixteen bits hold every place: the framer lets no telegram be longer than 32768 bytes, and wrapped texts that are
        // joined behind it are part of it, so they are shorter.
        start = UInt16(truncatingIfNeeded: range.lowerBound)
        count = UInt16(truncatingIfNeeded: range.upperBound &- range.lowerBound)
    }

    /// The same place as a range of indices.
    public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    /// Whether nothing stands there.
    public var isEmpty: Bool { count == 0 }
}

/// One group in brackets, as sent: `(000123.456*kWh)` has the text `000123.456` and the unit `kWh`.
public struct DataValue: Sendable, Hashable {
    /// What stands before the star.
    public let text: TextRange
    /// The length of the unit: it stands behind the star. `UInt16.max` without a star.
    private let unitCount: UInt16

    /// What stands behind the star; `nil` without a star.
    public var unit: TextRange? {
        guard unitCount != .max else { return nil }
        let start = text.range.upperBound + 1
        return TextRange(start..<start + Int(unitCount))
    }

    /// A group without a star.
    init(_ text: Range<Int>) {
        self.text = TextRange(text)
        unitCount = .max
    }

    /// The same group without the blanks around it.
    func trimmed(in text: Span<UInt8>) -> DataValue {
        guard unit == nil else {
            let start = text.skippingBlanks(from: self.text.range.lowerBound, to: self.text.range.upperBound)
            return DataValue(start, star: self.text.range.upperBound, end: self.text.range.upperBound + 1 + Int(unitCount))
        }
        let range = text.trimmingBlanks(self.text.range)
        return range == self.text.range ? self : ObjectScanner.value(text, range, star: text.onlyStar(in: range))
    }

    /// A group with a star: the unit stands from behind it up to `end`.
    init(_ start: Int, star: Int, end: Int) {
        text = TextRange(start..<star)
        unitCount = UInt16(truncatingIfNeeded: end &- star &- 1)
    }
}

extension Span<UInt8> {
    /// Where the one star of a range stands; `nil` when there are none or several.
    fileprivate func onlyStar(in range: Range<Int>) -> Int? {
        var star: Int?
        for index in range where self[index] == UInt8(ascii: "*") {
            if star != nil { return nil }
            star = index
        }
        return star
    }
}

/// One data line: an OBIS code and its groups. Lines that continue it are joined to it.
public struct DataObject: Sendable, Hashable {
    /// The code.
    public let code: OBISCode
    /// The code as it was written, for instance `1-0:31.7.0.255`.
    public let codeText: TextRange
    /// Its groups, as indices of `Telegram.values`.
    public internal(set) var values: Range<UInt16>
    /// Where the catalogue's index has the code.
    let place: CodeIndex.Place

    /// Where the line starts in the frame.
    public var offset: UInt16 { codeText.start }
    /// Whether the catalogue knows the code.
    public var isInCatalogue: Bool { place != CodeIndex.nowhere }
}

/// A line that could not be used. The rest of the telegram is not affected.
public struct TelegramIssue: Sendable, Hashable {
    /// What is wrong with the line.
    public enum Reason: Sendable, Hashable {
        /// It does not begin with an OBIS code and a bracket.
        case noCode
        /// A bracket is missing, nested, or followed by other text.
        case brackets
        /// Text stands where a number is expected.
        case notANumber
        /// The unit does not belong to what the code means.
        case wrongUnit
        /// The groups are not those of the code: too few, too many, or another shape.
        case wrongShape
        /// The telegram has no end line.
        case noEndLine
        /// The checksum was made unreadable.
        case maskedChecksum
    }

    /// Where the line starts in the frame.
    public let offset: Int
    /// The line, without its line end.
    public let line: TextRange
    /// What is wrong.
    public let reason: Reason
}

extension TelegramIssue.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .noCode: "no OBIS code (A-B:C.D.E followed by a bracket)"
        case .brackets: "brackets do not match"
        case .notANumber: "a number was expected"
        case .wrongUnit: "the unit does not belong to this code"
        case .wrongShape: "the groups do not have the shape of this code"
        case .noEndLine: "no end line (!)"
        case .maskedChecksum: "the checksum is masked"
        }
    }
}
