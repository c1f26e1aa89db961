import P1Parser
import TestSupport
import Testing

/// What must hold for every stream, tried with numbers of a fixed seed.
@Suite("Properties under damage")
struct DamageTests {
    /// Pieces that matter to the framer and the scanner; random bytes alone would hardly ever be a telegram.
    private static let pieces = [
        "/", "//", "!", "!1234", ")!ABCD", "\n", "\r", "\r\n", "(", ")", "*", "()", "1-0:1.8.1", "0-1:24.2.1", "0-1:24.3.0", "0-0:98.1.0",
        "1-0:99.97.0", "(230714153000S)", "(000123.456*kWh)", "(0-0:96.7.19)", "(1-0:1.6.0)", "(5)", "\0", "\u{FF}", "-", ".", ",",
        "9999999999",
        "632525252525S", "0-0:96.13.0(", "4142", "kW", "m3", " ", "/TST5\r\n\r\n",
    ]

    private func randomStream(_ random: inout SeededGenerator, pieces: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<pieces {
            if Int.random(in: 0..<8, using: &random) == 0 {
                bytes.append(UInt8.random(in: 0...255, using: &random))
            } else {
                bytes += DamageTests.pieces[Int.random(in: 0..<DamageTests.pieces.count, using: &random)].unicodeScalars.map {
                    UInt8($0.value)
                }
            }
        }
        return bytes
    }

    /// Reads all that a telegram offers.
    private func exhaust(_ telegram: Telegram) -> Int {
        var size = telegram.literal.count + telegram.issueTexts.count + telegram.mbusDevices.count + telegram.meterType.count
        for reading in telegram.readings {
            size += telegram.failureLog(of: reading)?.failures.count ?? 0
            size += telegram.peakHistory(of: reading)?.peaks.count ?? 0
            if case .text(let range) = reading.value {
                size += telegram.decodingHex(range).count + (telegram.serialNumber(range)?.count ?? 0)
            }
        }
        return size
    }

    @Test("any division of a stream gives the same events", arguments: 0..<60)
    func division(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream =
            randomStream(&random, pieces: 60) + Fixture.dsmr42.bytes + randomStream(&random, pieces: 40) + Wire.bytes("\n")
            + Fixture.emucs.bytes
            + randomStream(&random, pieces: 20)
        let whole = Framer.events(in: stream)
        for _ in 0..<5 {
            let portions = (0..<50).map { _ in Int.random(in: 1...40, using: &random) }
            #expect(Framer.events(in: stream, portions: portions) == whole)
        }
        #expect(Framer.events(in: stream, portions: [1]) == whole)
        #expect(Framer.events(in: stream, portions: [1], maximumLength: 64) == Framer.events(in: stream, maximumLength: 64))
    }

