/// Deciphers encrypted telegrams. The framer is given one; which algorithm and which keys is its own business.
public protocol FrameCipher: Sendable {
    /// Deciphers a text and checks its tag.
    ///
    /// - Parameters:
    ///   - envelope: what stands in front of the ciphertext.
    ///   - ciphertext: as long as the text.
    ///   - tag: 12 bytes, or none.
    /// - Returns: the text, which is noise when the key is wrong; `nil` when nothing could be deciphered.
    func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText?

    /// Whether the meter's own authentication key is known. Then a telegram whose tag was not made with it is rejected.
    var hasAuthenticationKey: Bool { get }
}

extension FrameCipher {
    /// By default none is.
    public var hasAuthenticationKey: Bool { false }
}

/// What deciphering gave.
public struct OpenedText: Sendable, Equatable {
    /// The telegram, if the key is right.
    public let bytes: [UInt8]
    /// What the tag says of it.
    public let authentication: Authentication

    /// - Parameters:
    ///   - bytes: the deciphered bytes.
    ///   - authentication: what the tag says of them.
    public init(bytes: [UInt8], authentication: Authentication) {
        self.bytes = bytes
        self.authentication = authentication
    }
}

/// What the tag of an encrypted telegram says.
public enum Authentication: Sendable, Equatable {
    /// The frame has no tag.
    case absent
    /// The text is what the meter sent, by this key.
    case valid(AuthenticationKey)
    /// No key that was tried gives this tag. The text may be right all the same: it does not depend on that key.
    case invalid
}

/// What goes into the tag besides the text.
public enum AuthenticationKey: Sendable, Equatable {
    /// A key of the meter's own, which its user was given.
    case own
    /// The one that Luxembourg publishes for all its meters.
    case common
    /// None: nothing but the text is authenticated.
    case none
}

extension Frame {
    /// The encryption that was taken off a telegram.
    public struct Seal: Sendable, Equatable {
        /// What stood in front of the ciphertext.
        public let envelope: Envelope
        /// What the tag said.
        public let authentication: Authentication
        /// Bytes of the stream that the frame took: those of its envelope, or fewer when that was damaged.
        public let length: Int
    }
}

extension Envelope {
    /// Why an encrypted telegram could not be read.
    public enum Failure: Sendable, Equatable {
        /// No key is known.
        case noKey
        /// What was deciphered is noise: the key is another one, or the head of the frame is damaged.
        case wrongKey
        /// It begins as a telegram, but neither its tag nor its checksum is right: damaged on the way.
        case damaged
        /// The tag is right, and yet there is no telegram inside.
        case noTelegram
        /// Not all of its bytes came.
        case incomplete
    }

    /// What came of opening a frame.
    enum Opening: Equatable {
        case frame(Frame)
        case failure(Failure)
    }

    /// Opens a frame. Its text is taken when the tag is right, or else when its own checksum is: then the key is right,
    /// and what to think of the tag is left to the caller.
    ///
    /// - Parameters:
    ///   - bytes: the whole frame, from `DB` on.
    ///   - maximumLength: the most bytes that a frame may have.
    ///   - cipher: deciphers it; `nil` without a key.
    func open(_ bytes: Span<UInt8>, maximumLength: Int, with cipher: (any FrameCipher)?) -> Opening {
        guard let cipher else { return .failure(.noKey) }
        let tagStart = length - tagLength
        let opened = cipher.open(
            self, ciphertext: bytes.extracting(headLength..<tagStart), tag: bytes.extracting(tagStart..<length))
        guard let opened else { return .failure(.wrongKey) }
        let frame = telegram(in: opened)
        if case .valid = opened.authentication { return frame.map { seal($0, opened, length) } ?? .failure(.noTelegram) }
        guard opened.bytes.first == UInt8(ascii: "/"), opened.bytes.prefix(4).allSatisfy(Envelope.isText) else {
            return .failure(.wrongKey)
        }
        guard let frame, case .valid = frame.checksum else { return .failure(.damaged) }
        // Without a tag nothing vouches for the length: what follows the text may be the next frame already.
        let end = headLength + frame.offset + frame.bytes.count
        let rest = bytes.extracting(end - 1..<length)
        return seal(frame, opened, end - 1 + Envelope.nextStart(in: rest, maximumLength: maximumLength, isDamaged: true))
    }

    private func seal(_ frame: Frame, _ opened: OpenedText, _ length: Int) -> Opening {
        .frame(Frame(frame, seal: Frame.Seal(envelope: self, authentication: opened.authentication, length: length)))
    }

    /// The first telegram in a text.
    private func telegram(in opened: OpenedText) -> Frame? {
        var framer = Framer(maximumLength: max(length, 1))
        var first: Frame?
        let keep: (Framer.Event) -> Void = { event in
            if first == nil, case .frame(let frame) = event { first = frame }
        }
        framer.feed(opened.bytes.span, keep)
        framer.finish(keep)
        return first
    }
}
