import P1Parser
import TestSupport
import Testing

@Suite("Framer on encrypted telegrams")
struct EncryptedFramerTests {
    private let cipher = ToyCipher()
    private let text = Fixture.dsmr50.bytes

    private func events(_ bytes: [UInt8], portions: [Int] = [.max], cipher: ToyCipher? = ToyCipher()) -> [Framer.Event] {
        Framer.events(in: bytes, portions: portions, cipher: cipher)
    }

    /// The failures of encrypted telegrams among some events.
    private func failures(_ events: [Framer.Event]) -> [Envelope.Failure] {
        events.compactMap { if case .sealed(_, let failure)? = $0.discard?.reason { failure } else { nil } }
    }

    @Test("the text, with what was found, in any portions", arguments: [1, 7, 18, 4096])
    func opens(_ portion: Int) throws {
        let sealed = cipher.frame(text, counter: 9)
        let found = events(sealed + sealed, portions: [portion])
        #expect(found.count == 2)
        let frame = try #require(found.last?.frame)
        #expect(frame.bytes == text)
        #expect(frame.checksum.isValid)
        #expect(frame.offset == sealed.count + 18)
        #expect(frame.seal?.envelope.counter == 9)
        #expect(frame.seal?.envelope.offset == sealed.count)
        #expect(frame.seal?.authentication == .valid(.common))
    }

    @Test("a meter that changes between clear and encrypted loses nothing", arguments: [1, 13, 4096])
    func changes(_ portion: Int) {
        let found = events(text + cipher.frame(text) + text + text + cipher.frame(text) + cipher.frame(text) + text, portions: [portion])
        #expect(found.compactMap(\.frame).map { $0.seal != nil } == [false, true, false, false, true, true, false])
        #expect(found.allSatisfy { $0.frame?.bytes == text })
    }

    @Test("a telegram in clear ends where an encrypted one begins")
    func cutsOff() {
        let whole = events(Array(text.dropLast(2)) + cipher.frame(text))
        #expect(whole.compactMap(\.frame).map(\.bytes) == [Array(text.dropLast(2)), text])
        let half = events(Array(text.prefix(300)) + cipher.frame(text), portions: [5])
        #expect(half.first?.discard == Discarded(offset: 0, count: 300, reason: .cutOff))
        #expect(half.dropFirst().compactMap(\.frame).map(\.bytes) == [text])
    }

    @Test("without tag, and with a wrong one, the checksum of the text decides")
    func tags() {
        let tagless = events(cipher.frame(text, security: 0x20))
        #expect(tagless.compactMap(\.frame).map(\.seal?.authentication) == [.absent])
        var wrong = cipher.frame(text)
        wrong[wrong.count - 1] ^= 1
        #expect(events(wrong).compactMap(\.frame).map(\.seal?.authentication) == [.invalid])
        let unchecked = Fixture.dsmr22.bytes
        #expect(events(cipher.frame(unchecked)).compactMap(\.frame).map(\.seal?.authentication) == [.valid(.common)])
        #expect(failures(events(cipher.frame(unchecked, security: 0x20))) == [.damaged])
    }

    @Test("a right tag with a wrong checksum inside is a frame with a wrong checksum")
    func innerChecksum() throws {
        var damaged = text
        damaged[200] ^= 4
        let frame = try #require(events(cipher.frame(damaged)).first?.frame)
        #expect(!frame.checksum.isValid)
        #expect(frame.seal?.authentication == .valid(.common))
    }

    @Test("what was sealed rightly and is no telegram")
    func noTelegram() {
        #expect(failures(events(cipher.frame(Wire.bytes("no telegram at all\n")))) == [.noTelegram])
    }

    @Test("without a key, and with another one: one event for each frame, and telegrams in clear are read", arguments: [1, 64, 4096])
    func keys(_ portion: Int) {
        let stream = (0..<20).flatMap { cipher.frame(text, counter: $0) } + text
        for (other, failure) in [(nil, .noKey), (ToyCipher(key: 2), .wrongKey)] as [(ToyCipher?, Envelope.Failure)] {
            let found = events(stream, portions: [portion], cipher: other)
            #expect(failures(found) == Array(repeating: failure, count: 20))
            #expect(found.compactMap(\.frame).map(\.bytes) == [text])
        }
    }

    @Test("without a key each whole frame is one event, of all its bytes, whatever its last byte is")
    func lastByte() {
        var sealed = cipher.frame(text)
        sealed[sealed.count - 1] = 0xDB
        let found = events(sealed + sealed, portions: [7], cipher: nil)
        #expect(found.compactMap(\.discard).map(\.count) == [sealed.count, sealed.count])
    }

