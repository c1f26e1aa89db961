/// Cuts a stream of bytes, in whatever portions it comes, into frames.
///
/// A frame starts with `/` at the start of a line and ends with the line that starts with `!` (or ends in `)!` and a
/// checksum). An encrypted one starts with `DB 08` and has its length in front; a meter may change from one to the other
/// at any time. Everything else is skipped and reported, frames of binary DLMS as such. At most `maximumLength` bytes are
/// kept.
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
            /// They are an encrypted telegram that could not be read.
            case sealed(Envelope, Envelope.Failure)
            /// They are a frame of binary DLMS whose check is right.
            case binary(DLMSLink)
        }

        /// Where they began, counted from the first byte of the stream.
        public let offset: Int
        /// How many they were.
        public let count: Int
        /// Why they were thrown away.
        public let reason: Reason
    }

    /// The most bytes a telegram may have: no standard sets a limit; the longest known has 2.5 kB. At most 32768.
    public let maximumLength: Int
    /// Opens encrypted telegrams; `nil` without a key.
    private let cipher: (any FrameCipher)?

    /// The telegram that has begun, or nothing.
    private(set) var buffer: [UInt8] = []
    /// Where `buffer` starts in the stream.
    private var offset = 0
    /// Whether `buffer` starts with the `/` of a telegram.
    private var isInside = false
    /// The head of the encrypted telegram that `buffer` starts with.
    private var envelope: Envelope?
    /// Up to where `buffer` was searched for the end of the telegram.
    private var searched = 0
    /// Where the `!` of the telegram stands in `buffer`, once it was found: only the end of its line is missing.
    private var mark: Int?
    /// Bytes outside any telegram that were not reported yet.
    private var noise = 0
    /// Whether a `/` starts a telegram here: at the start, and behind a line end, a frame, or a byte that is no text.
    private var mayStart = true
    /// Whether no more bytes will come: what may be a frame of binary DLMS is none then.
    private var isEnding = false

    private static let portion = 4096

    /// How many bytes of an unfinished telegram are kept, at most `maximumLength`.
    var bufferedBytes: Int { buffer.count }

    /// A framer at the start of a stream.
    ///
    /// - Parameters:
    ///   - maximumLength: the most bytes that a telegram may have, up to 32768.
    ///   - cipher: opens encrypted telegrams; without it each of them is discarded.
    public init(maximumLength: Int = 16384, cipher: (any FrameCipher)? = nil) {
        precondition((1...32768).contains(maximumLength), "places in a telegram are numbers of 16 bits")
        self.maximumLength = maximumLength
        self.cipher = cipher
    }

    /// Where the encrypted telegram began in the stream whose rest is waited for; `nil` when none is.
    public var unfinishedEnvelope: Int? { envelope?.offset }

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
            // Sound: the pointer is used inside the closure only. Byte by byte this took a third of the framer's time.
            chunk.extracting(start..<end).withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
            while step(handle) {}
            start = end
        }
    }

    /// Gives up the encrypted telegram whose rest did not come. A frame in clear ends where the next one begins; this
    /// one would take the next one's bytes for its own, so whoever knows the time calls this after some seconds.
    ///
    /// - Parameter handle: is given what was thrown away, and what was found in the bytes behind its start.
    public mutating func abandonEnvelope(_ handle: (Event) -> Void) {
        guard let envelope else { return }
        reject(envelope, .incomplete, length: min(buffer.count, envelope.length), handle)
        while step(handle) {}
    }

    /// Ends the stream: a telegram without its end line becomes a frame without a checksum.
    ///
    /// - Parameter handle: is given the last events.
    public mutating func finish(_ handle: (Event) -> Void) {
        takeRest(handle)
        if isInside {
            let end = buffer.count
            let mark = mark ?? Framer.gluedMark(buffer.span, searched, limit: end, isLast: true)?.mark
            emitFrame(contentEnd: mark ?? end, length: end, handle)
        }
        // The first bytes of what could have become an encrypted telegram.
        noise += buffer.count
        drop(buffer.count)
        reportNoise(handle)
        mayStart = true
    }

    /// The stream broke off and begins anew: what has begun will not be finished, not even as a telegram that cannot be
    /// checked, of which nobody could tell how much is missing.
    ///
    /// - Parameter handle: is given the last events.
    public mutating func breakOff(_ handle: (Event) -> Void) {
        takeRest(handle)
        if isInside { handle(.discarded(Discard(offset: offset, count: buffer.count, reason: .cutOff))) } else { noise += buffer.count }
        isInside = false
        drop(buffer.count)
        reportNoise(handle)
        mayStart = true
    }

    /// Goes on to the last bytes, which wait for no others.
    private mutating func takeRest(_ handle: (Event) -> Void) {
        isEnding = true
        repeat {
            while envelope != nil { abandonEnvelope(handle) }
        } while step(handle)
        isEnding = false
    }

    /// Goes on by one event; false when more bytes are needed.
    private mutating func step(_ handle: (Event) -> Void) -> Bool {
        if envelope != nil { return finishEnvelope(handle) }
        return isInside ? finishTelegram(handle) : beginTelegram(handle)
    }

    /// Skips to what starts a telegram: a `/`, or the head of an encrypted one; or over a frame of binary DLMS. False when
    /// the buffer is used up.
    private mutating func beginTelegram(_ handle: (Event) -> Void) -> Bool {
        var start = 0
        var finding = Envelope.Finding.none
        var binary = BinaryFrame.Finding.none
        while start < buffer.count {
            let byte = buffer[start]
            if byte == UInt8(ascii: "/"), mayStart { break }
            if byte == 0xDB {
                finding = findEnvelope(at: start, limit: buffer.count)
                if finding != .none { break }
            }
            if byte == BinaryFrame.flag || byte == BinaryFrame.start {
                binary = findBinary(at: start, limit: buffer.count)
                if binary != .none { break }
            }
            mayStart = byte < 0x20 || byte > 0x7E
            start += 1
        }
        noise += start
        drop(start)
        guard !buffer.isEmpty, finding != .unclear, binary != .unclear else { return false }
        reportNoise(handle)
        if case .found(let link, let length) = binary {
            handle(.discarded(Discard(offset: offset, count: length, reason: .binary(link))))
            mayStart = true
            drop(length)
        } else if case .found(let found) = finding {
            envelope = found
        } else {
            isInside = true
        }
        return true
    }

    /// Opens the encrypted telegram once all of it is there; false when more bytes are needed.
    private mutating func finishEnvelope(_ handle: (Event) -> Void) -> Bool {
        guard let envelope, buffer.count >= envelope.length else { return false }
        switch envelope.open(buffer.span, maximumLength: maximumLength, with: cipher) {
        case .frame(let frame):
            handle(.frame(frame))
            self.envelope = nil
            mayStart = true
            drop(frame.seal?.length ?? envelope.length)
        case .failure(let failure):
            reject(envelope, failure, length: envelope.length, handle)
        }
        return true
    }

    /// Throws an encrypted telegram away, up to where another one may begin within its bytes.
    private mutating func reject(_ envelope: Envelope, _ failure: Envelope.Failure, length: Int, _ handle: (Event) -> Void) {
        let count = Envelope.nextStart(
            in: buffer.span.extracting(0..<length), maximumLength: maximumLength, isDamaged: [.damaged, .incomplete].contains(failure))
        // What looks damaged at its end was cut off, and the next one filled it up.
        let failure = failure == .damaged && count < length ? Envelope.Failure.incomplete : failure
        handle(.discarded(Discard(offset: offset, count: count, reason: .sealed(envelope, failure))))
        self.envelope = nil
        mayStart = true
        drop(count)
    }

    func findEnvelope(at index: Int, limit: Int) -> Envelope.Finding {
        Envelope.find(in: buffer.span, at: index, limit: limit, start: offset, maximumLength: maximumLength)
    }

    func findBinary(at index: Int, limit: Int) -> BinaryFrame.Finding {
        let finding = BinaryFrame.find(in: buffer.span, at: index, limit: limit, maximumLength: maximumLength)
        return finding == .unclear && isEnding ? .none : finding
    }

    /// Goes on to the end of the telegram; false when more bytes are needed.
    ///
    /// A telegram may fill `maximumLength` bytes and no more, so that it does not matter in which portions it comes.
    private mutating func finishTelegram(_ handle: (Event) -> Void) -> Bool {
        let whole = min(buffer.count, maximumLength)
        if mark == nil {
            switch findEnd(from: max(searched, 1), limit: whole) {
            case .nextStart(let index):
                discard(index, .cutOff, handle)
                return true
            case .envelope(let index):
                discard(index, .cutOff, handle)
                isInside = false
                return true
            case .binary(let index):
                // Then its `/` was a byte of the frame before.
                isInside = false
                noise += index
                drop(index)
                return true
            case .mark(let index, let behind):
                mark = index
                searched = behind
            case .none(let index):
                searched = index
            }
        }
        if let mark {
            let line = findLineEnd(from: searched, limit: whole)
            if let end = line.end {
                emitFrame(contentEnd: mark, length: end, handle)
                return true
            }
            searched = line.searched
        }
        guard buffer.count > maximumLength else { return false }
        discard(maximumLength, .tooLong, handle)
        return true
    }

    private mutating func emitFrame(contentEnd: Int, length: Int, _ handle: (Event) -> Void) {
        let frame = Frame(bytes: Array(buffer[..<length]), contentEnd: contentEnd, offset: offset)
        if let whole = frame.wholeTail {
            handle(.discarded(Discard(offset: offset, count: whole.offset - offset, reason: .cutOff)))
            handle(.frame(whole))
        } else {
            handle(.frame(frame))
        }
        isInside = false
        mayStart = true
        drop(length)
    }

    private mutating func discard(_ count: Int, _ reason: Discard.Reason, _ handle: (Event) -> Void) {
        handle(.discarded(Discard(offset: offset, count: count, reason: reason)))
        isInside = reason == .cutOff
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
        mark = nil
    }
}
