import P1Parser
import Testing
@testable import P1MQTT

@Suite("Remedies for telegrams that are rejected") struct RejectionRemedyTests {
    private static let text = Array(SealedTelegrams.text.utf8)

    /// What is rejected of some bytes.
    private func rejections(_ bytes: [UInt8], _ cipher: (any FrameCipher)? = nil) -> [TelegramReader.Rejection] {
        var reader = TelegramReader(cipher: cipher)
        var rejections: [TelegramReader.Rejection] = []
        let keep: (TelegramReader.Event) -> Void = { if case .rejected(let rejection) = $0 { rejections.append(rejection) } }
        reader.feed(bytes.span, keep)
        reader.finish(keep)
        return rejections
    }

    @Test("keys are called by the setting or by the option") func names() throws {
        let noKey = try #require(rejections(SealedTelegrams.common).first)
        #expect(noKey.fault == .noKey)
        #expect(noKey.remedy() == "Set decryptionKeyFile to a file with the 32 hexadecimal digits that your grid operator gives you.")
        #expect(noKey.remedy(.options).hasPrefix("Set --decryption-key-file to a file"))
        #expect(noKey.advice(.options) == "\(noKey). \(noKey.remedy(.options))")
        let wrongKey = try #require(rejections(SealedTelegrams.common, SealedTelegrams.cipher(SealedTelegrams.otherKey)).first)
        #expect(wrongKey.fault == .wrongKey)
        #expect(wrongKey.remedy().contains("decryptionKeyFile"))
        let own = SealedTelegrams.cipher(authenticationKey: SealedTelegrams.authenticationKey)
        for (bytes, fault) in [
            (SealedTelegrams.common, .wrongAuthenticationKey), (SealedTelegrams.noKey, .wrongAuthenticationKey),
            (SealedTelegrams.tagless, .wrongTag),
        ] as [([UInt8], TelegramCounts.Fault)] {
            let rejection = try #require(rejections(bytes, own).first)
            #expect(rejection.fault == fault)
            #expect(rejection.remedy().contains("eave authenticationKeyFile out"))
            #expect(rejection.remedy(.options).contains("eave --authentication-key-file out"))
        }
        let other = SealedTelegrams.cipher(authenticationKey: SealedTelegrams.otherKey)
        #expect(
            try #require(rejections(SealedTelegrams.own, other).first).remedy().hasPrefix("Correct authenticationKeyFile, or leave it out"))
    }

    @Test("a meter that has sent right tags is not advised to leave the key out") func laterTag() throws {
        let own = SealedTelegrams.cipher(authenticationKey: SealedTelegrams.authenticationKey)
        let rejection = try #require(rejections(SealedTelegrams.own + SealedTelegrams.tagless, own).last)
        #expect(rejection.reason == .missingTag(hadOneBefore: true) && rejection.fault == .wrongTag)
        #expect(!rejection.remedy().contains("authenticationKeyFile"))
    }

    @Test("those for damage do not speak of keys") func damage() throws {
        var damaged = Self.text
        damaged[30] ^= 1
        let found = rejections(Self.text + damaged + Self.text.prefix(60) + Self.text + Self.text.prefix(60))
        #expect(found.map(\.fault) == [.wrongChecksum, .cutOff, .cutOff])
        #expect(found.allSatisfy { $0.remedy().hasPrefix("The telegram is dropped. If this happens often, check the cable") })
        #expect(found.map { $0.advice(.settings) } == found.map(\.description))
    }

    @Test("what is known of the encryption does not change from telegram to telegram") func encryption() {
        #expect(
            rejections(SealedTelegrams.common).map(\.encryption) == ["encrypted, system title 545354000000002A, no key is set"])
        let wrongKey = rejections(SealedTelegrams.common, SealedTelegrams.cipher(SealedTelegrams.otherKey))
        #expect(wrongKey.map(\.encryption) == ["encrypted, system title 545354000000002A, not deciphered"])
        #expect(rejections(Array(SealedTelegrams.common.dropLast(30)), SealedTelegrams.cipher()).map(\.encryption) == [nil])
    }
}
