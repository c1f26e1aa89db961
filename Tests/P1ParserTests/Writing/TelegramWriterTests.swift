import P1Parser
import Testing

@Suite("Telegram writer")
struct TelegramWriterTests {
    @Test("writes header, lines, continuation and end line")
    func shape() {
        var writer = TelegramWriter(header: "XYZ5\\A (1)")
        writer.line(OBISCode(1, 0, 1, 8, 1), .number(FixedDecimal(mantissa: 1234, scale: 3), digits: 9, decimals: 3, unit: "kWh"))
        writer.line(OBISCode(0, 1, 24, 3, 0), .text("00"), .code(OBISCode(0, 1, 24, 2, 1)), .text("m3"))
        writer.continuation(.integer(7, digits: 3))
        writer.line(OBISCode(1, 0, 1, 8, 0, 255), .empty)
        let text = String(decoding: writer.finish(withChecksum: false), as: UTF8.self)
        #expect(
            text == "/XYZ5\\A (1)\r\n\r\n1-0:1.8.1(000001.234*kWh)\r\n0-1:24.3.0(00)(0-1:24.2.1)(m3)\r\n(007)\r\n1-0:1.8.0*255()\r\n!\r\n")
    }

    @Test("writes a checksum of four upper-case digits that the framer accepts")
    func checksum() throws {
        for number: Int64 in 0..<300 {
            var writer = TelegramWriter(header: "XYZ5")
            writer.line(OBISCode(0, 0, 96, 7, 21), .integer(number, digits: 5))
            let bytes = writer.finish(withChecksum: true)
            let digits = bytes.dropLast(2).suffix(4)
            #expect(
                digits.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
                })
            let frame = try #require(frames(of: bytes).first)
            guard case .valid = frame.checksum else { Issue.record("\(frame.checksum)"); return }
            #expect(frame.bytes == bytes)
        }
    }

    @Test(
        "pads and cuts numbers",
        arguments: [
            (FixedDecimal(mantissa: 0), 5, UInt8(3), "(00.000)"),
            (FixedDecimal(mantissa: 1193, scale: 3), 5, 3, "(01.193)"),
            (FixedDecimal(mantissa: 1193, scale: 3), 6, 2, "(0001.19)"),
            (FixedDecimal(mantissa: 1_999_999, scale: 6), 9, 3, "(000001.999)"),
            (FixedDecimal(mantissa: -11594, scale: 2), 8, 2, "(-000115.94)"),
            (FixedDecimal(mantissa: 123_456_789, scale: 3), 5, 3, "(123456.789)"),
            (FixedDecimal(mantissa: 5), 3, 1, "(05.0)"),
            (FixedDecimal(mantissa: 7), 0, 0, "(7)"),
        ])
    func numbers(_ number: FixedDecimal, _ digits: Int, _ decimals: UInt8, _ expected: String) {
        #expect(text(.number(number, digits: digits, decimals: decimals)) == expected)
    }

    @Test("writes times with their flag, and none as not set")
    func times() {
        func time(_ season: MeterTimestamp.Season) -> MeterTimestamp? {
            MeterTimestamp(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, season: season)
        }
        #expect(text(.time(time(.winter))) == "(260102030405W)")
        #expect(text(.time(time(.summer))) == "(260102030405S)")
        #expect(text(.time(time(.unstated))) == "(260102030405)")
        #expect(text(.time(nil)) == "(000101000000W)")
        #expect(MeterTimestamp("000101000000W") == nil)
    }

    @Test("text cannot break the line or the bracket; hex holds any text")
    func texts() {
        #expect(text(.text("a(b)c\r\nd\u{E9}\u{20AC}")) == "(a?b?c??d\u{E9}?)")
        #expect(text(.hex("EMU é")) == "(454D5520C3A9)")
    }

    private func text(_ group: DataGroup) -> String {
        var writer = TelegramWriter(header: "")
        writer.line(OBISCode(0, 0, 0, 0, 0), group)
        let bytes = writer.finish(withChecksum: false)
        // Behind the header, a blank line and the code; before the line end, the end line and its own.
        return String(String.UnicodeScalarView(bytes[14..<bytes.count - 5].map { Unicode.Scalar($0) }))
    }
}

