import P1Parser
import Testing

@Suite("Head of an encrypted telegram")
struct EnvelopeTests {
    private static let text = Wire.checked("/TST5\n\n!")

    /// The envelope of the encrypted telegram that begins a stream; `nil` when none does.
    private func found(_ bytes: [UInt8], maximumLength: Int = 16384) -> Envelope? {
        for event in TelegramReader(maximumLength: maximumLength).events(in: bytes) {
            if case .sealed(let envelope, _)? = event.rejection?.reason { return envelope }
        }
        return nil
    }

    @Test("each form of length that is seen", arguments: [(0x82, 18), (0x00, 18), (0x81, 17), (0x01, 16)] as [(UInt8, Int)])
    func forms(_ form: UInt8, _ headLength: Int) throws {
        let bytes = ToyCipher().frame(EnvelopeTests.text, counter: 0x0102_0304, form: form)
        let envelope = try #require(found(Wire.bytes("noise\n") + bytes))
        #expect(envelope.systemTitle == 0x5453_5400_0000_002A)
        #expect(envelope.systemTitleText == "545354000000002A")
        #expect(envelope.counter == 0x0102_0304)
        #expect(envelope.securityByte == 0x30)
        #expect(envelope.offset == 7)
        #expect(envelope.headLength == headLength)
        #expect(envelope.length == bytes.count)
        #expect(envelope.tagLength == 12)
        #expect(envelope.nonce == [0x54, 0x53, 0x54, 0, 0, 0, 0, 0x2A, 1, 2, 3, 4])
    }

    @Test("is unclear until its last byte is there", arguments: [0x82, 0x81, 0x01] as [UInt8])
    func unclear(_ form: UInt8) {
        let bytes = ToyCipher().frame(EnvelopeTests.text, form: form)
        let headLength = form == 0x82 ? 18 : form == 0x81 ? 17 : 16
        var reader = TelegramReader()
        for index in 0..<headLength {
            #expect(reader.unfinishedEnvelope == nil, "\(index)")
            reader.feed([bytes[index]].span) { _ in Issue.record("an event") }
        }
        #expect(reader.unfinishedEnvelope == 0)
    }

    @Test("a frame without tag")
    func withoutTag() throws {
        let bytes = ToyCipher().frame(EnvelopeTests.text, security: 0x20)
        let envelope = try #require(found(bytes))
        #expect(envelope.tagLength == 0 && envelope.length == bytes.count)
    }

    @Test(
        "what cannot be one",
        arguments: [
            (0, 0xDA), (1, 0x07), (10, 0x80), (10, 0x83), (10, 0xFF), (13, 0x10), (13, 0x31), (13, 0x00),
        ] as [(Int, UInt8)])
    func impossible(_ place: Int, _ byte: UInt8) {
        var bytes = ToyCipher().frame(EnvelopeTests.text)
        bytes[place] = byte
        #expect(found(bytes) == nil)
    }

    @Test("a length that leaves no text, and one above the limit")
    func lengths() {
        var bytes = ToyCipher().frame(EnvelopeTests.text)
        bytes[12] = 17
        #expect(found(bytes) == nil)
        bytes[12] = 18
        #expect(found(bytes) != nil)
        #expect(found(bytes, maximumLength: 31) != nil)
        #expect(found(bytes, maximumLength: 30) == nil)
    }

    @Test("is written as it is read")
    func inverse() throws {
        let written = Envelope(systemTitle: 0x0123_4567_89AB_CDEF, counter: .max, textLength: 300)
        let bytes = written.head + [UInt8](repeating: 0, count: 312)
        let read = try #require(found(bytes))
        #expect(read == written)
        #expect(read.length == bytes.count)
    }
}
