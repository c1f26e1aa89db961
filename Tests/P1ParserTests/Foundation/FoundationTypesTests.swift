import Foundation
import P1Parser
import P1ParserFoundation
import Testing

@Suite("Types of Foundation")
struct FoundationTypesTests {
    @Test(
        "a Decimal is the same number, to the last of 18 digits",
        arguments: ["0", "1.50", "-0.001", "231.0", "999999999999999999", "-0.123456789012345678", "123456789.012345678"])
    func decimal(_ text: String) throws {
        #expect(Decimal(try #require(FixedDecimal(text))) == Decimal(string: text))
    }

    @Test("the extremes of the digits", arguments: [Int64.min, .max])
    func extremes(_ mantissa: Int64) {
        #expect(Decimal(FixedDecimal(mantissa: mantissa)) == Decimal(string: "\(mantissa)"))
    }

    @Test("a Date is the moment of a time, by the meter's offset and in doubt by that of arrival")
    func date() throws {
        let telegram = try #require(TelegramReader().telegrams(in: Fixture.dsmr50.bytes).first)
        let time = try #require(telegram.time)
        #expect(telegram.date(of: time).timeIntervalSince1970 == 1_689_341_412)
        #expect(telegram.date(of: time, standardOffset: 120).timeIntervalSince1970 == 1_689_337_812)
        let twice = try #require(MeterTimestamp("241027023000"))
        let later = Date(twice, standardOffset: 60)
        #expect(later.timeIntervalSince1970 == 1_729_992_600)
        #expect(Date(twice, standardOffset: 60, arrival: later.addingTimeInterval(-3590)) == later.addingTimeInterval(-3600))
        let lithuania = try Telegram(text: "/ESO5\\TEST\n\n0-0:1.0.0(231219093000W)\n!\n")
        let local = try #require(lithuania.time)
        #expect(lithuania.date(of: local) == Date(local, standardOffset: 120))
    }

    @Test("Data is a chunk of bytes")
    func data() async {
        let (chunks, continuation) = AsyncStream<Data>.makeStream()
        let bytes = Fixture.dsmr50.bytes
        // A slice, whose indices do not begin at 0.
        for part in [Data(bytes)[..<100], Data(bytes)[100...]] { continuation.yield(part) }
        continuation.finish()
        var count = 0
        for await _ in TelegramReader().telegrams(in: chunks) { count += 1 }
        #expect(count == 1)
    }
}
