import P1Parser
import Testing
@testable import P1MQTT

@Suite("Policy for encrypted telegrams") struct SealPolicyTests {
    private typealias Fault = TelegramCounts.Fault

    /// The faults that are told of these seals one after the other; `true` for one that is accepted.
    private func judge(_ authentications: [Authentication], hasKey: Bool = false) throws -> [(isAccepted: Bool, faults: [Fault])] {
        var policy = SealPolicy(hasAuthenticationKey: hasKey)
        return try authentications.enumerated().map { index, authentication in
            switch policy.judge(try seal(authentication, counter: UInt32(index))) {
            case .accept(let remarks): (true, remarks.map(\.fault))
            case .refuse(let remark): (false, [remark.fault])
            }
        }
    }

    private func seal(_ authentication: Authentication, counter: UInt32) throws -> Frame.Seal {
        let text = Array(SealedTelegrams.text.utf8)
        let envelope = Envelope(systemTitle: 42, counter: counter, textLength: text.count)
        var framer = Framer(cipher: StubCipher(authentication: authentication))
        var seal: Frame.Seal?
        framer.feed((envelope.head + text + [UInt8](repeating: 0, count: 12)).span) { if case .frame(let frame) = $0 { seal = frame.seal } }
        return try #require(seal)
    }

    /// Takes the ciphertext as the text.
    private struct StubCipher: FrameCipher {
        let authentication: Authentication

        func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
            OpenedText(bytes: (0..<ciphertext.count).map { ciphertext[$0] }, authentication: authentication)
        }
    }

    @Test("without a key of the meter's own: a right tag, a wrong one and none are taken, and told once (dsmr_parser 178, core 176058)")
    func lenient() throws {
        for authentication in [.valid(.common), .valid(.none), .absent] as [Authentication] {
            let verdicts = try judge([authentication, authentication])
            #expect(verdicts.allSatisfy { $0.isAccepted && $0.faults.isEmpty })
        }
        let verdicts = try judge([.invalid, .invalid, .invalid])
        #expect(verdicts.map(\.isAccepted) == [true, true, true])
        #expect(verdicts.map(\.faults) == [[.uncheckedTag], [], []])
    }

    @Test("once a tag was right it is expected") func expected() throws {
        let verdicts = try judge([.valid(.common), .invalid, .absent, .valid(.common)])
        #expect(verdicts.map(\.isAccepted) == [true, false, false, true])
        #expect(verdicts.map(\.faults) == [[], [.wrongTag], [.wrongTag], []])
    }

    @Test("with a key of the meter's own the tag must be made with it (dsmr_parser 185)") func strict() throws {
        let verdicts = try judge([.invalid, .valid(.common), .valid(.none), .absent, .valid(.own), .invalid], hasKey: true)
        #expect(verdicts.map(\.isAccepted) == [false, false, false, false, true, false])
        #expect(
            verdicts.map(\.faults) == [
                [.wrongAuthenticationKey], [.wrongAuthenticationKey], [.wrongAuthenticationKey], [.wrongTag], [], [.wrongTag],
            ])
    }

    @Test("a meter that never sends a tag, beside a key to check it with: the remedy is to leave that out") func tagless() throws {
        var policy = SealPolicy(hasAuthenticationKey: true, remedies: .options)
        guard case .refuse(let remark) = policy.judge(try seal(.absent, counter: 1)) else {
            Issue.record("accepted")
            return
        }
        #expect(remark.remedy.contains("leave --authentication-key-file out"))
        guard case .accept = policy.judge(try seal(.valid(.own), counter: 2)),
            case .refuse(let later) = policy.judge(try seal(.absent, counter: 3))
        else {
            Issue.record("a right tag was refused, or a missing one accepted")
            return
        }
        #expect(!later.remedy.contains("leave"))
    }

    @Test("a counter that does not rise is told and taken; another meter has its own") func counter() throws {
        var policy = SealPolicy(hasAuthenticationKey: false)
        let faults = try [5, 6, 6, 5, 7].map { (counter: UInt32) -> [Fault] in
            guard case .accept(let remarks) = policy.judge(try seal(.valid(.common), counter: counter)) else { return [] }
            return remarks.map(\.fault)
        }
        #expect(faults == [[], [], [.oldCounter], [.oldCounter], []])
    }

    @Test("noise is a wrong key; behind good telegrams only when it goes on") func wrongKey() throws {
        let envelope = Envelope(systemTitle: 42, counter: 1, textLength: 100)
        var policy = SealPolicy(hasAuthenticationKey: false)
        #expect(policy.judge(envelope, .wrongKey, count: 130).fault == .wrongKey)
        _ = policy.judge(try seal(.valid(.common), counter: 1))
        #expect(
            (0..<4).map { _ in policy.judge(envelope, .wrongKey, count: 130).fault } == [.damagedSeal, .damagedSeal, .wrongKey, .wrongKey])
        _ = policy.judge(try seal(.valid(.common), counter: 2))
        #expect(policy.judge(envelope, .wrongKey, count: 130).fault == .damagedSeal)
    }

    @Test("each failure has its words, with the setting or the option to change") func words() {
        let envelope = Envelope(systemTitle: 0x5341_4735_0001_3DEF, counter: 1, textLength: 100)
        var policy = SealPolicy(hasAuthenticationKey: false)
        let noKey = policy.judge(envelope, .noKey, count: 130)
        #expect(noKey.fault == .noKey)
        #expect(noKey.reason == "the meter sends encrypted telegrams (system title 5341473500013DEF), and no decryption key is set")
        #expect(noKey.remedy.contains("decryptionKeyFile"))
        #expect(policy.judge(envelope, .wrongKey, count: 130).remedy.contains("decryptionKeyFile"))
        #expect(policy.judge(envelope, .damaged, count: 130).fault == .damagedSeal)
        #expect(policy.judge(envelope, .noTelegram, count: 130).reason.contains("holds no P1 telegram"))
        #expect(policy.judge(envelope, .incomplete, count: 90).reason == "an encrypted telegram was cut off after 90 of 130 bytes")
        var command = SealPolicy(hasAuthenticationKey: false, remedies: .options)
        #expect(command.judge(envelope, .noKey, count: 130).remedy.contains("--decryption-key-file"))
    }
}
