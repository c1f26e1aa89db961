import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTSystem

@Suite("decode") struct CaptureDecoderTests {
    /// What comes out of a capture that is fed in portions of this size.
    private func decode(
        _ bytes: [UInt8], objects: Bool = false, utcOffset: Int? = nil, portion: Int = 65536
    ) -> (lines: [String], complaints: [String], isGood: Bool) {
        let output = Locked((lines: [String](), complaints: [String]()))
        var decoder = CaptureDecoder(
            name: "capture", printsObjects: objects, utcOffset: utcOffset,
            printLine: { line in output.withLock { $0.lines.append(String(decoding: line, as: UTF8.self)) } },
            complain: { text in output.withLock { $0.complaints.append(text) } })
        for start in stride(from: 0, to: bytes.count, by: portion) {
            decoder.feed(Array(bytes[start..<min(start + portion, bytes.count)]))
        }
        decoder.finish()
        return output.withLock { ($0.lines, $0.complaints, decoder.isGood) }
    }

    private let golden = Array(GoldenPair.telegram.utf8)

    @Test("the golden pair, in any portions", arguments: [1, 7, 65536]) func golden(_ portion: Int) {
        let result = decode(golden, portion: portion)
        #expect(result.lines == [GoldenPair.document])
        #expect(result.complaints.isEmpty)
        #expect(result.isGood)
    }

    @Test("a capture with LF only counts as one with CR LF") func lineFeedsOnly() {
        let result = decode(golden.filter { $0 != 0x0D })
        #expect(result.lines == [GoldenPair.document])
        #expect(result.isGood)
    }

    @Test("one line for each telegram, in order") func several() {
        let result = decode(golden + TelegramFixture.bytes(["1-0:1.8.1(1.0*kWh)"]) + golden)
        #expect(result.lines.count == 3)
        #expect(result.lines[0] == result.lines[2])
    }

    @Test("the offset of the meter's time") func offset() {
        let bytes = TelegramFixture.bytes(["0-0:1.0.0(260703181502S)"])
        #expect(decode(bytes, utcOffset: 0).lines.first?.contains(#""timestamp":"2026-07-03T17:15:02.000Z""#) == true)
        #expect(decode(bytes).lines.first?.contains(#""timestamp":"2026-07-03T16:15:02.000Z""#) == true)
    }

