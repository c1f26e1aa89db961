import P1Parser

/// What the keys of a meter are called where the user sets them.
struct KeyNames: Sendable {
    var decryptionKey: String
    var authenticationKey: String

    /// The settings of a meter.
    static let settings = KeyNames(decryptionKey: "decryptionKeyFile", authenticationKey: "authenticationKeyFile")
    /// The options of a command.
    static let options = KeyNames(decryptionKey: "--decryption-key-file", authenticationKey: "--authentication-key-file")
}

extension TelegramReader.Rejection {
    /// What it is counted as.
    var fault: TelegramCounts.Fault {
        switch reason {
        case .wrongChecksum: .wrongChecksum
        case .missingChecksum: .missingChecksum
        case .unfinished, .cutOff: .cutOff
        case .tooLong: .tooLong
        case .sealed(_, .noKey): .noKey
        case .sealed(_, .wrongKey): .wrongKey
        case .sealed(_, .damaged), .sealed(_, .noTelegram): .damagedSeal
        case .sealed(_, .incomplete): .cutOff
        case .wrongAuthenticationKey: .wrongAuthenticationKey
        case .wrongTag, .missingTag: .wrongTag
        case .implausible: .implausible
        case .binaryDLMS: .binaryDLMS
        }
    }

    /// What a person can do about it.
    func remedy(_ names: KeyNames = .settings) -> String {
        switch reason {
        case .sealed(_, .noKey):
            "Set \(names.decryptionKey) to a file with the 32 hexadecimal digits that your grid operator gives you."
        case .sealed(_, .wrongKey):
            "Check that the key in \(names.decryptionKey) is the present one of this meter."
        case .sealed(_, .noTelegram):
            "It is dropped. \(TelegramCounts.Fault.binaryDLMS.remedy)"
        case .wrongAuthenticationKey(.some):
            "Leave \(names.authenticationKey) out."
        case .wrongAuthenticationKey(nil):
            "Correct \(names.authenticationKey), or leave it out: the checksum of the text is checked all the same."
        case .missingTag(hadOneBefore: false):
            "If the meter never sends one, leave \(names.authenticationKey) out: the checksum of the text is checked."
        case .wrongChecksum, .missingChecksum, .unfinished, .cutOff, .tooLong, .wrongTag, .missingTag, .sealed, .implausible,
            .binaryDLMS:
            fault.remedy
        }
    }
}

extension TelegramReader.Rejection {
    /// What is wrong, and where keys or the profile of the port are the matter what to do about it.
    func advice(_ names: KeyNames) -> String {
        switch reason {
        case .wrongChecksum, .missingChecksum, .unfinished, .cutOff, .tooLong, .implausible: description
        case .sealed, .wrongAuthenticationKey, .wrongTag, .missingTag, .binaryDLMS: "\(description). \(remedy(names))"
        }
    }
}

extension TelegramReader.Rejection {
    /// Whether it is binary DLMS, of which a command that looks once speaks once.
    var isBinaryDLMS: Bool { if case .binaryDLMS = reason { true } else { false } }
}

extension TelegramReader.Remark {
    /// What there is to say, and what to do about it.
    func advice(_ names: KeyNames) -> String { "\(description). \(remedy(names))" }

    /// What it is counted as.
    var fault: TelegramCounts.Fault {
        switch self {
        case .uncheckedTag: .uncheckedTag
        case .oldCounter: .oldCounter
        }
    }

    /// What a person can do about it.
    func remedy(_ names: KeyNames = .settings) -> String {
        switch self {
        case .uncheckedTag: "Such telegrams are used. With \(names.authenticationKey) the tag is checked too."
        case .oldCounter: "The telegram is used. It is a repeated one, unless the meter has got a new key."
        }
    }
}
