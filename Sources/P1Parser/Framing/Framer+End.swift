/// The search for the end of a telegram in clear.
extension Framer {
    /// What a search for the end of a telegram came upon.
    enum Finding {
        /// A `/` at the start of a line: another telegram.
        case nextStart(Int)
        /// The `!` of the end line, and how far that line was looked at.
        case mark(Int, behind: Int)
        /// Nothing before this place.
        case none(Int)
    }

    /// Searches for `!` and `/`, which are rare: the lines between them need not be looked at one by one.
    static func findMark(_ bytes: Span<UInt8>, from start: Int, limit: Int) -> Finding {
        var index = start
        while index < limit, let found = bytes.firstIndex(of: UInt8(ascii: "!"), or: UInt8(ascii: "/"), in: index..<limit) {
            let startsLine = bytes[found - 1] == UInt8(ascii: "\n")
            if bytes[found] == UInt8(ascii: "!") {
                if startsLine { return .mark(found, behind: found + 1) }
                guard let glued = gluedMark(bytes, found, limit: limit, isLast: false) else {
                    index = found + 1
                    continue
                }
                return glued.isCertain ? .mark(found, behind: glued.behind) : .none(found)
            }
            if startsLine { return .nextStart(found) }
            index = found + 1
        }
        return .none(max(index, limit))
    }

    /// Whether the `!` at `index` is glued to a value and ends the telegram, as in `)!ABCD`; any other `!` is noise.
    ///
    /// `isCertain` is false while the bytes end before that can be told; `isLast` says that no more will come.
    static func gluedMark(
        _ bytes: Span<UInt8>, _ index: Int, limit: Int, isLast: Bool
    ) -> (mark: Int, behind: Int, isCertain: Bool)? {
        guard index < limit, bytes[index] == UInt8(ascii: "!"), bytes[index - 1] == UInt8(ascii: ")") else { return nil }
        var behind = index + 1
        while behind < limit, behind <= index + 4, UInt8(hexDigit: bytes[behind]) != nil { behind += 1 }
        if behind < limit, bytes[behind] == UInt8(ascii: "\r") { behind += 1 }
        guard behind < limit else { return (index, behind, isLast) }
        let isEnd = bytes[behind] == UInt8(ascii: "\n") || bytes[behind] == UInt8(ascii: "/")
        return isEnd ? (index, behind, true) : nil
    }
}

extension Frame {
    /// The telegram at the end of these bytes, when they begin with another one that was cut off in the middle of a line:
    /// then its `/` does not start a line. Only its own checksum can say so.
    var wholeTail: Frame? {
        guard case .invalid = checksum, let start = bytes[..<contentEnd].lastIndex(of: UInt8(ascii: "/")), start > 0 else { return nil }
        let tail = Frame(bytes: Array(bytes[start...]), contentEnd: contentEnd - start, offset: offset + start)
        if case .valid = tail.checksum { return tail }
        return nil
    }
}