    @Test("a wrong checksum is refused with place and both checksums; its objects are printed and marked") func wrongChecksum() {
        var bytes = golden
        bytes[golden.count - 6] = UInt8(ascii: "F")
        let refused = decode(Array("x\r\n".utf8) + bytes)
        #expect(refused.lines.isEmpty)
        #expect(!refused.isGood)
        #expect(
            refused.complaints == [
                "capture: 3 bytes at offset 0 belong to no telegram",
                "capture: at offset 3: a telegram came with checksum F529, its bytes give 0529",
            ])
        let objects = decode(bytes, objects: true)
        #expect(objects.lines.count == 1)
        #expect(objects.lines.first?.contains(#""crc":"invalid""#) == true)
        #expect(!objects.isGood)
        bytes[golden.count - 6] = UInt8(ascii: "?")
        #expect(decode(bytes).complaints == ["capture: at offset 0: a telegram came with a damaged checksum, its bytes give 0529"])
    }

    @Test("another variant of the checksum is right once three telegrams have it (ndokter/dsmr_parser 91)", arguments: [false, true])
    func variant(_ objects: Bool) {
        var bytes: [UInt8] = []
        for reading in 1...4 {
            let covered = Array("/HLY5\\D545-METER\r\n\r\n1-0:1.8.0(\(reading)*kWh)\r\n!".utf8)
            bytes += covered + Array("\(CRC16.text(of: ChecksumVariant.x25.checksum(of: covered.span)))\r\n".utf8)
        }
        let result = decode(bytes, objects: objects)
        #expect(result.complaints.count == 2 && !result.isGood)
        #expect(result.lines.count == (objects ? 4 : 2))
        if objects { #expect(result.lines.map { $0.contains(#""crc":"valid""#) } == [false, false, true, true]) }
    }

    @Test("a masked checksum, as in published telegrams: decoded, reported, not good") func masked() {
        let result = decode(Array("/TST5\r\n\r\n1-0:1.8.0(1.0*kWh)\r\n!XXXX\r\n".utf8))
        #expect(result.lines.count == 1)
        #expect(result.complaints == ["capture: line at offset 29: the checksum is masked: !XXXX"])
        #expect(!result.isGood)
    }

    @Test("a damaged line is reported with its place, and the rest is printed") func damagedLine() {
        let result = decode(TelegramFixture.bytes(["1-0:1.8.1(00x1.0*kWh)", "1-0:1.8.2(2.0*kWh)"]))
        #expect(result.complaints == ["capture: line at offset 15: a number was expected: 1-0:1.8.1(00x1.0*kWh)"])
        #expect(result.lines.first?.contains(#""tariff2":{"reading":2.0,"unit":"kWh"}"#) == true)
        #expect(!result.isGood)
    }

    @Test("the end of the capture ends a telegram; one that should have a checksum is refused, its objects too") func cutOff() {
        let cut = Array(golden.prefix(300))
        let alone = decode(cut)
        #expect(alone.lines.count == 1)
        #expect(alone.complaints.last == "capture: line at offset 300: no end line (!)")
        #expect(!alone.isGood)
        let behind = decode(golden + cut)
        #expect(behind.lines == [GoldenPair.document])
        #expect(behind.complaints == ["capture: at offset \(golden.count): the last telegram was cut off after 300 bytes"])
        let objects = decode(golden + cut, objects: true)
        #expect(objects.lines.count == 1)
        #expect(objects.complaints == behind.complaints)
        #expect(!objects.isGood)
    }

    @Test("behind right checksums one without is refused, as the service does; its objects are printed and marked")
    func missingChecksum() {
        let bare = TelegramFixture.bytes(["1-0:1.8.1(1.0*kWh)"], hasChecksum: false)
        let result = decode(golden + bare)
        #expect(result.lines == [GoldenPair.document])
        #expect(result.complaints == ["capture: at offset \(golden.count): a telegram came without a checksum"])
        #expect(!result.isGood)
        let objects = decode(golden + bare, objects: true)
        #expect(objects.complaints == result.complaints)
        #expect(objects.lines.count == 2 && objects.lines[1].contains(#""crc":"absent""#))
        #expect(objects.lines[1].hasSuffix(#""line":"","reason":"a telegram came without a checksum"}]}"#))
        #expect(decode(bare + golden).isGood)
    }

    @Test("a telegram that the next one cuts off, and one without an end") func lost() {
        let result = decode(Array(golden.prefix(100)) + Array("\r\n".utf8) + golden)
        #expect(result.lines == [GoldenPair.document])
        #expect(result.complaints == ["capture: at offset 0: a telegram was cut off by the next one after 102 bytes"])
        let endless = decode(Array("/X\r\n".utf8) + [UInt8](repeating: 0x41, count: 20_000))
        #expect(endless.complaints.first == "capture: at offset 0: no end line (!) within 16384 bytes")
        #expect(!endless.isGood)
    }

    @Test("nothing in it is not good") func nothing() {
        #expect(decode([]).complaints == ["capture: no telegram found: a telegram starts with / at the start of a line"])
        #expect(!decode([]).isGood)
        #expect(!decode(Array("hello\r\n".utf8)).isGood)
    }

    @Test("the literal objects: values as sent, units where a star is, Latin-1, joined lines, issues") func objects() {
        var bytes = TelegramFixture.bytes(
            ["0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)", "(00000.000)", "1-0:1.8.1(00*kWh)", "0-0:96.1.1()", "1-0:2.8.1("],
            header: "ISk5\\2MT", hasChecksum: false)
        bytes.insert(contentsOf: Array("0-0:96.13.0(a".utf8) + [0xE9] + Array(")\r\n".utf8), at: 13)
        let result = decode(bytes, objects: true)
        #expect(
            result.lines == [
                #"{"header":"/ISk5\\2MT","crc":"absent","objects":[{"obis":"0-0:96.13.0","values":[{"value":"aé"}]},"#
                    + #"{"obis":"0-1:24.3.0","values":[{"value":"090212160000"},{"value":"00"},{"value":"60"},{"value":"1"},"#
                    + #"{"value":"0-1:24.2.1"},{"value":"m3"},{"value":"00000.000"}]},"#
                    + #"{"obis":"1-0:1.8.1","values":[{"value":"00","unit":"kWh"}]},{"obis":"0-0:96.1.1","values":[{"value":""}]}],"#
                    + #""issues":[{"offset":129,"line":"1-0:2.8.1(","reason":"brackets do not match"}]}"#
            ])
        #expect(!result.isGood)
    }
}

@Suite("Offset on the command line") struct UTCOffsetTests {
    @Test(
        "is what the configuration takes",
        arguments: [("Z", 0), ("+01:00", 60), ("-03:30", -210), ("+14:00", 840), ("-12:00", -720), ("+00:00", 0)] as [(String, Int)])
    func valid(_ text: String, _ minutes: Int) {
        #expect(UTCOffset(argument: text)?.minutes == minutes)
    }

    @Test(
        "is nothing else",
        arguments: ["", "z", "1", "+1:00", "01:00", "+01:60", "+14:01", "-12:01", "++1:00", "+-1:00", "+01-00", "+01:000"])
    func invalid(_ text: String) {
        #expect(UTCOffset(argument: text) == nil)
    }
}
