import P1Parser
import Testing

@Suite("Objects of a telegram")
struct ObjectScannerTests {
    @Test(
        "groups, values and units are kept as they were sent",
        arguments: [
            ("1-0:1.8.1(000123.456*kWh)", "1-0:1.8.1(000123.456*kWh)"), ("0-0:96.13.0()", "0-0:96.13.0()"),
            ("0-1:24.2.1(101209110000W)(12785.123*m3)", "0-1:24.2.1(101209110000W)(12785.123*m3)"),
            ("1-0:1.8.0*255(1.5*kWh)", "1-0:1.8.0*255(1.5*kWh)"), ("1-0:31.7.0.255(001*A)", "1-0:31.7.0.255(001*A)"),
            ("0-0:17.0.0(0999.00*kW)  ", "0-0:17.0.0(0999.00*kW)"),
            ("0-0:96.13.0(a/b!c)", "0-0:96.13.0(a/b!c)"), ("1-0:1.8.1 (1.5 *kWh)", "1-0:1.8.1(1.5 *kWh)"),
            ("1-0:1.8.0*255\t( 1)  (2 )", "1-0:1.8.0*255( 1)(2 )"),
        ])
    func literal(_ line: String, _ expected: String) throws {
        let telegram = try Telegram(lines: line)
        #expect(telegram.literal.map(\.description) == [expected])
        #expect(telegram.issues.isEmpty)
    }

    @Test(
        "a star splits off a unit only when it is the one star and letters or digits follow",
        arguments: [
            ("(1.5*kWh)", "1.5", "kWh"), ("(*m3)", "", "m3"), ("(****)", "****", nil), ("(12*34*56)", "12*34*56", nil), ("(5*)", "5*", nil),
            ("(65.0*A,-65.0*A)", "65.0*A,-65.0*A", nil), ("(1*kW h)", "1*kW h", nil), ("(0.090*m3/h)", "0.090", "m3/h"),
            ("(1*m3.h)", "1*m3.h", nil), ("(1*kilowatts)", "1*kilowatts", nil),
        ] as [(String, String, String?)])
    func stars(_ group: String, _ value: String, _ unit: String?) throws {
        let telegram = try Telegram(lines: "0-0:96.1.1" + group)
        #expect(telegram.literal.first?.values == [LiteralValue(value: value, unit: unit)])
    }

    @Test("the value of a gas profile may stand on the next line, on any channel (DSMR 2.2)", arguments: 1...4)
    func twoLines(_ channel: Int) throws {
        let telegram = try Telegram(lines: "0-\(channel):24.3.0(150317190000)(2C)(60)(1)(0-1:24.2.0)(m3)", "(00987.650)")
        #expect(telegram.literal.first?.values.map(\.value) == ["150317190000", "2C", "60", "1", "0-1:24.2.0", "m3", "00987.650"])
        #expect(telegram.number(at: "reading", channel: UInt8(channel)) == "987.650 m3")
        #expect(telegram.issues.isEmpty)
    }

    @Test("text that is wrapped over lines is joined to one value")
    func wrapped() throws {
        let telegram = try Telegram(lines: "0-0:96.13.0(48656C", "6C6F", "21)", "0-0:96.14.0(0001)", "0-0:96.13.1(31", "32)")
        #expect(telegram.literal.map(\.description) == ["0-0:96.13.0(48656C6C6F21)", "0-0:96.14.0(0001)", "0-0:96.13.1(3132)"])
        #expect(telegram.issues.isEmpty)
    }