@Suite("Readings written back")
struct TelegramWriterReadingsTests {
    @Test("a telegram made of a telegram's readings has the same readings")
    func roundTrip() throws {
        var writer = TelegramWriter(header: "XYZ5\\ROUND")
        let kW = DataGroup.number(FixedDecimal(mantissa: 4329, scale: 3), digits: 5, decimals: 3, unit: "kW")
        let time = MeterTimestamp(year: 2023, month: 2, day: 1, hour: 0, minute: 0, second: 0, season: .winter)
        writer.line(OBISCode(0, 0, 1, 0, 0), .time(time))
        writer.line(OBISCode(0, 0, 96, 1, 1), .hex("EMUE1"))
        writer.line(OBISCode(1, 0, 1, 8, 1), .number(FixedDecimal(mantissa: 5), digits: 9, decimals: 0, unit: "Wh"))
        writer.line(OBISCode(0, 0, 17, 0, 0), .number(FixedDecimal(mantissa: 161, scale: 1), digits: 4, decimals: 1, unit: "kVA"))
        writer.line(OBISCode(1, 0, 13, 7, 0), .number(FixedDecimal(mantissa: 98, scale: 2), digits: 3, decimals: 2))
        writer.line(OBISCode(0, 0, 96, 14, 0), .text("TARIFF 1"))
        writer.line(OBISCode(1, 0, 1, 6, 0), .time(time), kW)
        writer.line(
            OBISCode(1, 0, 99, 97, 0), .integer(1, digits: 1), .code(OBISCode(0, 0, 96, 7, 19)), .time(time),
            .integer(240, digits: 10, unit: "s"))
        writer.line(
            OBISCode(0, 0, 98, 1, 0), .integer(1, digits: 1), .code(OBISCode(1, 0, 1, 6, 0)), .code(OBISCode(1, 0, 1, 6, 0)), .time(time),
            .time(nil), kW)
        writer.line(OBISCode(0, 2, 24, 1, 0), .integer(3, digits: 3))
        writer.line(
            OBISCode(0, 2, 24, 3, 0), .text("090212160000"), .text("2C"), .text("60"), .text("1"), .code(OBISCode(0, 2, 24, 2, 1)),
            .text("m3"))
        writer.continuation(.number(FixedDecimal(mantissa: 1001, scale: 3), digits: 8, decimals: 3))

        let first = try #require(frames(of: writer.finish(withChecksum: true)).first.map(Telegram.init))
        #expect(first.issues.isEmpty)
        #expect(first.readings.count == 11)
        var again = TelegramWriter(header: first.meterType)
        for reading in first.readings { again.line(of: reading, in: first) }
        let second = try #require(frames(of: again.finish(withChecksum: true)).first.map(Telegram.init))
        #expect(second.issues.isEmpty)
        #expect(meanings(of: second) == meanings(of: first))
        #expect(second.mbusDevices.first?.reading == first.mbusDevices.first?.reading)
    }

    /// Readings without their places in the telegram.
    private func meanings(of telegram: Telegram) -> [String] {
        telegram.readings.map { reading in
            let value =
                switch reading.value {
                case .text(let range): telegram.string(range)
                case .list: "\(telegram.failureLog(of: reading).debugDescription) \(telegram.peakHistory(of: reading).debugDescription)"
                default: "\(reading.value)"
                }
            return "\(reading.catalogueRow.code) \(reading.channel) \(value)"
        }
    }
}

@Suite("Local time of a moment")
struct MeterTimestampUTCTests {
    /// 2024-10-27 01:00 UTC ends the summer time of the European Union; 2024-03-31 01:00 UTC begins it.
    @Test("is the inverse of the moment of a local time", arguments: [1_729_990_800, 1_711_846_800, 946_857_660, 1_709_164_800] as [Int64])
    func roundTrip(_ middle: Int64) throws {
        for seconds in stride(from: middle, to: middle + 7200, by: 600) {
            for offset in [0, 60, 120] {
                let time = try #require(MeterTimestamp(secondsSince1970: seconds, standardOffset: offset))
                #expect(time.secondsSince1970(standardOffset: offset) == seconds)
            }
        }
    }

    @Test("shows the hour that occurs twice with S and then with W")
    func autumn() {
        func text(_ seconds: Int64) -> String? { MeterTimestamp(secondsSince1970: seconds, standardOffset: 60)?.description }
        #expect(text(1_729_990_800 - 1) == "241027025959S")
        #expect(text(1_729_990_800) == "241027020000W")
        #expect(text(1_711_846_800 - 1) == "240331015959W")
        #expect(text(1_711_846_800) == "240331030000S")
    }

    @Test("does not exist where a meter cannot write the year")
    func range() {
        #expect(MeterTimestamp(secondsSince1970: 0, standardOffset: 60) == nil)
        #expect(MeterTimestamp(secondsSince1970: 4_102_444_800, standardOffset: 60) == nil)
    }

    @Test("knows the day of the week")
    func weekday() {
        #expect(MeterTimestamp(secondsSince1970: 1_729_990_800, standardOffset: 60)?.weekday == 7)
        #expect(MeterTimestamp(secondsSince1970: 1_729_990_800 + 86400, standardOffset: 60)?.weekday == 1)
    }
}

/// The frames in some bytes.
private func frames(of bytes: [UInt8]) -> [Frame] {
    var framer = Framer()
    var frames: [Frame] = []
    framer.feed(bytes.span) { if case .frame(let frame) = $0 { frames.append(frame) } }
    return frames
}
