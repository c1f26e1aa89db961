/// Splits the lines of a telegram into objects and their groups, as sent. It looks at each byte once and allocates
/// only the arrays of its result: this is the part of the parser that decides how fast it is.
struct ObjectScanner {
    private(set) var objects: [DataObject] = []
    private(set) var values: [DataValue] = []
    private(set) var issues: [TelegramIssue] = []
    /// The header line with its `/`.
    private(set) var header = TextRange(0..<0)
    /// The text that ranges refer to: the frame, and behind it groups that were wrapped over lines.
    private(set) var text: [UInt8]
    private let frameCount: Int
    private let index: CodeIndex
    /// A group that is not closed yet: where its text starts. Only long texts are wrapped over lines.
    private var openGroup: Int?

    init(_ frame: Frame, _ index: CodeIndex) {
        text = frame.bytes
        frameCount = frame.bytes.count
        self.index = index
        objects.reserveCapacity(48)
        values.reserveCapacity(64)
        scan(frame.bytes.span.extracting(0..<frame.contentEnd))
    }

    /// Scans what stands before the end line.
    private mutating func scan(_ content: Span<UInt8>) {
        var end = content.lineEnd(from: 0)
        header = TextRange(content.trimming(0..<end, where: { $0 == UInt8(ascii: "\r") }))
        while end + 1 < content.count { end = scanLine(content, from: end + 1) }
        closeAbandonedGroup(content)
    }

    /// Scans the line that starts at `start`; returns where it ends.
    @inline(__always)
    private mutating func scanLine(_ content: Span<UInt8>, from start: Int) -> Int {
        guard let (code, place, codeEnd) = scanCode(content, from: start) else { return scanOtherLine(content, from: start) }
        return scanObject(content, code, place, start..<codeEnd)
    }

    @inline(__always)
    private mutating func scanObject(_ content: Span<UInt8>, _ code: OBISCode, _ place: CodeIndex.Place, _ codeText: Range<Int>) -> Int {
        if openGroup != nil { closeAbandonedGroup(content) }
        let first = values.count
        guard let end = scanGroups(content, from: codeText.upperBound) else {
            values.removeSubrange(first...)
            let end = content.lineEnd(from: codeText.upperBound)
            report(content.trimming(codeText.lowerBound..<end, where: { $0 <= 0x20 }), .brackets)
            return end
        }
        objects.append(
            DataObject(
                code: code, codeText: TextRange(codeText),
                values: UInt16(truncatingIfNeeded: first)..<UInt16(truncatingIfNeeded: values.count), place: place))
        return end
    }

    /// Reads a code that a bracket follows, perhaps behind blanks; returns where the code ends.
    @inline(__always)
    private func scanCode(_ content: Span<UInt8>, from start: Int) -> (OBISCode, CodeIndex.Place, Int)? {
        if let spelling = CodeSpelling(content, from: start) {
            let place = index.place(of: spelling)
            if place != CodeIndex.nowhere { return (index.code(at: place), place, start &+ spelling.count) }
        }
        return scanOtherCode(content, from: start)
    }

    /// A code that the catalogue does not know or spells in another way.
    private func scanOtherCode(_ content: Span<UInt8>, from start: Int) -> (OBISCode, CodeIndex.Place, Int)? {
        guard let (code, end) = OBISCode.scan(content, from: start, to: content.count) else { return nil }
        let bracket = content.skippingBlanks(from: end, to: content.count)
        guard bracket < content.count, content[bracket] == UInt8(ascii: "(") else { return nil }
        return (code, index.place(of: code), end)
    }

    /// Takes a line that does not begin with a code; returns where it ends. Blanks may stand before one.
    private mutating func scanOtherLine(_ content: Span<UInt8>, from start: Int) -> Int {
        let inner = openGroup == nil ? content.skippingBlanks(from: start, to: content.count) : start
        if inner > start, let (code, place, codeEnd) = scanCode(content, from: inner) {
            return scanObject(content, code, place, inner..<codeEnd)
        }
        let end = content.lineEnd(from: inner)
        scanOtherLine(content, content.trimming(inner..<end, where: { $0 <= 0x20 }))
        return end
    }

    /// Takes a line without a code: the rest of an object, or damage.
    private mutating func scanOtherLine(_ content: Span<UInt8>, _ line: Range<Int>) {
        if line.isEmpty { return }
        if openGroup != nil {
            join(content, line)
        } else if content[line.lowerBound] == UInt8(ascii: "("), let last = objects.indices.last {
            // The value of a gas profile stands on a line of its own (DSMR 2.2, 24.3.0).
            let count = values.count
            guard scanGroups(content.extracting(0..<line.upperBound), from: line.lowerBound) != nil, openGroup == nil else {
                openGroup = nil
                values.removeSubrange(count...)
                return report(line, .brackets)
            }
            objects[last].values = objects[last].values.lowerBound..<UInt16(values.count)
        } else {
            report(line, .noCode)
        }
    }

