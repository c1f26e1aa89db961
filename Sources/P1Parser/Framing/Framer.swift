/// Cuts a stream of bytes, in whatever portions it comes, into frames.
///
/// A frame starts with `/` at the start of a line and ends with the line that starts with `!` (or ends in `)!` and a
/// checksum). Everything else is skipped and reported. At most `maximumLength` bytes are kept.
public struct Framer: Sendable {
    /// What the framer found.
    public enum Event: Sendable, Equatable {
        /// A telegram from `/` to its end line, with what its checksum says.
        case frame(Frame)
        /// Bytes that belong to no telegram.
        case discarded(Discard)
    }

    /// Bytes that were thrown away.
    public struct Discard: Sendable, Equatable {
        /// Why they were.
        public enum Reason: Sendable, Equatable {
            /// They stand outside any telegram.
            case noise
            /// The next telegram began before this one ended.
            case cutOff
            /// No end line came within the size limit.
            case tooLong
        }

        /// Where they began, counted from the first byte of the stream.
        public let offset: Int
        /// How many they were.
        public let count: Int
        /// Why they were thrown away.
        public let reason: Reason
    }

    /// The most bytes a telegram may have: no standard sets a limit; the longest known has 2.5 kB.
    public let maximumLength: Int

    /// The telegram that has begun, or nothing.
    private var buffer: [UInt8] = []
    /// Where `buffer` starts in the stream.
    private var offset = 0
    /// Whether `buffer` starts with the `/` of a telegram.
    private var isInside = false
    /// Up to where `buffer` was searched for the end of the line.
    private var searched = 0
    /// Where the line that is being searched starts in `buffer`.
    private var lineStart = 0
    /// Bytes outside any telegram that were not reported yet.
    private var noise = 0
    /// Whether a `/` starts a telegram here: at the start, and behind a line end, a frame, or a byte that is no text.
    private var mayStart = true

    private static let portion = 4096

    /// A framer at the start of a stream.
    ///
    /// - Parameter maximumLength: the most bytes that a telegram may have.
    public init(maximumLength: Int = 16384) {
        self.maximumLength = maximumLength
    }

    /// Takes the next bytes of the stream.
    ///
    /// - Parameters:
    ///   - chunk: the bytes, any number of them.
    ///   - handle: is given each event, in the order of the stream.
    public mutating func feed(_ chunk: Span<UInt8>, _ handle: (Event) -> Void) {
        var start = 0
        while start < chunk.count {
            // In portions, so that the buffer keeps its bound whatever the size of the chunk.
            let end = min(start + Framer.portion, chunk.count)
            for index in start..<end { buffer.append(chunk[index]) }
            while isInside ? finishTelegram(handle) : beginTelegram(handle) {}
            start = end
        }
    }

    /// Ends the stream: a telegram without its end line becomes a frame without a checksum.
    ///
    /// - Parameter handle: is given the last events.
    public mutating func finish(_ handle: (Event) -> Void) {
        if isInside {
            emitFrame(contentEnd: endMark(before: buffer.count) ?? buffer.count, length: buffer.count, handle)
        }
        reportNoise(handle)
        mayStart = true
    }

    /// Skips to the next `/` that starts a telegram; false when the buffer is used up.
    private mutating func beginTelegram(_ handle: (Event) -> Void) -> Bool {
        var start = 0
        while start < buffer.count {
            let byte = buffer[start]
            if byte == UInt8(ascii: "/"), mayStart { break }
            mayStart = byte < 0x20 || byte > 0x7E
            start += 1
        }
        noise += start
        drop(start)
        guard !buffer.isEmpty else { return false }
        reportNoise(handle)
        isInside = true
        return true
    }

    /// Goes on to the end of the telegram, line by line; false when more bytes are needed.
    private mutating func finishTelegram(_ handle: (Event) -> Void) -> Bool {
        while let lineEnd = nextLineFeed() {
            if lineStart > 0, buffer[lineStart] == UInt8(ascii: "/") {
                discard(lineStart, .cutOff, handle)
                return true
            }
            if let end = endMark(before: lineEnd) {
                emitFrame(contentEnd: end, length: startInsideEndLine(before: lineEnd) ?? lineEnd + 1, handle)
                return true
            }
            lineStart = lineEnd + 1
        }
        if let start = startInsideEndLine(before: buffer.count) {
            emitFrame(contentEnd: lineStart, length: start, handle)
            return true
        }
        guard buffer.count > maximumLength else { return false }
        discard(buffer.count, .tooLong, handle)
        return true
    }

    private mutating func nextLineFeed() -> Int? {
        let found = Framer.firstLineFeed(in: buffer.span, from: searched)
        searched = found.map { $0 + 1 } ?? buffer.count
        return found
    }

    private static func firstLineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        return nil
    }

    /// Where the `!` stands that makes the present line the last one: at its start, or glued to a value as `)!ABCD`.
    private func endMark(before lineEnd: Int) -> Int? {
        guard lineStart < lineEnd else { return nil }
        if buffer[lineStart] == UInt8(ascii: "!") { return lineStart }
        var index = lineEnd - 1
        if buffer[index] == UInt8(ascii: "\r") { index -= 1 }
        var digits = 0
        while index > lineStart, digits < 4, UInt8(hexDigit: buffer[index]) != nil {
            index -= 1
            digits += 1
        }
        guard index > lineStart, buffer[index] == UInt8(ascii: "!"), buffer[index - 1] == UInt8(ascii: ")") else {
            return nil
        }
        return index
    }

    /// Where the next telegram starts when the end line lacks its line end.
    private func startInsideEndLine(before end: Int) -> Int? {
        guard lineStart < end, buffer[lineStart] == UInt8(ascii: "!") else { return nil }
        return buffer[lineStart..<end].firstIndex(of: UInt8(ascii: "/"))
    }

    private mutating func emitFrame(contentEnd: Int, length: Int, _ handle: (Event) -> Void) {
        let bytes = length == buffer.count ? buffer : Array(buffer[..<length])
        handle(.frame(Frame(bytes: bytes, contentEnd: contentEnd, offset: offset)))
        isInside = false
        mayStart = true
        drop(length)
    }

    private mutating func discard(_ count: Int, _ reason: Discard.Reason, _ handle: (Event) -> Void) {
        handle(.discarded(Discard(offset: offset, count: count, reason: reason)))
        isInside = count < buffer.count
        mayStart = buffer[count - 1] < 0x20
        drop(count)
    }

    private mutating func reportNoise(_ handle: (Event) -> Void) {
        if noise > 0 { handle(.discarded(Discard(offset: offset - noise, count: noise, reason: .noise))) }
        noise = 0
    }

    private mutating func drop(_ count: Int) {
        offset += count
        if count == buffer.count { buffer.removeAll(keepingCapacity: true) } else { buffer.removeFirst(count) }
        searched = 0
        lineStart = 0
    }
}
