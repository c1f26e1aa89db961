import P1Parser
import Testing

@Suite("Telegram reader on encrypted telegrams")
struct SealedReaderTests {
    private static let text = Fixture.luxembourg.bytes

    /// A text is enciphered by its highest bits, and the first byte of a tag says what there is to say of it.
    private struct StubCipher: FrameCipher {
        var hasAuthenticationKey = false

        func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
            let verdicts: [Authentication] = [.invalid, .valid(.common), .valid(.none), .valid(.own)]
            guard envelope.systemTitle != 0 else { return nil }
            return OpenedText(
                bytes: (0..<ciphertext.count).map { ciphertext[$0] ^ 0x80 },
                authentication: tag.count == 0 ? .absent : verdicts[Int(tag[0])])
        }
    }

    /// A frame that the stub opens, unless the system title is 0.
    private static func frame(
        _ authentication: Authentication, counter: UInt32, systemTitle: UInt64 = 42, text: [UInt8] = text
    ) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: 12)
        switch authentication {
        case .absent: tag = []
        case .invalid: break
        case .valid(.common): tag[0] = 1
        case .valid(.none): tag[0] = 2
        case .valid(.own): tag[0] = 3
        }
        let title = (0..<8).map { UInt8(truncatingIfNeeded: systemTitle >> (56 - 8 * $0)) }
        let length = 5 + text.count + tag.count
        let security: UInt8 = tag.isEmpty ? 0x20 : 0x30
        var frame = [0xDB, 0x08] + title + [0x82, UInt8(length >> 8), UInt8(length & 0xFF), security]
        for shift: UInt32 in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: counter >> shift)) }
        return frame + text.map { $0 ^ 0x80 } + tag
    }

    private func events(_ frames: [[UInt8]], hasKey: Bool = false) -> [TelegramReader.Event] {
        TelegramReader.events(in: frames.flatMap(\.self), cipher: StubCipher(hasAuthenticationKey: hasKey))
    }

    /// What becomes of telegrams with these tags, one after the other.
    private func events(_ tags: [Authentication], hasKey: Bool = false) -> [TelegramReader.Event] {
        events(tags.enumerated().map { Self.frame($1, counter: UInt32($0)) }, hasKey: hasKey)
    }

    @Test("without a key of the meter's own: a right tag, a wrong one and none are accepted, remarked once (dsmr_parser 178, core 176058)")
    func lenient() {
        for tag in [.valid(.common), .valid(.none), .absent] as [Authentication] {
            #expect(events([tag, tag]).map(\.isAccepted) == [true, true])
        }
        let wrong = events([.invalid, .invalid, .invalid])
        #expect(wrong.map(\.isAccepted) == [false, true, true, true])
        #expect(wrong.first?.remark == .uncheckedTag)
    }

    @Test("once a tag was right it is expected")
    func expected() {
        let events = events([.valid(.common), .invalid, .absent, .valid(.common)])
        #expect(events.map(\.isAccepted) == [true, false, false, true])
        #expect(events.compactMap(\.rejection).map(\.reason) == [.wrongTag, .missingTag(hadOneBefore: true)])
        #expect(
            events.compactMap(\.rejection).map(\.description)
                == ["an encrypted telegram came with a wrong tag", "an encrypted telegram came without a tag"])
    }

    @Test("with a key of the meter's own the tag must be made with it (dsmr_parser 185)")
    func strict() {
        let events = events([.invalid, .valid(.common), .valid(.none), .absent, .valid(.own), .invalid], hasKey: true)
        #expect(events.map(\.isAccepted) == [false, false, false, false, true, false])
        #expect(
            events.compactMap(\.rejection).map(\.reason) == [
                .wrongAuthenticationKey(fitting: nil), .wrongAuthenticationKey(fitting: .common),
                .wrongAuthenticationKey(fitting: AuthenticationKey.none),
                .missingTag(hadOneBefore: false), .wrongTag,
            ])
        #expect(events.compactMap(\.rejection).allSatisfy { $0.frame?.bytes == Self.text })
    }

    @Test("a counter that does not rise is remarked and accepted; another meter has its own")
    func counter() {
        let counters: [UInt32] = [5, 6, 6, 5, 7]
        let events = events(
            counters.map { Self.frame(.valid(.common), counter: $0) } + [Self.frame(.valid(.common), counter: 1, systemTitle: 43)])
        #expect(events.compactMap(\.remark) == [.oldCounter(6, last: 6), .oldCounter(5, last: 6)])
        #expect(events.map { $0.telegram?.frame.seal?.envelope.counter } == [5, 6, nil, 6, nil, 5, 7, 1])
        #expect(events.compactMap(\.remark).last?.description == "the frame counter of an encrypted telegram went from 6 to 5")
    }

    @Test("what cannot be deciphered is a wrong key; behind good telegrams only when it goes on")
    func wrongKey() {
        let good = Self.frame(.valid(.common), counter: 1)
        let other = Self.frame(.valid(.common), counter: 1, systemTitle: 0)
        let rejections = events([other, good] + [other, other, other, other, good, other]).compactMap(\.rejection)
        let failures = rejections.map { if case .sealed(_, let failure) = $0.reason { failure } else { Envelope.Failure.noKey } }
        #expect(failures == [.wrongKey, .damaged, .damaged, .wrongKey, .wrongKey, .damaged])
    }

    @Test("a wrong checksum behind a right tag: rejected, with the place of the envelope")
    func innerChecksum() throws {
        var damaged = Self.text
        damaged[100] ^= 1
        let frame = Self.frame(.valid(.common), counter: 1, text: damaged)
        let rejection = try #require(events([Self.text, frame]).last?.rejection)
        guard case .wrongChecksum = rejection.reason else {
            Issue.record("\(rejection)")
            return
        }
        #expect(rejection.offset == Self.text.count && rejection.count == frame.count)
    }

    @Test("one that is not read: its envelope and why, in words")
    func failures() throws {
        let frame = Self.frame(.valid(.common), counter: 1, systemTitle: 0x5341_4735_0001_3DEF)
        let noKey = try #require(TelegramReader.events(in: frame).first?.rejection)
        guard case .sealed(let envelope, .noKey) = noKey.reason else {
            Issue.record("\(noKey)")
            return
        }
        #expect(envelope.systemTitleText == "5341473500013DEF" && noKey.count == frame.count && noKey.frame == nil)
        #expect("\(noKey)" == "the meter sends encrypted telegrams (system title 5341473500013DEF), and no decryption key is set")
        let cut = events([Array(frame.prefix(90))]).first?.rejection?.description
        #expect(cut == "an encrypted telegram was cut off after 90 of \(frame.count) bytes")
        let empty = events([Self.frame(.valid(.common), counter: 1, text: Wire.bytes("no telegram\n"))]).first?.rejection?.description
        #expect(empty == "an encrypted frame (system title 000000000000002A) holds no P1 telegram")
    }

    @Test("one whose rest does not come can be given up")
    func abandon() {
        let frame = Self.frame(.valid(.common), counter: 1)
        var reader = TelegramReader(cipher: StubCipher())
        var events: [TelegramReader.Event] = []
        let begun = Self.text + Array(frame.prefix(100))
        reader.feed(begun.span) { events.append($0) }
        #expect(reader.unfinishedEnvelope == Self.text.count && events.map(\.isAccepted) == [true])
        reader.abandonEnvelope { events.append($0) }
        #expect(reader.unfinishedEnvelope == nil)
        guard case .sealed(_, .incomplete)? = events.last?.rejection?.reason else {
            Issue.record("\(events)")
            return
        }
    }
}
