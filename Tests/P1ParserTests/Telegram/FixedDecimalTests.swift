import Foundation
import P1Parser
import Testing

@Suite("Fixed decimals")
struct FixedDecimalTests {
    @Test(
        "leave with the decimals they came with and without leading zeros",
        arguments: [
            ("000671.578", "671.578"), ("00.866", "0.866"), ("0.000", "0.000"), ("231.0", "231.0"), ("0002", "2"), ("00000", "0"),
            ("-000115.94", "-115.94"), ("+1.5", "1.5"), ("-0.5", "-0.5"), ("12,50", "12.50"), ("-000", "0"),
            ("00001122.3344556", "1122.3344556"), ("999999999999999999", "999999999999999999"),
            ("0.000000000000000001", "0.000000000000000001"),
        ])
    func description(_ sent: String, _ written: String) {
        #expect(FixedDecimal(sent)?.description == written)
    }

    @Test("keep mantissa and scale apart")
    func parts() throws {
        let number = try #require(FixedDecimal("-012.340"))
        #expect(number.mantissa == -12340)
        #expect(number.scale == 3)
    }

    @Test(
        "anything else is no number",
        arguments: [
            "", "-", "+", ".", ".5", "5.", "1.2.3", "1 ", " 1", "--1", "1-", "1e3", "0x1", "A", "1,2.3", "1234567890123456789",
            "0.1234567890123456789", "١",
        ])
    func rejected(_ text: String) {
        #expect(FixedDecimal(text) == nil)
    }

    @Test(
        "the point moves without loss: MWh to kWh, Wh to kWh",
        arguments: [
            ("1.2345", 3, "1234.5"), ("1.2", 3, "1200"), ("3612", -3, "3.612"), ("5", 0, "5"), ("-0.002", 3, "-2"), ("0", 6, "0"),
            ("7", -9, "0.000000007"),
        ])
    func movingPoint(_ text: String, _ places: Int, _ result: String) {
        #expect(FixedDecimal(text)?.movingPoint(by: places)?.description == result)
    }

    @Test("a point that would leave the range gives no number")
    func movingPointTooFar() {
        #expect(FixedDecimal("999999999999999999")?.movingPoint(by: 3) == nil)
        #expect(FixedDecimal("0.000000000000000001")?.movingPoint(by: -1) == nil)
    }

    @Test("a moved number has at most 18 digits, as a sent one")
    func movedDigits() {
        #expect(FixedDecimal("100000000000000000")?.movingPoint(by: 1) == nil)
        #expect(FixedDecimal("99999999999999999")?.movingPoint(by: 1)?.description == "999999999999999990")
    }

    @Test(
        "sums and differences are exact, with the finer decimals",
        arguments: [("1.50", "2.125", "3.625", "-0.625"), ("0.1", "0.2", "0.3", "-0.1"), ("5", "0.001", "5.001", "4.999")])
    func arithmetic(_ left: String, _ right: String, _ sum: String, _ difference: String) throws {
        let (a, b) = (try #require(FixedDecimal(left)), try #require(FixedDecimal(right)))
        #expect(a.adding(b)?.description == sum)
        #expect(a.subtracting(b)?.description == difference)
    }

    @Test("a sum that does not fit is none")
    func overflow() {
        let large = FixedDecimal(mantissa: .max)
        #expect(large.adding(FixedDecimal(mantissa: 1)) == nil)
        #expect(large.adding(FixedDecimal(mantissa: 1, scale: 18)) == nil)
        #expect(FixedDecimal(mantissa: 0).subtracting(FixedDecimal(mantissa: .min)) == nil)
    }

    @Test("order is by value, across scales and out of the range of a common scale")
    func order() throws {
        let ascending = ["-1000", "-0.5", "-0.49", "0", "0.001", "1", "1.5"].compactMap { FixedDecimal($0) }
        #expect(ascending.shuffled().sorted() == ascending)
        #expect(FixedDecimal(mantissa: 1, scale: 18) < FixedDecimal(mantissa: .max))
        #expect(FixedDecimal(mantissa: .min) < FixedDecimal(mantissa: -1, scale: 18))
    }

    /// Some of them equal, some at the end of the range.
    private static let numbers =
        ["-1000", "-0.50", "-0.5", "0", "0.000", "0.001", "1", "1.0", "1.000000000000000000", "1.5", "1.50", "999999999999999999"]
        .compactMap { FixedDecimal($0) } + [
            FixedDecimal(mantissa: .min), FixedDecimal(mantissa: .max, scale: 18), FixedDecimal(mantissa: .max),
        ]

    @Test("of two numbers the first is smaller, equal or larger, and only one of these; equal ones have one hash")
    func laws() {
        for left in Self.numbers {
            for right in Self.numbers {
                #expect([left < right, left == right, right < left].filter(\.self).count == 1, "\(left) and \(right)")
                if left == right { #expect(left.hashValue == right.hashValue, "\(left) and \(right)") }
                for third in Self.numbers where left == right { #expect((left < third) == (right < third), "\(left), \(right), \(third)") }
            }
        }
        #expect(Set(["1.5", "1.50", "1.500", "1.6"].compactMap { FixedDecimal($0) }).count == 2)
    }

    @Test("equal numbers may be written with other decimals")
    func isWritten() throws {
        let (short, long) = (try #require(FixedDecimal("1.5")), try #require(FixedDecimal("1.50")))
        #expect(short == long && !short.isWritten(like: long) && long.isWritten(like: long))
    }

    @Test(
        "the nearest Double, also of more digits than it holds",
        arguments: [
            ("231.0", 231.0), ("-0.001", -0.001), ("0.1", 0.1), ("123456.789", 123_456.789), ("0.000", 0),
            ("999999999999999999", 1e18), ("0.123456789012345678", 0.123456789012345678),
            ("9007199254740993", 9_007_199_254_740_992), ("90071992547409.93", 90_071_992_547_409.93),
        ])
    func double(_ text: String, _ expected: Double) throws {
        #expect(Double(try #require(FixedDecimal(text))) == expected)
    }

    @Test("is one string in JSON, with its decimals")
    func codable() throws {
        let numbers = ["231.0", "-0.50", "0"].compactMap { FixedDecimal($0) }
        let json = try JSONEncoder().encode(numbers)
        #expect(String(decoding: json, as: UTF8.self) == #"["231.0","-0.50","0"]"#)
        #expect(try JSONDecoder().decode([FixedDecimal].self, from: json).map(\.description) == ["231.0", "-0.50", "0"])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([FixedDecimal].self, from: Data(#"["1e3"]"#.utf8)) }
    }

    @Test(
        "nines only mean no limit",
        arguments: [("999.9", true), ("999", true), ("0999.00", true), ("990", false), ("099", true), ("0", false), ("-9", false)])
    func nines(_ text: String, _ expected: Bool) {
        #expect(FixedDecimal(text)?.isAllNines == expected)
    }

    @Test("the smallest and the largest mantissa can be written", arguments: [Int64.min, .max])
    func extremes(_ mantissa: Int64) {
        #expect(FixedDecimal(mantissa: mantissa).description == String(mantissa))
    }
}
