import Testing
@testable import P1MQTTEmulator

@Suite("The weather above a household") struct WeatherTests {
    private let weather = Weather(noise: MeterNoise(seed: 3))

    private func clearness(at second: Int64) -> Int64 { weather.sky(second...second).clearness(at: second) }

    @Test("clouds let some light through, never more than there is; there are bright days, grey ones and others") func clouds() {
        var kinds: Set<Int64> = []
        for day in 20_454..<20_554 as Range<Int64> {
            let hours = (6..<20 as Range<Int64>).map { clearness(at: day * 86_400 + $0 * 3600) }
            #expect(hours.allSatisfy { (100...1000).contains($0) })
            let mean = hours.reduce(0, +) / Int64(hours.count)
            kinds.insert(mean > 900 ? 2 : mean < 330 ? 0 : 1)
        }
        #expect(kinds == [0, 1, 2])
    }

    @Test("clouds do not jump from one second to the next") func steady() {
        for second in stride(from: 1_781_700_000, to: 1_781_730_000, by: 7) as StrideTo<Int64> {
            let change = clearness(at: second + 1) - clearness(at: second)
            #expect(abs(change) <= 8 || (second + 1) % 86_400 == 0)
        }
    }

    @Test("winters are cold and summers warm") func temperature() {
        func mean(_ days: Range<Int64>) -> Int64 { days.map(weather.temperature).reduce(0, +) / Int64(days.count) }
        // January and July of 2026.
        #expect((0...60).contains(mean(20_454..<20_485)))
        #expect((155...205).contains(mean(20_635..<20_666)))
    }
}