    @Test("every byte of any stream is in one event, in order", arguments: 0..<60)
    func coverage(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream = randomStream(&random, pieces: 300)
        var next = 0
        for event in Framer.events(in: stream, portions: [17], maximumLength: 512) {
            let (offset, count) = event.frame.map { ($0.offset, $0.bytes.count) } ?? event.discard.map { ($0.offset, $0.count) } ?? (0, 0)
            #expect(offset == next)
            #expect(count <= 512 || event.frame == nil)
            if let frame = event.frame { #expect(frame.bytes == Array(stream[offset..<offset + count])) }
            next = offset + count
        }
        #expect(next == stream.count)
    }

    @Test("no stream traps the parser", arguments: 0..<400)
    func arbitrary(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let stream = Wire.bytes("/TST5\n\n") + randomStream(&random, pieces: Int.random(in: 1...400, using: &random))
        var size = 0
        for frame in Framer.frames(in: stream) { size += exhaust(Telegram(frame)) }
        #expect(size >= 0)
    }

    @Test("no damage to a telegram traps the parser or passes its checksum", arguments: Fixture.allCases)
    func damagedTelegrams(_ fixture: Fixture) {
        var random = SeededGenerator(seed: UInt64(fixture.text.utf8.count))
        for _ in 0..<300 {
            var bytes = fixture.bytes
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            for frame in Framer.frames(in: bytes) { #expect(exhaust(Telegram(frame)) >= 0) }
        }
    }

    @Test("one flipped bit never gives another telegram with a valid checksum", arguments: [Fixture.dsmr42, .sweden, .warmtelink])
    func flippedBit(_ fixture: Fixture) throws {
        let original = fixture.bytes
        let objects = Telegram(try #require(Framer.frames(in: original).first)).literal
        for bit in 0..<original.count * 8 {
            var bytes = original
            bytes[bit / 8] ^= 1 << (bit % 8)
            for frame in Framer.frames(in: bytes) where frame.checksum.isValid && Telegram(frame).literal != objects {
                Issue.record("bit \(bit) gives another telegram with a valid checksum")
            }
        }
    }

    @Test(
        "one byte that became another gives nothing that was not sent, also while nothing is known of the meter",
        arguments: Fixture.allCases.filter(\.hasChecksum))
    func otherByte(_ fixture: Fixture) throws {
        let original = fixture.bytes
        let sent = Set(Telegram(try #require(Framer.frames(in: original).first)).literal.map(\.description))
        // The bytes that mean something to framer and scanner, and some that mean nothing.
        for byte in Array("/!()*\r\n-:.0 X".utf8) + [0x00, 0x08, 0x7F, 0xDB, 0xFF] {
            for place in original.indices where original[place] != byte {
                var bytes = original
                bytes[place] = byte
                for frame in Framer.frames(in: bytes) {
                    if case .invalid = frame.checksum { continue }
                    let invented = Telegram(frame).literal.filter { !sent.contains($0.description) }
                    #expect(invented.isEmpty, "\(byte) at \(place) gives \(invented)")
                }
            }
        }
    }

    @Test("a lost line costs that line only", arguments: Fixture.allCases)
    func lostLines(_ fixture: Fixture) throws {
        let lines = fixture.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let whole = try Telegram(text: fixture.text + "\n").literal
        for index in 1..<lines.count - 1 where !lines[index].isEmpty && !isTwoLined(lines, index) {
            var fewer = lines
            fewer.remove(at: index)
            let telegram = try Telegram(text: fewer.joined(separator: "\n") + "\n")
            let lost = lines[index].prefix { $0 != "(" }
            #expect(telegram.literal == whole.filter { $0.obis != lost })
            #expect(telegram.issues.isEmpty)
        }
    }

    @Test("a repeated line is there twice, and the others are as they were", arguments: Fixture.allCases)
    func repeatedLines(_ fixture: Fixture) throws {
        let lines = fixture.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let whole = try Telegram(text: fixture.text + "\n").literal
        for index in 1..<lines.count - 1 where !lines[index].isEmpty && !isTwoLined(lines, index) {
            let telegram = try Telegram(text: (lines[...index] + lines[index...]).joined(separator: "\n") + "\n")
            #expect(telegram.objects.count == whole.count + 1)
            #expect(telegram.literal.filter { !$0.description.hasPrefix(lines[index].prefix { $0 != "(" }) }.count < whole.count)
            #expect(telegram.issues.isEmpty)
        }
    }

    @Test("the order of the lines does not matter", arguments: Fixture.allCases)
    func order(_ fixture: Fixture) throws {
        var random = SeededGenerator(seed: 7)
        // A profile's two lines stay together.
        let lines = fixture.text.replacing("(m3)\n", with: "(m3)\u{1}").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let original = try Telegram(text: fixture.text + "\n")
        for _ in 0..<20 {
            let body = lines.dropFirst().dropLast().shuffled(using: &random)
            let text = ([lines[0]] + body + ["!"]).joined(separator: "\n").replacing("\u{1}", with: "\n")
            let telegram = try Telegram(text: text + "\n")
            #expect(Set(telegram.literal.map(\.description)) == Set(original.literal.map(\.description)))
            #expect(telegram.readings.count == original.readings.count)
            #expect(telegram.mbusDevices.map(\.reading) == original.mbusDevices.map(\.reading))
        }
    }

    @Test("a damaged byte in a line without checksum costs at most that line and the one that continues it", arguments: 0..<40)
    func damagedLine(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let fixture = Fixture.dsmr22
        var bytes = fixture.bytes
        let firstLine = 16
        let place = Int.random(in: firstLine..<bytes.count - 3, using: &random)
        bytes[place] = UInt8.random(in: 0x21...0x7E, using: &random)
        guard let frame = Framer.frames(in: bytes).first, frame.bytes.count == bytes.count else { return }
        let whole = try Telegram(text: fixture.text + "\n").literal
        let intact = Telegram(frame).literal.filter(whole.contains)
        #expect(intact.count >= whole.count - 2)
    }

    @Test("numbers keep their digits", arguments: 0..<200)
    func digits(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let whole = Int64.random(in: 0...99_999_999, using: &random)
        let decimals = (0..<Int.random(in: 0...7, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        let sent =
            String(repeating: "0", count: Int.random(in: 0...4, using: &random)) + String(whole) + (decimals.isEmpty ? "" : "." + decimals)
        let expected = String(whole) + (decimals.isEmpty ? "" : "." + decimals) + " kWh"
        #expect(try Telegram(lines: "1-0:1.8.1(\(sent)*kWh)").number(at: "electricity/received/tariff1") == expected)
    }

    private func isTwoLined(_ lines: [String], _ index: Int) -> Bool {
        lines[index].hasPrefix("(") || lines[index + 1].hasPrefix("(")
    }
}