    /// Reads `(…)(…)` and the blanks around it; returns where the line ends, or `nil` when its brackets are damaged.
    @inline(__always)
    private mutating func scanGroups(_ text: Span<UInt8>, from start: Int) -> Int? {
        let end = text.count
        var index = start
        while index < end {
            if text[index] != UInt8(ascii: "(") {
                if text[index] == UInt8(ascii: "\n") { break }
                guard text[index] <= 0x20 else { return nil }
                index &+= 1
                continue
            }
            index &+= 1
            let first = index
            var star: Int?
            var stars = 0
            while true {
                // All bytes that matter lie below those of digits, letters and the signs between them.
                index = text.firstIndex(below: UInt8(ascii: "*") + 1, in: index..<end)
                guard index < end else {
                    openGroup = first
                    return end
                }
                let byte = text[index]
                if byte == UInt8(ascii: ")") { break }
                if byte == UInt8(ascii: "*") {
                    star = index
                    stars &+= 1
                } else if byte == UInt8(ascii: "(") {
                    return nil
                } else if byte == UInt8(ascii: "\n") {
                    openGroup = first
                    return index
                }
                index &+= 1
            }
            values.append(ObjectScanner.value(text, first..<index, star: stars == 1 ? star : nil))
            index &+= 1
        }
        return index
    }

    /// Splits a group at its star, if a unit stands behind it.
    @inline(__always)
    static func value(_ text: Span<UInt8>, _ group: Range<Int>, star: Int?) -> DataValue {
        if let star, (1...8).contains(group.upperBound - star - 1), isUnit(text, star + 1..<group.upperBound) {
            return DataValue(group.lowerBound, star: star, end: group.upperBound)
        }
        return DataValue(group)
    }

    /// Whether letters, digits and `/` stand there, as in `m3/h`.
    private static func isUnit(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            // The sign stands before the digits in ASCII.
            guard (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "/") <= 10 else { return false }
            index &+= 1
        }
        return true
    }

    /// Adds a line to the open group. All of it is copied behind the frame, so that a range can name it.
    private mutating func join(_ content: Span<UInt8>, _ line: Range<Int>) {
        guard let open = openGroup, let last = objects.indices.last else { return }
        var start = open
        if open < frameCount {
            // The first continuation: take along what stands on the object's own line.
            start = text.count
            var index = open
            while content[index] != UInt8(ascii: "\r"), content[index] != UInt8(ascii: "\n") {
                text.append(content[index])
                index += 1
            }
        }
        var index = line.lowerBound
        while index < line.upperBound, content[index] != UInt8(ascii: ")") {
            text.append(content[index])
            index += 1
        }
        if index < line.upperBound {
            values.append(DataValue(start..<text.count))
            objects[last].values = objects[last].values.lowerBound..<UInt16(values.count)
            openGroup = nil
            if index + 1 < line.upperBound { report(line, .brackets) }
        } else {
            openGroup = start
        }
    }

    /// The line after an open group is an object of its own: the bracket was lost, and with it the line.
    private mutating func closeAbandonedGroup(_ content: Span<UInt8>) {
        guard openGroup != nil, let object = objects.popLast() else { return }
        openGroup = nil
        values.removeSubrange(Int(object.values.lowerBound)...)
        let start = Int(object.offset)
        report(content.trimming(start..<content.lineEnd(from: start), where: { $0 <= 0x20 }), .brackets)
    }

    private mutating func report(_ line: Range<Int>, _ reason: TelegramIssue.Reason) {
        issues.append(TelegramIssue(offset: line.lowerBound, line: TextRange(line), reason: reason))
    }
}

extension Span<UInt8> {
    /// Where the line feed of the line stands that `start` is in; the end of the bytes when there is none.
    func lineEnd(from start: Int) -> Int {
        var index = start
        while index < count, self[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    /// The first place from `start` that is no blank; `end` when there is none.
    func skippingBlanks(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index] == UInt8(ascii: " ") || self[index] == UInt8(ascii: "\t") { index += 1 }
        return index
    }

    /// A range without the blanks around it.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        let start = skippingBlanks(from: range.lowerBound, to: range.upperBound)
        return trimming(start..<range.upperBound, where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
    }

    /// A range without the bytes at its end that `isBlank` names.
    func trimming(_ range: Range<Int>, where isBlank: (UInt8) -> Bool) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, isBlank(self[end - 1]) { end -= 1 }
        return range.lowerBound..<end
    }
}
