import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Cipher of a meter") struct MeterCipherTests {
    private func events(_ bytes: [UInt8], _ cipher: MeterCipher?) -> [Framer.Event] {
        var framer = Framer(cipher: cipher)
        var events: [Framer.Event] = []
        framer.feed(bytes.span) { events.append($0) }
        framer.finish { events.append($0) }
        return events
    }

    private func frame(_ bytes: [UInt8], _ cipher: MeterCipher?) -> Frame? {
        if case .frame(let frame)? = events(bytes, cipher).first { frame } else { nil }
    }

    @Test(
        "opens what another implementation has sealed, and says by which key",
        arguments: [
            (SealedTelegrams.common, 1, .valid(.common)), (SealedTelegrams.own, 2, .invalid), (SealedTelegrams.noKey, 3, .valid(.none)),
            (SealedTelegrams.tagless, 4, .absent), (SealedTelegrams.zeroForm, 5, .valid(.common)),
        ] as [([UInt8], UInt32, Authentication)])
    func opens(_ sealed: [UInt8], _ counter: UInt32, _ authentication: Authentication) throws {
        let opened = frame(sealed, SealedTelegrams.cipher())
        let frame = try #require(opened)
        #expect(frame.bytes == Array(SealedTelegrams.text.utf8))
        #expect(frame.checksum == .valid(0xF568))
        #expect(frame.seal?.envelope.systemTitle == 0x5453_5400_0000_002A)
        #expect(frame.seal?.envelope.counter == counter)
        #expect(frame.seal?.authentication == authentication)
    }

    @Test("the short forms of a length", arguments: SealedTelegrams.shortForms) func shortForms(_ sealed: [UInt8]) {
        let frame = frame(sealed, SealedTelegrams.cipher())
        #expect(frame?.bytes == Array("/T5\r\n\r\n1-3:0.2.8(42)\r\n!86D8\r\n".utf8))
        #expect(frame?.seal?.authentication == .valid(.common))
    }

    @Test("a meter's own authentication key, and a wrong one beside a tag that fits another") func authenticationKeys() {
        let right = SealedTelegrams.cipher(authenticationKey: SealedTelegrams.authenticationKey)
        #expect(frame(SealedTelegrams.own, right)?.seal?.authentication == .valid(.own))
        #expect(frame(SealedTelegrams.common, right)?.seal?.authentication == .valid(.common))
        let wrong = SealedTelegrams.cipher(authenticationKey: SealedTelegrams.otherKey)
        #expect(frame(SealedTelegrams.own, wrong)?.seal?.authentication == .invalid)
    }

    @Test("another key gives no text") func wrongKey() throws {
        let discard = events(SealedTelegrams.common, SealedTelegrams.cipher(SealedTelegrams.otherKey)).first
        guard case .discarded(let discard)? = discard, case .sealed(_, let failure) = discard.reason else {
            Issue.record("\(String(describing: discard))")
            return
        }
        #expect(failure == .wrongKey)
    }

    @Test("each flipped bit is noticed, or changes nothing of the text") func flippedBits() {
        let cipher = SealedTelegrams.cipher()
        let text = Array(SealedTelegrams.text.utf8.dropLast(6))
        for bit in 0..<SealedTelegrams.common.count * 8 {
            var sealed = SealedTelegrams.common
            sealed[bit / 8] ^= 1 << (bit % 8)
            for case .frame(let frame) in events(sealed, cipher) where frame.checksum != .absent {
                #expect(frame.bytes.prefix(frame.contentEnd + 1).elementsEqual(text), "bit \(bit)")
                #expect(frame.seal?.authentication != .valid(.common), "bit \(bit)")
            }
        }
    }

    @Test("seals as it opens", arguments: [nil, SealedTelegrams.authenticationKey] as [MeterKey?]) func inverse(
        _ authenticationKey: MeterKey?
    )
        throws
    {
        let cipher = try #require(SealedTelegrams.cipher(authenticationKey: authenticationKey))
        let text = Array(SealedTelegrams.text.utf8)
        #expect(
            cipher.seal(text, systemTitle: 0x5453_5400_0000_002A, counter: authenticationKey == nil ? 1 : 2)
                == (authenticationKey == nil ? SealedTelegrams.common : SealedTelegrams.own))
    }

    @Test(
        "is made from 32 hexadecimal digits only",
        arguments: ["", "00", "000102030405060708090A0B0C0D0E0G", "+00102030405060708090A0B0C0D0E0F"])
    func badKeys(_ key: String) {
        #expect(MeterKey(key) == nil)
    }

    @Test("shows no key") func silent() throws {
        let cipher = try #require(SealedTelegrams.cipher(authenticationKey: SealedTelegrams.authenticationKey))
        var dumped = ""
        dump(cipher, to: &dumped)
        dump(Framer(cipher: cipher), to: &dumped)
        for text in ["\(cipher)", String(reflecting: cipher), String(reflecting: Framer(cipher: cipher)), dumped] {
            #expect(!text.uppercased().contains("0A0B0C") && !text.uppercased().contains("D0D1"), "\(text)")
            #expect(!text.contains("208, 209") && !text.contains("10, 11, 12"), "\(text)")
        }
    }
}