    @Test("a frame that is cut off costs that frame only", arguments: [0, 1, 17, 18, 200, 500])
    func cut(_ length: Int) {
        let sealed = cipher.frame(text)
        let stream =
            Array(sealed.prefix(length)) + cipher.frame(text, counter: 2) + cipher.frame(text, counter: 3)
        #expect(events(stream, portions: [11]).compactMap(\.frame).map(\.seal?.envelope.counter) == [2, 3])
        // Of this one the text is whole and its checksum right; only the tag lacks a byte.
        let whole = events(Array(sealed.dropLast()) + cipher.frame(text, counter: 2)).compactMap(\.frame)
        #expect(whole.map(\.seal?.authentication) == [.invalid, .valid(.common)])
        let found = failures(events(Array(sealed.prefix(500)) + cipher.frame(text, counter: 2)))
        #expect(found == [.incomplete])
    }

    @Test("a length that is too large or too small costs that frame only", arguments: [0x80, 0x04, 0x01, 0x02] as [UInt8])
    func wrongLength(_ bit: UInt8) {
        var sealed = cipher.frame(text)
        sealed[11] ^= bit & 7
        sealed[12] ^= bit & 0x80
        let stream = sealed + cipher.frame(text, counter: 2) + cipher.frame(text, counter: 3) + cipher.frame(text, counter: 4)
        let counters = events(stream).compactMap(\.frame).compactMap(\.seal?.envelope.counter)
        #expect(counters.suffix(2) == [3, 4])
        #expect(counters.contains(2))
    }

    @Test("a frame whose rest does not come can be given up; what it swallowed is found")
    func abandon() {
        var sealed = cipher.frame(text)
        sealed[11] = 0x3F  // 16 kB are claimed
        var framer = Framer(cipher: cipher)
        var found: [Framer.Event] = []
        framer.feed((sealed + cipher.frame(text, counter: 2) + text).span) { found.append($0) }
        #expect(found.isEmpty)
        #expect(framer.unfinishedEnvelope == 0)
        framer.abandonEnvelope { found.append($0) }
        #expect(framer.unfinishedEnvelope == nil)
        #expect(failures(found) == [.incomplete])
        #expect(found.compactMap(\.frame).map(\.bytes) == [text, text])
        framer.abandonEnvelope { found.append($0) }
        #expect(found.count == 3)
    }

    @Test("the end of the stream ends a frame, and the start of one")
    func finish() {
        let sealed = cipher.frame(text)
        #expect(failures(events(Array(sealed.dropLast()))) == [.incomplete])
        #expect(events([0xDB, 0x08, 0x41]).map(\.discard) == [Discarded(offset: 0, count: 3, reason: .noise)])
    }

    @Test("joined in the middle of a frame, the next one is read", arguments: 0..<60)
    func joined(_ counter: UInt32) {
        let stream = Array(cipher.frame(text, counter: counter).dropFirst(20)) + cipher.frame(text, counter: 100)
        #expect(events(stream).compactMap(\.frame).map(\.seal?.envelope.counter) == [100])
    }

    @Test("one flipped bit publishes nothing wrong, and costs no other frame")
    func flippedBit() {
        let text = Wire.checked("/TST5\n\n1-0:1.8.1(000123.456*kWh)\n!")
        let original = cipher.frame(text, counter: 5)
        for bit in 0..<original.count * 8 {
            var sealed = original
            sealed[bit / 8] ^= 1 << (bit % 8)
            let found = events(sealed + cipher.frame(text, counter: 6)).compactMap(\.frame)
            #expect(found.last?.seal?.envelope.counter == 6, "bit \(bit)")
            for frame in found where frame.checksum.isValid && !frame.bytes.starts(with: text.dropLast(2)) { Issue.record("bit \(bit)") }
        }
    }

    @Test("every byte of any stream is in one event, whatever the portions", arguments: 0..<40)
    func division(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var stream: [UInt8] = []
        for counter in 0..<12 {
            var piece = Bool.random(using: &random) ? text : cipher.frame(text, counter: UInt32(counter))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: piece.removeLast(Int.random(in: 0..<piece.count, using: &random))
            case 1: piece[Int.random(in: 0..<18, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 2: piece.insert(contentsOf: [0xDB, 0x08], at: Int.random(in: 0..<piece.count, using: &random))
            default: break
            }
            stream += piece
        }
        let whole = events(stream)
        for _ in 0..<4 {
            let portions = (0..<50).map { _ in Int.random(in: 1...90, using: &random) }
            #expect(events(stream, portions: portions) == whole)
        }
        #expect(events(stream, portions: [1]) == whole)
        var next = 0
        for event in whole {
            let frame = event.frame.map { ($0.seal?.envelope.offset ?? $0.offset, $0.seal?.length ?? $0.bytes.count) }
            let (offset, count) = frame ?? event.discard.map { ($0.offset, $0.count) } ?? (0, 0)
            #expect(offset == next)
            next = offset + count
        }
        #expect(next == stream.count)
    }
}
