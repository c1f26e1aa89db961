/// The search for the end of a telegram in clear.
extension Framer {
    /// What a search for the end of a telegram came upon.
    enum Finding {
        /// A `/` at the start of a line: another telegram.
        case nextStart(Int)
        /// The `!` of the end line, and how far that line was looked at.
        case mark(Int, behind: Int)
        /// The head of an encrypted telegram. No text holds `DB 08`, so this one is at its end.
        case envelope(Int)
        /// A frame of binary DLMS.
        case binary(Int)
        /// Nothing before this place.
        case none(Int)
    }

    /// Searches for `!`, `/` and encrypted telegrams, which are rare: the lines between them need not be looked at one by one.
    func findEnd(from start: Int, limit: Int) -> Finding {
        let bytes = buffer.span
        var index = start
        while index < limit {
            index = bytes.firstIndexBeyondASCII(or: UInt8(ascii: "!"), UInt8(ascii: "/"), in: index..<limit)
            guard index < limit else { break }
            let startsLine = bytes[index - 1] == UInt8(ascii: "\n")
            switch bytes[index] {
            case UInt8(ascii: "/"):
                if startsLine { return .nextStart(index) }
            case UInt8(ascii: "!"):
                if startsLine { return .mark(index, behind: index + 1) }
                if let glued = Framer.gluedMark(bytes, index, limit: limit, isLast: false) {
                    return glued.isCertain ? .mark(index, behind: glued.behind) : .none(index)
                }
            default:
                switch findEnvelope(at: index, limit: limit) {
                case .found: return .envelope(index)
                case .unclear: return .none(index)
                case .none: break
                }
                // Behind its first byte, which may stand in a text, such a frame has one that may not.
                switch findBinary(at: index - 1, limit: limit) {
                case .found: return .binary(index - 1)
                case .unclear: return .none(index)
                case .none: break
                }
            }
            index += 1
        }
        return .none(max(index, limit))
    }

    /// Searches the line of the `!` for its end, which is the end of the telegram: a line feed, or where another telegram
    /// begins, because some meters send no line end behind the checksum. `nil` when there is none yet, from `searched` on.
    func findLineEnd(from start: Int, limit: Int) -> (end: Int?, searched: Int) {
        let bytes = buffer.span
        var index = start
        while index < limit {
            index = bytes.firstIndexBeyondASCII(or: UInt8(ascii: "\n"), UInt8(ascii: "/"), in: index..<limit)
            guard index < limit else { break }
            switch bytes[index] {
            case UInt8(ascii: "\n"): return (index + 1, index)
            case UInt8(ascii: "/"): return (index, index)
            default:
                switch findEnvelope(at: index, limit: limit) {
                case .found: return (index, index)
                case .unclear: return (nil, index)
                case .none: index += 1
                }
            }
        }
        return (nil, index)
    }

    /// Whether the `!` at `index` is glued to a value and ends the telegram, as in `)!ABCD`; any other `!` is noise.
    ///
    /// `isCertain` is false while the bytes end before that is known; `isLast` says that no more will come.
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
