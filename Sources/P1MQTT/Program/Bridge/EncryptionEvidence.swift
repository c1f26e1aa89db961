import P1Parser

extension TelegramReader.Rejection {
    /// For `bridge/info`: what was found out about the encryption of a telegram that came whole and is not used for its
    /// keys; `nil` for one that is rejected for anything else. The source must not be blamed for it.
    var encryption: String? {
        switch reason {
        case .sealed(_, .incomplete): nil
        case .sealed(let envelope, let failure):
            "encrypted, system title \(envelope.systemTitleText), \(failure == .noKey ? "no key is set" : "not deciphered")"
        case .wrongAuthenticationKey, .wrongTag, .missingTag: frame?.seal?.evidence
        case .wrongChecksum, .missingChecksum, .unfinished, .cutOff, .tooLong, .implausible, .binaryDLMS: nil
        }
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
