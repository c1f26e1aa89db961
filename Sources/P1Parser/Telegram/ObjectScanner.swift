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
        var start = 0
        while start < contentEnd {
            var end = start
            while end < contentEnd, text[end] != UInt8(ascii: "\n") { end += 1 }
            let next = end + 1
            while end > start, text[end - 1] <= 0x20 { end -= 1 }
            if start == 0 {
                header = TextRange(0..<end)
            } else if start < end {
                scanLine(text, start..<end, &joined)
            }
            start = next
        }
        closeAbandonedGroup(text)
        return joined
    }

    private mutating func scanLine(_ text: Span<UInt8>, _ line: Range<Int>, _ joined: inout [UInt8]?) {
        if let (code, codeEnd) = OBISCode.scan(text, from: line.lowerBound, to: line.upperBound),
            codeEnd < line.upperBound, text[codeEnd] == UInt8(ascii: "(")
        {
            closeAbandonedGroup(text)
            let first = UInt16(values.count)
            guard scanGroups(text, codeEnd..<line.upperBound) else {
                values.removeSubrange(Int(first)...)
                return report(line, .brackets)
            }
            objects.append(
                DataObject(
                    code: code, codeText: TextRange(line.lowerBound..<codeEnd), values: first..<UInt16(values.count),
                    offset: UInt16(line.lowerBound)))
        } else if openGroup != nil {
            join(text, line, &joined)
        } else if text[line.lowerBound] == UInt8(ascii: "("), let last = objects.indices.last {
            // The value of a gas profile stands on a line of its own (DSMR 2.2, 24.3.0).
            let count = values.count
            guard scanGroups(text, line), openGroup == nil else {
                openGroup = nil
                values.removeSubrange(count...)
                return report(line, .brackets)
            }
            objects[last].values = objects[last].values.lowerBound..<UInt16(values.count)
        } else {
            report(line, .noCode)
        }
    }

    /// Reads `(…)(…)` up to the end of the range; false when the brackets are damaged.
    private mutating func scanGroups(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            guard text[index] == UInt8(ascii: "(") else { return false }
            index += 1
            let start = index
            var star: Int?
            var stars = 0
            while index < range.upperBound, text[index] != UInt8(ascii: ")") {
                if text[index] == UInt8(ascii: "*") {
                    star = index
                    stars += 1
                } else if text[index] == UInt8(ascii: "(") {
                    return false
                }
                index += 1
            }
            if index == range.upperBound {
                openGroup = start
                return true
            }
            values.append(ObjectScanner.value(text, start..<index, star: stars == 1 ? star : nil))
            index += 1
        }
        return true
    }

    /// Splits a group at its star, if a unit stands behind it.
    private static func value(_ text: Span<UInt8>, _ group: Range<Int>, star: Int?) -> DataValue {
        if let star, (1...8).contains(group.upperBound - star - 1), isUnit(text, star + 1..<group.upperBound) {
            return DataValue(text: TextRange(group.lowerBound..<star), unit: TextRange(star + 1..<group.upperBound))
        }
        return DataValue(text: TextRange(group), unit: nil)
    }

    private static func isUnit(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            let letter = (text[index] | 0x20) &- UInt8(ascii: "a") < 26
            guard letter || text[index] &- UInt8(ascii: "0") <= 9 else { return false }
        }
        return true
    }

    /// Adds a line to the open group. The whole text is copied behind the frame, so that a range can name it.
    private mutating func join(_ text: Span<UInt8>, _ line: Range<Int>, _ joined: inout [UInt8]?) {
        guard let open = openGroup, let last = objects.indices.last else { return }
        var storage = joined ?? text.copied()
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
        guard storage.count <= Int(UInt16.max) else { return report(line, .brackets) }
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
        var end = Int(object.offset)
        while end < text.count, text[end] != UInt8(ascii: "\r"), text[end] != UInt8(ascii: "\n") { end += 1 }
        report(Int(object.offset)..<end, .brackets)
    }

    private mutating func report(_ line: Range<Int>, _ reason: TelegramIssue.Reason) {
        issues.append(TelegramIssue(offset: line.lowerBound, line: TextRange(line), reason: reason))
    }
}

extension Span<UInt8> {
    /// The bytes in an array of their own.
    func copied() -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        for index in indices { copy.append(self[index]) }
        return copy
    }
}
