import P1Parser
import Testing

@Suite("Captured profiles")
struct CapturedProfileTests {
    private static let e660 =
        "0-0:98.1.1(2)(0-0:0.1.0)(1-0:1.8.0)(250701000000S)(15)(0002631.00*kWh)(250801000000S)(16)(0002700.00*kWh)"
    private static let israel = "1-0:99.1.0(1)(0-0:96.10.7)(1-0:1.29.0)(260411233000S)(00)(000000205*Wh)"

    private func profile(_ line: String) throws -> (telegram: Telegram, profile: CapturedProfile?) {
        let telegram = try Telegram(lines: line)
        let reading = try #require(telegram.readings.first)
        return (telegram, telegram.profile(of: reading) ?? telegram.monthEnd(of: reading))
    }

    @Test("a code and a value for each, at each moment, in the product's unit")
    func values() throws {
        let (telegram, found) = try profile(Self.israel)
        let entry = try #require(found?.entries.first)
        #expect(found?.count == 1 && entry.time?.minute == 30)
        #expect(entry.values.map(\.code) == [OBISCode(0, 0, 96, 10, 7), OBISCode(1, 0, 1, 29, 0)])
        #expect(entry.values.last?.content == .number(FixedDecimal(mantissa: 205, scale: 3), .kWh))
        guard case .text(let status)? = entry.values.first?.content else {
            Issue.record("\(entry)")
            return
        }
        #expect(telegram.string(status) == "00")
        #expect(try profile(Self.e660).profile?.entries.map(\.time?.month) == [7, 8])
    }

    @Test("the time may be named among the codes (COSEM: the clock is the first object captured)")
    func clock() throws {
        let named = try profile("1-0:99.1.0(1)(0-0:1.0.0)(1-0:1.29.0)(260411233000S)(1*kWh)(260411234500S)(2*kWh)").profile
        #expect(named?.entries.map(\.time?.minute) == [30, 45])
        #expect(named?.entries.map { $0.values.map(\.code) } == [[OBISCode(1, 0, 1, 29, 0)], [OBISCode(1, 0, 1, 29, 0)]])
    }

    @Test("a moment that is cut short is left out; no moments is none; another shape is no profile")
    func damaged() throws {
        #expect(try profile("0-0:98.1.1(1)(1-0:1.8.0)(1-0:2.8.0)(250701000000S)(1*kWh)").profile?.entries == [])
        #expect(try profile("0-0:98.1.1(0)(1-0:1.8.0)").profile?.entries == [])
        let empty = try profile("0-0:98.1.1(12)").profile
        #expect(empty?.count == 12 && empty?.entries == [])
        #expect(try profile("0-0:98.1.1()").profile == nil)
        #expect(try profile("0-0:98.1.1(x)(y)").profile == nil)
        // More groups than codes: nobody can tell what is what.
        #expect(try profile("1-0:99.1.0(2)(1-0:1.29.0)(260411233000S)(00)(1*kWh)(260411234500S)(00)(2*kWh)").profile == nil)
        #expect(try profile("0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(250701000000S)(250604084500S)(1.452*kW)").profile == nil)
    }

    @Test(
        "is written so that it is read again",
        arguments: [e660, israel, "0-0:98.1.0(230701000000S)(40.777*kWh)(8.950*kWh)", "0-0:98.1.1()"])
    func written(_ line: String) throws {
        let (telegram, found) = try profile(line)
        var writer = TelegramWriter(header: "TST5")
        writer.line(of: try #require(telegram.readings.first), in: telegram)
        let again = Telegram(try #require(Framer.frames(in: writer.finish(withChecksum: true)).first))
        let reading = try #require(again.readings.first)
        let second = again.profile(of: reading) ?? again.monthEnd(of: reading)
        #expect(second?.count == found?.count)
        #expect(second?.entries.map(\.time) == found?.entries.map(\.time))
        #expect(second?.entries.flatMap(\.values).map(\.code) == found?.entries.flatMap(\.values).map(\.code))
    }

    @Test("two limits of the fuse, in two groups or one", arguments: ["1-1:31.4.0(040*A)(-040*A)", "1-1:31.4.0(040*A,-040*A)"])
    func limits(_ line: String) throws {
        let telegram = try Telegram(lines: line)
        let reading = try #require(telegram.readings.first)
        #expect(telegram.exportLimit(of: reading) == FixedDecimal(mantissa: -40))
        var writer = TelegramWriter(header: "TST5")
        writer.line(of: reading, in: telegram)
        let again = Telegram(try #require(Framer.frames(in: writer.finish(withChecksum: true)).first))
        #expect(again.readings.first.flatMap(again.exportLimit) == FixedDecimal(mantissa: -40))
        let single = try Telegram(lines: "1-0:31.4.0(040*A)", "1-0:51.4.0(010*A)(x)")
        #expect(single.readings.map(single.exportLimit) == [nil, nil])
    }

    @Test("date and time of day from two lines, with or without signs between the pairs")
    func splitClock() throws {
        #expect(try Telegram(lines: "1-0:0.9.1(222553)", "1-0:0.9.2(251002)").splitClock?.second == 53)
        #expect(try Telegram(lines: "1-0:0.9.1(22:25:53)", "1-0:0.9.2(25-10-02)").splitClock?.month == 10)
        #expect(try Telegram(lines: "1-0:0.9.1(242553)", "1-0:0.9.2(251002)").splitClock == nil)
        #expect(try Telegram(lines: "1-0:0.9.1(22255)", "1-0:0.9.2(251002)").splitClock == nil)
        #expect(try Telegram(lines: "1-0:0.9.2(251002)").splitClock == nil)
    }
}
