import P1Parser
import TestSupport
import Testing

@Suite("Binary DLMS in place of telegrams")
struct BinaryDLMSTests {
    private typealias Reason = TelegramReader.Rejection.Reason

    private static let streams: [(DLMSLink, [UInt8])] = [
        (.hdlc, (0..<4).flatMap { _ in BinaryFrames.hdlc(BinaryFrames.notification) }),
        (.hdlc, (0..<4).flatMap { BinaryFrames.hdlc(BinaryFrames.sealed(UInt32($0)), destination: [0x00, 0x02, 0xFE, 0xFF]) }),
        (.hdlc, (0..<4).flatMap { BinaryFrames.hdlc(BinaryFrames.sealed(UInt32($0)), destination: [0x03], isSegment: $0 % 2 == 0) }),
        (.mbus, (0..<4).flatMap { _ in BinaryFrames.mbus(BinaryFrames.notification) }),
        (.mbus, (0..<4).flatMap { BinaryFrames.mbus(BinaryFrames.sealed(UInt32($0))) }),
    ]

    private func reasons(_ events: [TelegramReader.Event]) -> [Reason] { events.compactMap { $0.rejection?.reason } }

    @Test("is named from the second frame on, in any portions, with and without a key", arguments: streams.indices)
    func named(_ index: Int) {
        let (link, stream) = Self.streams[index]
        for cipher in [nil, ToyCipher(), ToyCipher(key: 2)] as [ToyCipher?] {
            let whole = TelegramReader.events(in: stream, cipher: cipher)
            #expect(whole.count >= 4 && whole.first?.rejection == nil)
            #expect(reasons(whole).count == whole.count - 1 && reasons(whole).allSatisfy { $0 == .binaryDLMS(link) })
            #expect(whole.last?.rejection.map { "\($0)" } == "the port sends binary DLMS (in \(link.rawValue) frames), not P1 telegrams")
            for size in [1, 7, 100] { #expect(TelegramReader.events(in: stream, portions: [size], cipher: cipher) == whole) }
            var next = 0
            for event in whole {
                #expect(event.streamRange.lowerBound == next)
                next = event.streamRange.upperBound
            }
            #expect(next == stream.count)
        }
    }

    @Test("is named from wherever the listening begins, also within a byte that is a /", arguments: streams.indices)
    func fromTheMiddle(_ index: Int) {
        let (link, stream) = Self.streams[index]
        for start in 0..<stream.count / 2 {
            // From within the head of a frame an envelope is all that can be seen.
            let head = stream[start..<start + 16]
            let isWhole = head[start] == 0x7E || (head[start] == 0x68 && head[start + 3] == 0x68)
            if !isWhole, zip(head, head.dropFirst()).contains(where: { $0 == 0xDB && $1 == 0x08 }) { continue }
            let found = Set(reasons(TelegramReader.events(in: Array(stream[start...]))).map { "\($0)" })
            #expect(found.contains("\(Reason.binaryDLMS(link))"))
            #expect(found.count == 1, "\(start): \(found)")
        }
        let message: [UInt8] = [0x0F, 0x90, UInt8(ascii: "/")] + Array(repeating: 0x90, count: 240)
        let cut = BinaryFrames.mbus(message).dropFirst(9) + (0..<3).flatMap { _ in BinaryFrames.mbus(message) }
        #expect(reasons(TelegramReader.events(in: Array(cut))) == [.binaryDLMS(.mbus), .binaryDLMS(.mbus)])
    }

    @Test("a telegram ends it, and it is named again behind it")
    func changes() {
        let telegram = Fixture.dsmr50.bytes
        let frame = BinaryFrames.hdlc(BinaryFrames.notification)
        let events = TelegramReader.events(in: frame + telegram + frame + frame + telegram + telegram)
        #expect(events.map(\.isAccepted) == [false, true, false, false, true, true])
        #expect(reasons(events) == [.binaryDLMS(.hdlc)])
        let sealed = ToyCipher().frame(telegram)
        let encrypted = TelegramReader.events(in: frame + sealed + frame + frame + sealed, cipher: ToyCipher())
        #expect(encrypted.compactMap(\.telegram).count == 2)
    }

    @Test("what is damaged in such a stream is skipped, and no reason to speak of cables or keys")
    func damaged() {
        let frames = BinaryFrames.mbus(BinaryFrames.sealed(1))
        var damaged = BinaryFrames.mbus(BinaryFrames.sealed(2))
        damaged[60] ^= 1
        let events = TelegramReader.events(in: frames + damaged + Wire.bytes("/TST5\n\n!12G4\n/") + frames)
        #expect(reasons(events).allSatisfy { $0 == .binaryDLMS(.mbus) } && reasons(events).count >= 2)
    }

    @Test("frames with a wrong check are none, and one alone is noise")
    func wrongCheck() {
        for frame in [BinaryFrames.hdlc(BinaryFrames.notification), BinaryFrames.mbus(BinaryFrames.notification)] {
            for bit in 0..<frame.count * 8 {
                var wrong = frame
                wrong[bit / 8] ^= 1 << UInt8(bit % 8)
                let found = reasons(TelegramReader.events(in: wrong + wrong + wrong))
                #expect(!found.contains { if case .binaryDLMS = $0 { true } else { false } }, "\(bit)")
            }
        }
        let frame = BinaryFrames.hdlc(BinaryFrames.notification)
        #expect(TelegramReader.events(in: frame) == [.skipped(offset: 0, count: frame.count)])
    }

    @Test("noise is never taken for it, and costs no telegram behind it", arguments: 0..<8 as Range<UInt64>)
    func noise(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let heads: [[UInt8]] = [
            [0x7E, 0xA0, 0x40], [0x7E, 0xA7, 0xFF, 3, 3, 0x13], [0x68, 0x20, 0x20, 0x68, 0x53, 0xFF, 0], [0x68, 0x68],
        ]
        for _ in 0..<200 {
            var noise = (0..<Int.random(in: 1..<2000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            noise += heads.randomElement(using: &random) ?? []
            let events = TelegramReader.events(in: noise + Wire.bytes("\n") + Fixture.dsmr50.bytes)
            #expect(events.last?.isAccepted == true)
            #expect(!reasons(events).contains { if case .binaryDLMS = $0 { true } else { false } })
        }
    }

    @Test("a telegram behind what only began like it is not waited on when the stream ends or breaks off")
    func ending() {
        let begun = Array(BinaryFrames.hdlc([UInt8](repeating: 0x55, count: 1500)).prefix(20))
        var reader = TelegramReader()
        var events: [TelegramReader.Event] = []
        reader.feed((begun + Wire.bytes("\n") + Fixture.dsmr50.bytes).span) { events.append($0) }
        reader.breakOff { events.append($0) }
        #expect(events.map(\.isAccepted) == [false, true])
    }
}