    @Test("a lost bracket costs its line and not the next")
    func lostBracket() throws {
        let telegram = try Telegram(lines: "0-0:98.1.0(", "0-0:1.0.0(220201000000W)", "1-0:1.8.1(000001.000*kWh")
        #expect(telegram.literal.map(\.obis) == ["0-0:1.0.0"])
        #expect(
            telegram.issueTexts == [
                "brackets do not match: 0-0:98.1.0(", "brackets do not match: 1-0:1.8.1(000001.000*kWh",
            ])
    }

    @Test(
        "damaged lines are issues with their text and place",
        arguments: [
            ("1-0:1.7.0(0(0.123*kW))", TelegramIssue.Reason.brackets), ("1-0:1.7.0(0.1*kW)x", .brackets), ("1-0:1.7.0(0.1*kW))", .brackets),
            ("1-0:1.7.0", .noCode), ("1-0:1.7.0 0.1*kW)", .noCode), ("1-0:1.7.0 (0.1*kW) x", .brackets), ("1,0:2.7.0(00.000*kW)", .noCode),
            ("1-081.8.0(1*kWh)", .noCode),
            ("1-0:99:97.0(2)(0:96.7.19)", .noCode), ("garbage", .noCode), (")", .noCode), ("1-0:1.8.1)(5*kWh)", .noCode),
        ])
    func damaged(_ line: String, _ reason: TelegramIssue.Reason) throws {
        let telegram = try Telegram(lines: "0-0:96.14.0(0001)", line, "0-0:96.7.21(00004)")
        #expect(telegram.literal.map(\.obis) == ["0-0:96.14.0", "0-0:96.7.21"])
        let issue = try #require(telegram.issues.first)
        #expect(telegram.issues.count == 1)
        #expect(issue.reason == reason)
        #expect(telegram.string(issue.line) == line)
        #expect(issue.offset == issue.line.range.lowerBound)
        #expect(Array(telegram.frame.bytes[issue.offset...].prefix(line.utf8.count)) == Array(line.utf8))
    }

    @Test("blanks in front of a line, and of the value of a gas profile, do not matter")
    func leadingBlanks() throws {
        let telegram = try Telegram(lines: "  0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)", "\t (00001.001)", " x", " ")
        #expect(telegram.literal.map(\.obis) == ["0-1:24.3.0"])
        #expect(telegram.literal.first?.values.count == 7)
        #expect(telegram.issueTexts == ["no OBIS code (A-B:C.D.E followed by a bracket): x"])
    }

    @Test("a continuation before any object is an issue")
    func continuationOfNothing() throws {
        #expect(try Telegram(lines: "(00987.650)").issues.map(\.reason) == [.noCode])
    }

    @Test(
        "the header is kept as sent; the meter's type is without / and blanks behind", arguments: ["/TST5\\2X 1 ", "/ACME!MTR", "/T", "/"])
    func header(_ header: String) throws {
        let telegram = try Telegram(text: header + "\n\n0-0:96.14.0(0001)\n!\n")
        #expect(telegram.string(telegram.header) == header)
        #expect(telegram.meterType == (header.hasSuffix(" ") ? String(header.dropFirst().dropLast()) : String(header.dropFirst())))
    }

    @Test("no blank line, several, or one of blanks: the objects are the same", arguments: ["", "\n", "\n\n\n", " \n", "\n \n"])
    func blankLines(_ blank: String) throws {
        let telegram = try Telegram(text: "/TST5\n\(blank)0-0:96.14.0(0001)\n\(blank)!\n")
        #expect(telegram.literal.map(\.obis) == ["0-0:96.14.0"])
        #expect(telegram.issues.isEmpty)
    }

    @Test("a telegram without end line has an issue that says so")
    func noEndLine() throws {
        let telegram = try Telegram(text: "/TST5\n\n0-0:96.14.0(0001)\n")
        #expect(telegram.literal.count == 1)
        #expect(telegram.issues.map(\.reason) == [.noEndLine])
    }

    @Test("bytes above 7F are shown as Latin-1")
    func latin1() throws {
        let telegram = try Telegram(lines: "0-0:96.13.0(\u{FF}\u{E9})")
        #expect(telegram.literal.first?.values.first?.value == "\u{FF}\u{E9}")
    }

    @Test("the same code twice stays twice (Poland sends 17.0.0 three times)")
    func twice() throws {
        #expect(try Telegram(lines: "0-0:17.0.0(1)", "0-0:17.0.0(2)", "0-0:17.0.0(3)").objects.count == 3)
    }
}
