import P1Parser
import TestSupport
import Testing

@Suite("Telegram reader")
struct TelegramReaderTests {
    private let telegram = Fixture.dsmr50.bytes

    @Test("gives each telegram, and the place of what is none", arguments: [1, 7, 4096])
    func stream(_ portion: Int) throws {
        let stream = Wire.bytes("noise\n") + telegram + telegram.prefix(300) + Wire.bytes("\n") + telegram
        let events = TelegramReader.events(in: stream, portions: [portion])
        #expect(events.count == 4)
        #expect(events[0] == .skipped(offset: 0, count: 7))
        #expect(events[1].telegram?.readings.isEmpty == false)
        #expect(events[1].telegram?.frame.streamRange == 7..<7 + telegram.count)
        let cut = try #require(events[2].rejection)
        #expect(cut.reason == .cutOff && cut.frame == nil && cut.offset == 7 + telegram.count && cut.count == 302)
        #expect(events[3].telegram?.frame.bytes == telegram)
    }

    @Test("a wrong checksum: both, the place, and the telegram itself")
    func wrongChecksum() throws {
        var damaged = telegram
        damaged[100] ^= 1
        let rejection = try #require(TelegramReader.events(in: telegram + damaged).last?.rejection)
        let sent = Wire.bitwiseCRC(telegram.dropLast(6))
        let computed = Wire.bitwiseCRC(damaged.dropLast(6))
        #expect(rejection.reason == .wrongChecksum(sent: sent, computed: computed))
        #expect(rejection.offset == telegram.count && rejection.count == damaged.count)
        #expect(rejection.frame?.bytes == damaged)
        #expect(
            "\(rejection)" == "a telegram came with checksum \(Wire.hex(sent)), its bytes give \(Wire.hex(computed))")
        damaged[damaged.count - 4] = UInt8(ascii: "?")
        #expect(
            TelegramReader.events(in: damaged).map { "\($0.rejection?.description ?? "")" }
                == ["a telegram came with a damaged checksum, its bytes give \(Wire.hex(computed))"])
    }

    @Test("without checksums all are accepted, until a right one has shown that the meter sends them")
    func missingChecksum() throws {
        let bare = Fixture.dsmr22.bytes
        let events = TelegramReader.events(in: bare + bare + telegram + bare + telegram)
        #expect(events.map(\.isAccepted) == [true, true, true, false, true])
        let rejection = try #require(events[3].rejection)
        #expect(rejection.reason == .missingChecksum && rejection.frame?.bytes == bare)
        #expect("\(rejection)" == "a telegram came without a checksum")
    }

    @Test(
        "what nothing vouches for has a header of text and a line that can be read, or it is no telegram",
        arguments: [
            "/\u{93}\u{4}x\u{C1}\n\n1-0:1.8.0(1*kWh)\n!\n", "/TST5\n\u{8F}k\u{2}(\n!\n", "/TST5\n\n!\n", "/\n\n1-0:1.8.0(1*kWh)\n!\n",
            "/TST5\n\nGET / HTTP/1.1\n!XXXX\n", "/TST5\n",
        ])
    func implausible(_ text: String) throws {
        let bytes = Wire.bytes(text)
        let rejection = try #require(TelegramReader.events(in: bytes).first?.rejection)
        #expect(rejection.reason == .implausible && rejection.frame?.bytes == bytes)
        #expect("\(rejection)".hasPrefix("what came without a checksum is no telegram"))
        // A checksum vouches for whatever there is.
        guard let end = text.lastIndex(of: "!") else { return }
        #expect(TelegramReader.events(in: Wire.checked(String(text[...end]))).map(\.isAccepted) == [true])
    }

    @Test("random bytes make no telegram", arguments: 0..<4 as Range<UInt64>)
    func randomBytes(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Nothing but what telegrams are cut by, and bytes between.
        let parts: [[UInt8]] = [Wire.bytes("\n/"), Wire.bytes("\n!"), Wire.bytes("\n"), Wire.bytes("("), Wire.bytes(")")]
        var stream: [UInt8] = []
        for _ in 0..<20_000 {
            stream += parts.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0..<9, using: &random) { stream.append(UInt8.random(in: 0...255, using: &random)) }
        }
        let events = TelegramReader.events(in: stream)
        #expect(events.contains { $0.rejection?.reason == .implausible })
        #expect(events.allSatisfy { !$0.isAccepted })
    }

    @Test("a wrong checksum does not show that the meter sends them")
    func onlyWrongChecksums() {
        var damaged = telegram
        damaged[100] ^= 1
        #expect(TelegramReader.events(in: damaged + Fixture.dsmr22.bytes).map(\.isAccepted) == [false, true])
    }

    @Test("the policy on checksums: required from the first on, or never looked at")
    func policies() {
        var damaged = telegram
        damaged[100] ^= 1
        let stream = Fixture.dsmr22.bytes + telegram + damaged + Fixture.dsmr22.bytes
        #expect(TelegramReader.events(in: stream, checksums: .required).map(\.isAccepted) == [false, true, false, false])
        let all = TelegramReader.events(in: stream, checksums: .off)
        #expect(all.map(\.isAccepted) == [true, true, true, true])
        #expect(all[2].telegram?.frame.checksum.isValid == false)
    }

    @Test("another variant of the checksum counts from the third telegram on, and their frames say so (dsmr_parser 91)")
    func variant() {
        var reader = TelegramReader()
        var events: [TelegramReader.Event] = []
        for reading in 1...4 {
            let covered = Wire.bytes("/HLY5TEST\n\n1-0:1.8.0(\(reading)*kWh)\n!")
            #expect(reader.checksumVariant == (reading > 3 ? .x25 : nil))
            reader.feed((covered + Wire.bytes(Wire.hex(ChecksumVariant.x25.checksum(of: covered.span)) + "\n")).span) {
                events.append($0)
            }
        }
        #expect(events.map(\.isAccepted) == [false, false, true, true])
        #expect(events.compactMap(\.telegram).allSatisfy { $0.frame.checksum.isValid })
    }

    @Test("a last telegram without its end line is accepted, unless a checksum is expected")
    func lastTelegram() throws {
        let cut = Array(telegram.prefix(300))
        let alone = TelegramReader.events(in: cut)
        #expect(alone.map(\.isAccepted) == [true])
        #expect(alone.first?.telegram?.issues.map(\.reason).last == .noEndLine)
        #expect(TelegramReader.events(in: telegram + cut, checksums: .off).map(\.isAccepted) == [true, true])
        for (stream, checksums) in [(telegram + cut, .auto), (cut, .required)] as [([UInt8], ChecksumPolicy)] {
            let rejection = try #require(TelegramReader.events(in: stream, checksums: checksums).last?.rejection)
            #expect(rejection.reason == .unfinished && rejection.count == 300 && rejection.frame == nil)
            #expect("\(rejection)" == "the last telegram was cut off after 300 bytes")
        }
    }

    @Test("what had begun when the stream broke off is rejected, with and without checksums; what is known remains")
    func breakOff() {
        for bytes in [telegram, Fixture.dsmr22.bytes] {
            var reader = TelegramReader()
            var events: [TelegramReader.Event] = []
            let begun = telegram + Array(bytes.prefix(200))
            reader.feed(begun.span) { events.append($0) }
            reader.breakOff { events.append($0) }
            reader.feed((telegram + Fixture.dsmr22.bytes).span) { events.append($0) }
            #expect(events.map(\.isAccepted) == [true, false, true, false])
            #expect(events[1].rejection?.reason == .cutOff)
            #expect(events[3].rejection?.reason == .missingChecksum)
        }
    }

    @Test("a telegram that does not end is rejected, and the next one is read")
    func tooLong() throws {
        let events = TelegramReader.events(in: Wire.bytes("/X\n") + [UInt8](repeating: 0x41, count: 20_000) + [0x0A] + telegram)
        let rejection = try #require(events.first?.rejection)
        #expect(rejection.reason == .tooLong && "\(rejection)" == "no end line (!) within 16384 bytes")
        #expect(events.last?.telegram?.frame.bytes == telegram)
    }

    @Test("any stream gives the same events in any portions, and they cover it", arguments: 0..<20)
    func division(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var stream: [UInt8] = []
        for _ in 0..<12 {
            var piece = [telegram, Fixture.dsmr22.bytes, Wire.bytes("noise\n")].randomElement(using: &random) ?? []
            switch Int.random(in: 0..<4, using: &random) {
            case 0: piece.removeLast(Int.random(in: 0..<piece.count, using: &random))
            case 1: piece[Int.random(in: 0..<piece.count, using: &random)] ^= 1
            default: break
            }
            stream += piece
        }
        let whole = TelegramReader.events(in: stream)
        for size in [1, 17, 1000] { #expect(TelegramReader.events(in: stream, portions: [size]) == whole) }
        var next = 0
        for event in whole {
            #expect(event.streamRange.lowerBound == next)
            next = event.streamRange.upperBound
        }
        #expect(next == stream.count)
    }
}
