extension TelegramReader {
    /// A telegram, or a frame in its place, that cannot be used.
    public struct Rejection: Sendable, Equatable {
        /// Why a telegram cannot be used.
        public enum Reason: Sendable, Equatable {
            /// The bytes have another checksum than the meter sent; `sent` is `nil` where its digits are damaged too.
            case wrongChecksum(sent: UInt16?, computed: UInt16)
            /// It has no checksum, though one is required or the meter's other telegrams have one.
            case missingChecksum
            /// The stream ended before its end line came, and how much is missing cannot be known without the checksum that
            /// the meter's other telegrams have.
            case unfinished
            /// The next telegram began before this one ended, or the stream began anew.
            case cutOff
            /// No end line came within the size limit.
            case tooLong
            /// It is encrypted and could not be read.
            case sealed(Envelope, Envelope.Failure)
            /// It is deciphered, but its tag was not made with the meter's own authentication key; `fitting` is the key that
            /// it was made with, `nil` for none that was tried. No tag of the meter was right before.
            case wrongAuthenticationKey(fitting: AuthenticationKey?)
            /// It is deciphered, but its tag is wrong. Tags of the meter were right before.
            case wrongTag
            /// It is deciphered, but has no tag, though an authentication key is known or the meter's other telegrams have
            /// one.
            case missingTag(hadOneBefore: Bool)
            /// Neither a checksum nor a tag vouches for it, and it has not what telegrams have: a header of text, and a line
            /// that can be read.
            case implausible
            /// It is a frame of binary DLMS, and so was another one since the last telegram: the port is set to another
            /// profile. Other bytes of such a stream are skipped.
            case binaryDLMS(DLMSLink)
        }

        /// Where it begins in the stream, counted from its first byte.
        public let offset: Int
        /// How many bytes of the stream it has.
        public let count: Int
        /// Why it cannot be used.
        public let reason: Reason
        /// The telegram as it came, where all of it did: what is wrong is the checksum or the tag.
        public let frame: Frame?
    }

    /// Something about a telegram that is accepted all the same.
    public enum Remark: Sendable, Equatable {
        /// The tag of an encrypted telegram is not right by any key that is known, the checksum of its text is. Said once.
        case uncheckedTag
        /// The frame counter of an encrypted telegram did not rise: it is a repeated one, or the meter has got a new key.
        case oldCounter(UInt32, last: UInt32)
    }
}

extension TelegramReader.Rejection: CustomStringConvertible {
    /// What is wrong, as a clause.
    public var description: String {
        switch reason {
        case .wrongChecksum(let sent, let computed):
            let sent = sent.map { "checksum \(CRC16.text(of: $0))" } ?? "a damaged checksum"
            return "a telegram came with \(sent), its bytes give \(CRC16.text(of: computed))"
        case .missingChecksum: return "a telegram came without a checksum"
        case .unfinished: return "the last telegram was cut off after \(count) bytes"
        case .cutOff: return "a telegram was cut off by the next one after \(count) bytes"
        case .tooLong: return "no end line (!) within \(count) bytes"
        case .sealed(let envelope, let failure): return failure.description(of: envelope, count: count)
        case .wrongAuthenticationKey(let fitting?):
            let key = fitting == .common ? "the public one of Luxembourg" : "none"
            return "the authentication key is wrong: the tag of an encrypted telegram was made with \(key)"
        case .wrongAuthenticationKey(nil):
            return "the authentication key is wrong: an encrypted telegram is deciphered, but its tag is not right"
        case .wrongTag: return "an encrypted telegram came with a wrong tag"
        case .missingTag(hadOneBefore: true): return "an encrypted telegram came without a tag"
        case .missingTag(hadOneBefore: false):
            return "an encrypted telegram came without a tag, so the authentication key proves nothing"
        case .implausible:
            return "what came without a checksum is no telegram: it has no header of text, or no line that can be read"
        case .binaryDLMS(let link): return "the port sends binary DLMS (in \(link.rawValue) frames), not P1 telegrams"
        }
    }
}

extension TelegramReader.Remark: CustomStringConvertible {
    /// What there is to say, as a clause.
    public var description: String {
        switch self {
        case .uncheckedTag:
            "the authentication key is not known: the tag of an encrypted telegram is not right, the checksum of its text is"
        case .oldCounter(let counter, let last):
            "the frame counter of an encrypted telegram went from \(last) to \(counter)"
        }
    }
}

extension Envelope.Failure {
    /// What is wrong with the telegram of an envelope, of which `count` bytes came.
    fileprivate func description(of envelope: Envelope, count: Int) -> String {
        let meter = "system title \(envelope.systemTitleText)"
        return switch self {
        case .noKey: "the meter sends encrypted telegrams (\(meter)), and no decryption key is set"
        case .wrongKey: "the decryption key is wrong: the encrypted telegrams (\(meter)) give no text"
        case .damaged: "an encrypted telegram was damaged on the way: neither its tag nor its checksum is right"
        case .noTelegram: "an encrypted frame (\(meter)) holds no P1 telegram"
        case .incomplete: "an encrypted telegram was cut off after \(count) of \(envelope.length) bytes"
        }
    }
}
