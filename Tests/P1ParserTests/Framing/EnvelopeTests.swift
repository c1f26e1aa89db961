import Testing

@testable import P1Parser

@Suite("Head of an encrypted telegram")
struct EnvelopeTests {
    private static let text = Wire.checked("/TST5\n\n!")

    private func find(_ bytes: [UInt8], limit: Int? = nil, maximumLength: Int = 16384) -> Envelope.Finding {
        Envelope.find(in: bytes.span, at: 0, limit: limit ?? bytes.count, start: 100, maximumLength: maximumLength)
    }

    @Test("each form of length that is seen", arguments: [(0x82, 18), (0x00, 18), (0x81, 17), (0x01, 16)] as [(UInt8, Int)])
    func forms(_ form: UInt8, _ headLength: Int) throws {
        let bytes = ToyCipher().frame(EnvelopeTests.text, counter: 0x0102_0304, form: form)
        guard case .found(let envelope) = find(bytes) else { throw Missing() }
        #expect(envelope.systemTitle == 0x5453_5400_0000_002A)
        #expect(envelope.systemTitleText == "545354000000002A")
        #expect(envelope.counter == 0x0102_0304)
        #expect(envelope.securityByte == 0x30)
        #expect(envelope.offset == 100)
        #expect(envelope.headLength == headLength)
        #expect(envelope.length == bytes.count)
        #expect(envelope.tagLength == 12)
        #expect(envelope.nonce == [0x54, 0x53, 0x54, 0, 0, 0, 0, 0x2A, 1, 2, 3, 4])
    }

    @Test("is unclear until its last byte is there", arguments: [0x82, 0x81, 0x01] as [UInt8])
    func unclear(_ form: UInt8) {
        let bytes = ToyCipher().frame(EnvelopeTests.text, form: form)
        let headLength = form == 0x82 ? 18 : form == 0x81 ? 17 : 16
        for limit in 1..<headLength { #expect(find(bytes, limit: limit) == .unclear, "\(limit)") }
        #expect(find(bytes, limit: headLength) != .unclear)
    }

    @Test("a frame without tag")
    func withoutTag() throws {
        let bytes = ToyCipher().frame(EnvelopeTests.text, security: 0x20)
        guard case .found(let envelope) = find(bytes) else { throw Missing() }
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
        #expect(find(bytes) == .none)
    }

    @Test("a length that leaves no text, and one above the limit")
    func lengths() {
        var bytes = ToyCipher().frame(EnvelopeTests.text)
        bytes[12] = 17
        #expect(find(bytes) == .none)
        bytes[12] = 18
        #expect(find(bytes) != .none)
        #expect(find(bytes, maximumLength: 31) != .none)
        #expect(find(bytes, maximumLength: 30) == .none)
    }

    @Test("is written as it is read")
    func inverse() throws {
        let written = Envelope(systemTitle: 0x0123_4567_89AB_CDEF, counter: .max, textLength: 300)
        let bytes = written.head + [UInt8](repeating: 0, count: 312)
        guard case .found(let read) = Envelope.find(in: bytes.span, at: 0, limit: bytes.count, start: 0, maximumLength: 16384)
        else { throw Missing() }
        #expect(read == written)
        #expect(read.length == bytes.count)
    }

    private struct Missing: Error {}
}
