import Foundation
import P1MQTTMeter
import Testing
@testable import P1MQTTEmulator

@Suite("The sun above a household") struct SunTests {
    private func height(_ time: String) throws -> Int64 {
        let second = try #require(UTCTime.secondsSince1970(time))
        return Sun(at: second, standardOffset: 60).height(at: second)
    }

    @Test("the sine is right to two thousandths, at any angle") func sines() {
        for angle in stride(from: -2_500_000, through: 2_500_000, by: 12_347) as StrideThrough<Int64> {
            let exact = sin(Double(angle) / 1_000_000 * 2 * .pi) * 1_000_000
            #expect(abs(Double(sine(angle)) - exact) < 2000, "\(angle)")
        }
    }

    @Test(
        "it stands as high at noon as it does at 52 degrees north",
        arguments: [("2026-06-21T11:40:00Z", 878_000), ("2026-12-21T11:40:00Z", 252_000), ("2026-03-21T11:40:00Z", 616_000)]
    ) func noon(_ time: String, _ expected: Int64) throws {
        #expect(abs(try height(time) - expected) < 10_000)
    }

    @Test(
        "it rises and sets with the season",
        arguments: [
            ("2026-06-21", "03:10", "03:40"), ("2026-06-21", "20:10", "19:40"), ("2026-12-21", "07:35", "08:05"),
            ("2026-12-21", "15:45", "15:15"),
        ]) func risesAndSets(_ day: String, _ dark: String, _ light: String) throws
    {
        #expect(try height("\(day)T\(dark):00Z") < 0)
        #expect(try height("\(day)T\(light):00Z") > 0)
    }

    @Test("farther east it is noon earlier by UTC") func east() throws {
        let second = try #require(UTCTime.secondsSince1970("2026-06-21T10:40:00Z"))
        #expect(Sun(at: second, standardOffset: 120).height(at: second) > Sun(at: second, standardOffset: 60).height(at: second))
    }
}
