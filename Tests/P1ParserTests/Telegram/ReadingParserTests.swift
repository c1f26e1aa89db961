import P1Parser
import Testing

@Suite("Typed readings")
struct ReadingParserTests {
    @Test(
        "numbers in the product's unit, with the digits that were sent",
        arguments: [
            ("1-0:1.8.1(000671.578*kWh)", "electricity/received/tariff1", "671.578 kWh"),
            ("1-0:1.8.0(000003612*Wh)", "electricity/received/total", "3.612 kWh"),
            ("1-0:1.8.0(1.2345*MWh)", "electricity/received/total", "1234.5 kWh"),
            ("1-0:3.8.0(000001245*varh)", "electricity/reactive/received/total", "1.245 kvarh"),
            ("1-0:1.7.0(01.193*kW)", "electricity/received/actual", "1.193 kW"),
            ("1-0:1.7.0(01.193*KW)", "electricity/received/actual", "1.193 kW"),
            ("1-0:32.7.0(0.2351*kV)", "electricity/instantaneous/voltage/L1", "235.1 V"),
            ("1-0:31.7.0(0.002*kA)", "electricity/instantaneous/current/L1", "2 A"),
            ("1-0:31.7.0(1500*mA)", "electricity/instantaneous/current/L1", "1.500 A"),
            ("1-0:14.7.0(0.04998*kHz)", "electricity/instantaneous/frequency", "49.98 Hz"),
            ("1-0:21.7.0*255(-000115.94*W)", "electricity/instantaneous/power/positive/L1", "-0.11594 kW"),
            ("1-0:1.8.0*255(00001122.3344556*kWh)", "electricity/received/total", "1122.3344556 kWh"),
            ("1-0:1.8.1(000123,456*kWh)", "electricity/received/tariff1", "123.456 kWh"),
        ])
    func numbers(_ line: String, _ path: String, _ expected: String) throws {
        let telegram = try Telegram(lines: line)
        #expect(telegram.number(at: path) == expected)
        #expect(telegram.issues.isEmpty)
    }

    @Test(
        "a unit without a star is split off behind the number (early Fluvius, Swedish bridges)",
        arguments: [("(000123.456kWh)", "123.456 kWh"), ("(5Wh)", "0.005 kWh"), ("(1.5kWh )", "1.5 kWh")])
    func withoutStar(_ group: String, _ expected: String) throws {
        #expect(try Telegram(lines: "1-0:1.8.1" + group).number(at: "electricity/received/tariff1") == expected)
        let gas = try Telegram(lines: "0-1:24.2.3(210227144600W)(00996.617m3)")
        #expect(gas.number(at: "reading", channel: 1) == "996.617 m3")
    }

    @Test(
        "blanks around number, star, unit and bracket do not matter (Holley, Kaifa)",
        arguments: [
            ("(00.100*kWh )", "0.100 kWh"), ("( 0.100*kWh)", "0.100 kWh"), ("(00.100* kWh)", "0.100 kWh"), ("(00.100*)", "0.100 kWh"),
            ("(1.5 )", "1.5 kWh"), ("(1.5 *kWh)", "1.5 kWh"), ("(1.5 kWh)", "1.5 kWh"), ("( 1.5 * kWh )", "1.5 kWh"), ("( )", nil),
            (" (1.5*kWh)", "1.5 kWh"), ("  ( 1.5*kWh) ", "1.5 kWh"), ("\t(1.5\t*kWh)", "1.5 kWh"), ("( *kWh)", nil),
            ("(1.5 Wh)", "0.0015 kWh"),
        ] as [(String, String?)])
    func blanks(_ groups: String, _ expected: String?) throws {
        let telegram = try Telegram(lines: "1-0:1.8.1" + groups)
        #expect(telegram.number(at: "electricity/received/tariff1") == expected)
        #expect(telegram.issues.isEmpty)
    }

    @Test("a blank within a number is damage", arguments: ["(1 5*kWh)", "(1. 5*kWh)", "(1 5)", "(1.5 k Wh)"])
    func blankWithin(_ group: String) throws {
        let telegram = try Telegram(lines: "1-0:1.8.1" + group)
        #expect(telegram.readings.isEmpty && telegram.issues.count == 1)
    }

