import P1Parser

/// Decides on encrypted telegrams: which are used, and what is said of the others. Like the checksum, a tag that was
/// right once is expected from then on.
struct SealPolicy: Sendable {
    /// Something to tell.
    struct Remark: Equatable {
        var fault: TelegramCounts.Fault
        var reason: String
        var remedy: String
    }

    enum Verdict: Equatable {
        /// It is used, whatever there is to say.
        case accept([Remark])
        case refuse(Remark)
    }

    /// Noise in a row after which the key is called wrong, if it was right before.
    private static let patience = 3

    private let hasAuthenticationKey: Bool
    private let remedies: Remedies
    private var hasSeenTag = false
    private var hasToldOfTag = false
    private var hasOpened = false
    private var noiseInARow = 0
    private var last: (systemTitle: UInt64, counter: UInt32)?

    /// - Parameters:
    ///   - hasAuthenticationKey: whether the meter's own authentication key is known; then the tag must be made with it.
    ///   - remedies: what whoever reads the remarks calls the keys.
    init(hasAuthenticationKey: Bool, remedies: Remedies = .settings) {
        self.hasAuthenticationKey = hasAuthenticationKey
        self.remedies = remedies
    }

    /// What the keys are called: by the settings of a meter or the options of a command.
    struct Remedies: Sendable {
        var decryptionKey: String
        var authenticationKey: String

        static let settings = Remedies(decryptionKey: "decryptionKeyFile", authenticationKey: "authenticationKeyFile")
        static let options = Remedies(decryptionKey: "--decryption-key-file", authenticationKey: "--authentication-key-file")
    }

    /// A telegram that was opened.
    mutating func judge(_ seal: Frame.Seal) -> Verdict {
        hasOpened = true
        noiseInARow = 0
        let remarks = [counterRemark(seal.envelope)].compactMap(\.self)
        switch seal.authentication {
        case .valid(let key) where key == .own || !hasAuthenticationKey:
            hasSeenTag = true
            return .accept(remarks)
        case .valid(let key):
            let fitting = key == .common ? "the public one of Luxembourg" : "none"
            return .refuse(
                Remark(
                    fault: .wrongAuthenticationKey,
                    reason: "the authentication key is wrong: the tag of an encrypted telegram was made with \(fitting)",
                    remedy: "Leave \(remedies.authenticationKey) out."))
        case .invalid where hasAuthenticationKey && !hasSeenTag:
            return .refuse(
                Remark(
                    fault: .wrongAuthenticationKey,
                    reason: "the authentication key is wrong: an encrypted telegram is deciphered, but its tag is not right",
                    remedy: "Correct \(remedies.authenticationKey), or leave it out: the checksum of the text is checked all the same."))
        case .absent where hasAuthenticationKey && !hasSeenTag:
            return .refuse(
                Remark(
                    fault: .wrongTag, reason: "an encrypted telegram came without a tag, so the authentication key proves nothing",
                    remedy: "If the meter never sends one, leave \(remedies.authenticationKey) out: the checksum of the text is checked."))
        case .invalid where hasSeenTag, .absent where hasSeenTag:
            return .refuse(
                Remark(
                    fault: .wrongTag,
                    reason: "an encrypted telegram came \(seal.authentication == .absent ? "without a" : "with a wrong") tag",
                    remedy: "The telegram is dropped. If this happens often, check the cable and that nobody else reads the same port."))
        case .invalid where hasToldOfTag:
            return .accept(remarks)
        case .invalid:
            hasToldOfTag = true
            let remark = Remark(
                fault: .uncheckedTag,
                reason: "the authentication key is not known: the tag of an encrypted telegram is not right, the checksum of its text is",
                remedy: "Such telegrams are used. With \(remedies.authenticationKey) the tag is checked too.")
            return .accept(remarks + [remark])
        case .absent:
            return .accept(remarks)
        }
    }

    /// A telegram that could not be opened.
    mutating func judge(_ envelope: Envelope, _ failure: Envelope.Failure, count: Int) -> Remark {
        let meter = "system title \(envelope.systemTitleText)"
        switch failure {
        case .noKey:
            return Remark(
                fault: .noKey, reason: "the meter sends encrypted telegrams (\(meter)), and no decryption key is set",
                remedy: "Set \(remedies.decryptionKey) to a file with the 32 hexadecimal digits that your grid operator gives you.")
        case .wrongKey:
            noiseInARow += 1
            guard !hasOpened || noiseInARow >= Self.patience else { fallthrough }
            return Remark(
                fault: .wrongKey, reason: "the decryption key is wrong: the encrypted telegrams (\(meter)) give no text",
                remedy: "Check that the key in \(remedies.decryptionKey) is the present one of this meter.")
        case .damaged:
            return Remark(
                fault: .damagedSeal, reason: "an encrypted telegram was damaged on the way: neither its tag nor its checksum is right",
                remedy: "The telegram is dropped. If this happens often, check the cable and that nobody else reads the same port.")
        case .noTelegram:
            return Remark(
                fault: .damagedSeal, reason: "an encrypted frame (\(meter)) holds no P1 telegram",
                remedy: "It is dropped: meters that send DLMS in binary are not read.")
        case .incomplete:
            return Remark(
                fault: .cutOff, reason: "an encrypted telegram was cut off after \(count) of \(envelope.length) bytes",
                remedy: TelegramCounts.Fault.cutOff.remedy)
        }
    }

    /// A counter that does not rise is a replay, or the meter has a new key or started anew: told, never refused.
    private mutating func counterRemark(_ envelope: Envelope) -> Remark? {
        defer { last = (envelope.systemTitle, envelope.counter) }
        guard let last, last.systemTitle == envelope.systemTitle, envelope.counter <= last.counter else { return nil }
        return Remark(
            fault: .oldCounter, reason: "the frame counter of an encrypted telegram went from \(last.counter) to \(envelope.counter)",
            remedy: "The telegram is used. It is a repeated one, unless the meter has got a new key.")
    }
}

extension Frame.Seal {
    /// For `bridge/info`: what was found, without what changes from telegram to telegram.
    var evidence: String {
        let tag =
            switch authentication {
            case .valid(.own): "tag right with its authentication key"
            case .valid(.common): "tag right with the public authentication key of Luxembourg"
            case .valid(.none): "tag right without an authentication key"
            case .invalid: "tag not right, checksum of the text is"
            case .absent: "no tag, checksum of the text right"
            }
        return "AES-128-GCM, system title \(envelope.systemTitleText), \(tag)"
    }
}

extension Envelope {
    /// The same for a meter whose telegrams cannot be read.
    func evidence(_ failure: Failure) -> String {
        "encrypted, system title \(systemTitleText), \(failure == .noKey ? "no key is set" : "not deciphered")"
    }
}
