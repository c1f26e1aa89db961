/// Splits the lines of a telegram into objects and their groups, as sent. It looks at each byte once and allocates
/// only the three arrays of its result: this is the part of the parser that decides how fast it is.
struct ObjectScanner {
    private(set) var objects: [DataObject] = []
    private(set) var values: [DataValue] = []
    private(set) var issues: [TelegramIssue] = []
    /// The header line with its `/`.
    private(set) var header = TextRange(0..<0)
    /// A group that is not closed yet: where its text starts. Only long texts are wrapped over lines.
    private var openGroup: Int?

    /// Scans a frame. Returns the text with wrapped groups joined behind it, or `nil` when there were none.
    mutating func scan(_ text: Span<UInt8>, contentEnd: Int) -> [UInt8]? {
        objects.reserveCapacity(48)
        values.reserveCapacity(64)
        var joined: [UInt8]?
        var end = text.lineEnd(from: 0, to: contentEnd)
        header = TextRange(text.trimming(0..<end, where: { $0 == UInt8(ascii: "\r") }))
        while end + 1 < contentEnd {
            end = scanLine(text, from: end + 1, to: contentEnd, &joined)
        }
        closeAbandonedGroup(text)
        return joined
    }

    /// Scans the line that starts at `start`; returns where it ends.
    private mutating func scanLine(_ text: Span<UInt8>, from start: Int, to contentEnd: Int, _ joined: inout [UInt8]?) -> Int {
        guard let (code, codeEnd) = OBISCode.scan(text, from: start, to: contentEnd), codeEnd < contentEnd,
            text[codeEnd] == UInt8(ascii: "(")
        else {
            let content = openGroup == nil ? text.skippingBlanks(from: start, to: contentEnd) : start
            if content > start { return scanLine(text, from: content, to: contentEnd, &joined) }
            let end = text.lineEnd(from: start, to: contentEnd)
            scanOtherLine(text, text.trimming(start..<end, where: { $0 <= 0x20 }), &joined)
            return end
        }
        if openGroup != nil { closeAbandonedGroup(text) }
        let first = values.count
        guard let end = scanGroups(text, from: codeEnd, to: contentEnd) else {
            values.removeSubrange(first...)
            let end = text.lineEnd(from: codeEnd, to: contentEnd)
            report(text.trimming(start..<end, where: { $0 <= 0x20 }), .brackets)
            return end
        }
        objects.append(
            DataObject(
                code: code, codeText: TextRange(start..<codeEnd),
                values: UInt16(truncatingIfNeeded: first)..<UInt16(truncatingIfNeeded: values.count), offset: UInt16(start)))
        return end
    }

    /// Takes a line without a code: the rest of an object, or damage.
    private mutating func scanOtherLine(_ text: Span<UInt8>, _ line: Range<Int>, _ joined: inout [UInt8]?) {
        if line.isEmpty { return }
        if openGroup != nil {
            join(text, line, &joined)
        } else if text[line.lowerBound] == UInt8(ascii: "("), let last = objects.indices.last {
            // The value of a gas profile stands on a line of its own (DSMR 2.2, 24.3.0).
            let count = values.count
            guard scanGroups(text, from: line.lowerBound, to: line.upperBound) != nil, openGroup == nil else {
                openGroup = nil
                values.removeSubrange(count...)
                return report(line, .brackets)
            }
            objects[last].values = objects[last].values.lowerBound..<UInt16(values.count)
        } else {
            report(line, .noCode)
        }
    }

    /// Reads `(…)(…)` and the blanks behind it; returns where the line ends, or `nil` when its brackets are damaged.
    @inline(__always)
    private mutating func scanGroups(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var index = start
        while index < end, text[index] == UInt8(ascii: "(") {
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
        while index < end, text[index] != UInt8(ascii: "\n") {
            guard text[index] <= 0x20 else { return nil }
            index &+= 1
        }
        return index
    }

    /// Splits a group at its star, if a unit stands behind it.
    @inline(__always)
    private static func value(_ text: Span<UInt8>, _ group: Range<Int>, star: Int?) -> DataValue {
        if let star, (1...8).contains(group.upperBound - star - 1), isUnit(text, star + 1..<group.upperBound) {
            return DataValue(text: TextRange(group.lowerBound..<star), unit: TextRange(star + 1..<group.upperBound))
        }
        return DataValue(text: TextRange(group), unit: nil)
    }

    private static func isUnit(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            guard (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") <= 9 else { return false }
            index &+= 1
        }
        return true
    }

    /// Adds a line to the open group. The whole text is copied behind the frame, so that a range can name it.
    private mutating func join(_ text: Span<UInt8>, _ line: Range<Int>, _ joined: inout [UInt8]?) {
        guard let open = openGroup, let last = objects.indices.last else { return }
        var storage = joined ?? text.copied()
        joined = nil  // so that `storage` is the only owner and grows in place
        var start = open
        if open < text.count {
            // The first continuation: take along what stands on the object's own line.
            start = storage.count
            var index = open
            while text[index] != UInt8(ascii: "\r"), text[index] != UInt8(ascii: "\n") {
                storage.append(text[index])
                index += 1
            }
        }
        var index = line.lowerBound
        while index < line.upperBound, text[index] != UInt8(ascii: ")") {
            storage.append(text[index])
            index += 1
        }
        if index < line.upperBound {
            values.append(DataValue(text: TextRange(start..<storage.count), unit: nil))
            objects[last].values = objects[last].values.lowerBound..<UInt16(values.count)
            openGroup = nil
            if index + 1 < line.upperBound { report(line, .brackets) }
        } else {
            openGroup = start
        }
        joined = storage
    }

    /// The line after an open group is an object of its own: the bracket was lost, and with it the line.
    private mutating func closeAbandonedGroup(_ text: Span<UInt8>) {
        guard openGroup != nil, let object = objects.popLast() else { return }
        openGroup = nil
        values.removeSubrange(Int(object.values.lowerBound)...)
        let end = text.lineEnd(from: Int(object.offset), to: text.count)
        report(text.trimming(Int(object.offset)..<end, where: { $0 <= 0x20 }), .brackets)
    }

    private mutating func report(_ line: Range<Int>, _ reason: TelegramIssue.Reason) {
        issues.append(TelegramIssue(offset: line.lowerBound, line: TextRange(line), reason: reason))
    }
}

extension Span<UInt8> {
    /// Where the line feed of the line stands that `start` is in; `end` when there is none.
    func lineEnd(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    /// The first place from `start` that is no blank; `end` when there is none.
    func skippingBlanks(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index] == UInt8(ascii: " ") || self[index] == UInt8(ascii: "\t") { index += 1 }
        return index
    }

    /// A range without the bytes at its end that `isBlank` names.
    func trimming(_ range: Range<Int>, where isBlank: (UInt8) -> Bool) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, isBlank(self[end - 1]) { end -= 1 }
        return range.lowerBound..<end
    }

    /// The bytes in an array of their own.
    func copied() -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        for index in indices { copy.append(self[index]) }
        return copy
    }
}