    @Test("blanks around whatever else a group holds")
    func blanksElsewhere() throws {
        let telegram = try Telegram(
            lines: "0-0:1.0.0( 260703181502S )", "0-0:96.14.0 ( 0002)", "0-0:96.7.21(00004 )", "1-0:13.7.0( 0.98 )", "0-1:24.1.0 ( 003 )",
            "0-1:24.2.1 (260703180000S) ( 00123.456 *m3 )", "0-0:17.0.0(16.1 * kW)", "1-1:31.4.0( 040*A ) (-040 *A)",
            "1-0:1.6.0 (240212184500W) (05.122 *kW)", "1-0:99.97.0 (1) (0-0:96.7.19) (101208152415W ) ( 0000000240 *s)",
            "0-0:98.1.0(1) (1-0:1.6.0) (1-0:1.6.0) ( 230101000000W)(221206201500W )(06.134 *kW)")
        #expect(telegram.issueTexts == [] && telegram.unexplained.isEmpty)
        #expect(telegram.value(at: "timestamp") == .time(MeterTimestamp(secondsSince1970: 1_783_095_302, standardOffset: 60)))
        #expect(
            telegram.number(at: "electricity/tariffIndicator") == "2" && telegram.number(at: "electricity/numberOfPowerFailures") == "4")
        #expect(telegram.number(at: "electricity/instantaneous/powerFactor/total") == "0.98")
        #expect(telegram.mbusDevices.map(\.medium) == [.gas] && telegram.number(at: "reading", channel: 1) == "123.456 m3")
        #expect(telegram.number(at: "electricity/threshold") == "16.1 kW" && telegram.number(at: "electricity/fuseThreshold") == "40 A")
        let lists = telegram.readings.filter { $0.value == .list }
        #expect(lists.compactMap { telegram.failureLog(of: $0) }.first?.failures.first?.duration == 240)
        #expect(lists.compactMap { telegram.peakHistory(of: $0) }.last?.peaks.first?.power.description == "6.134")
        #expect(telegram.readings.compactMap { telegram.exportLimit(of: $0)?.description } == ["-40"])
    }

    @Test(
        "a time of a length that no time has is unexplained, one that is not set is none",
        arguments: [("(2607031815)", [0]), ("(soon)", [0]), ("()", []), ("(000101000000W)", [])])
    func oddTime(_ group: String, _ unexplained: [Int]) throws {
        let telegram = try Telegram(lines: "0-0:1.0.0" + group)
        #expect(telegram.unexplained == unexplained && telegram.issues.isEmpty)
    }

    @Test("a time is no id (0-0:0.0.0 in a test of another parser)")
    func timeAsId() throws {
        let telegram = try Telegram(lines: "0-0:0.0.0(240111093500W)", "1-0:0.0.0(2401110935007)")
        #expect(telegram.readings.count == 1 && telegram.unexplained == [0])
        #expect(telegram.issues.isEmpty)
    }

    @Test("no unit: that of the quantity (Luxembourg's reactive power)")
    func withoutUnit() throws {
        #expect(
            try Telegram(lines: "1-0:3.7.0(00.119)").number(at: "electricity/instantaneous/reactivePower/positive/total") == "0.119 kvar")
    }

    @Test("an empty group and a unit without a number are absent, not an issue", arguments: ["()", "(*kWh)"])
    func absent(_ group: String) throws {
        let telegram = try Telegram(lines: "1-0:1.8.1" + group)
        #expect(telegram.readings.isEmpty)
        #expect(telegram.issues.isEmpty)
    }

    @Test(
        "what cannot be is an issue and no reading",
        arguments: [
            ("1-0:1.8.1(00A.578*kWh)", TelegramIssue.Reason.notANumber), ("1-0:1.8.1(000671.578*kW)", .wrongUnit),
            ("1-0:1.8.1(000671.578*m3)", .wrongUnit), ("1-0:1.7.0(1*xyz)", .wrongUnit), ("0-0:96.7.21(4x)", .notANumber),
            ("0-1:24.2.1(101209110000W)(12785.123*A)", .wrongUnit), ("0-1:24.2.1(101209110000W)(127x5.123*m3)", .notANumber),
            ("0-1:24.2.1(101209110000W)(1*m3)(2*m3)", .wrongShape), ("0-1:24.3.0(1)(2)", .wrongShape),
            ("1-0:1.8.1(1234567890123456789*kWh)", .notANumber), ("1-0:1.8.1(999999999999999999*MWh)", .wrongUnit),
        ])
    func issues(_ line: String, _ reason: TelegramIssue.Reason) throws {
        let telegram = try Telegram(lines: line)
        #expect(telegram.readings.isEmpty)
        #expect(telegram.issues.map(\.reason) == [reason])
        #expect(telegram.issues.first.map { telegram.string($0.line) } == line)
        #expect(telegram.objects.count == 1)
    }

    @Test(
        "a peak has its time before or behind its value (Iskra in Wallonia), with or without flag",
        arguments: ["(240212184500W)(05.122*kW)", "(05.122*kW)(240212184500W)", "(05.122*kW)(240212184500)", "(240212184500W)(05.122)"])
    func peak(_ groups: String) throws {
        let value = try Telegram(lines: "1-0:1.6.0" + groups).value(at: "electricity/demand/positiveActiveDemand/maximumDemand")
        guard case .timed(let number, .kW, let time?)? = value else {
            Issue.record("read \(String(describing: value))")
            return
        }
        #expect(number.description == "5.122")
        #expect((time.month, time.day, time.minute) == (2, 12, 45))
    }

    @Test(
        "limits are in the unit that was sent, and there may be two",
        arguments: [
            ("0-0:17.0.0(0999.00*kW)", "electricity/threshold", "999.00 kW"), ("0-0:17.0.0(27.6*kVA)", "electricity/threshold", "27.6 kVA"),
            ("0-0:17.0.0(016*A)", "electricity/threshold", "16 A"), ("0-0:17.0.0(4600*W)", "electricity/threshold", "4.600 kW"),
            ("0-0:17.0.0(00027)", "electricity/threshold", "27"), ("1-1:31.4.0(040*A)(-040*A)", "electricity/fuseThreshold", "40 A"),
            ("1-1:31.4.0(65.0*A,-65.0*A)", "electricity/fuseThreshold", "65.0 A"),
        ])
    func limits(_ line: String, _ path: String, _ expected: String) throws {
        let telegram = try Telegram(lines: line)
        #expect(telegram.number(at: path) == expected)
        #expect(telegram.issues.isEmpty)
    }

    @Test(
        "tariffs in numbers, in words, and as the hexadecimal codes of their characters",
        arguments: [
            ("0002", "2"), ("1", "1"), ("01", "1"), ("5431", "1"), ("5432", "2"), ("7431", "1"), ("3031", "1"), ("30303032", "2"),
            ("543130", "10"),
            ("2031", "1"), ("54203320", "3"), ("0012", "12"),
        ])
    func tariff(_ sent: String, _ expected: String) throws {
        #expect(try Telegram(lines: "0-0:96.14.0(\(sent))").number(at: "electricity/tariffIndicator") == expected)
        #expect(try Telegram(lines: "0-0:96.14.0(TARIFF 1)").text(at: "electricity/tariffIndicator") == "TARIFF 1")
        // NT and HT, which the document spells.
        #expect(try Telegram(lines: "0-0:96.14.0(4E54)").text(at: "electricity/tariffIndicator") == "4E54")
        #expect(try Telegram(lines: "0-0:96.14.0(4854)").text(at: "electricity/tariffIndicator") == "4854")
    }

    @Test("an impossible time of the telegram is read as none")
    func impossibleTime() throws {
        let telegram = try Telegram(lines: "0-0:1.0.0(632525252525S)")
        #expect(telegram.value(at: "timestamp") == .time(nil))
        #expect(telegram.issues.isEmpty)
    }

    @Test("a gas profile on one line is read as one on two")
    func profileOnOneLine() throws {
        let telegram = try Telegram(lines: "0-1:24.3.0(150317190000)(00)(60)(1)(0-1:24.2.1)(m3)(00987.650)")
        #expect(telegram.number(at: "reading", channel: 1) == "987.650 m3")
    }

    @Test("codes outside the catalogue are objects without a reading")
    func unknown() throws {
        let telegram = try Telegram(lines: "9-9:999.999.999(x)(y)")
        #expect(telegram.objects.count == 1)
        #expect(telegram.readings.isEmpty && telegram.issues.isEmpty)
    }

    @Test("every line of the telegrams in the style of each dialect is read without an issue", arguments: Fixture.allCases)
    func dialects(_ fixture: Fixture) throws {
        let telegram = Telegram(try #require(Framer.frames(in: fixture.bytes).first))
        #expect(telegram.issueTexts == [])
        #expect(telegram.readings.count + telegram.objects.count { Catalogue.find($0.code) == nil } == telegram.objects.count)
    }
}
