import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Register guard against a model") struct RegisterGuardPropertyTests {
    /// A true register: what a home with up to 100 kW shows, with gaps of up to a week.
    private struct TrueRegister {
        var value: Int64
        var time = RegisterSeries.start
        var random: SplitMix64

        mutating func step() {
            let gap = random.next() % 50 == 0 ? Int64(random.next() % 604_800) : Int64(1 + random.next() % 20)
            time += gap
            // In Wh; 100 kW are gap / 36 of them in tenths.
            value += Int64(random.next() % UInt64(gap * 100_000 / 3600 + 1))
        }
    }

    @Test("a true stream is never held", arguments: 0..<20 as Range<UInt64>) func truth(_ seed: UInt64) {
        var home = TrueRegister(value: Int64(seed % 3) * 1_000_000, random: SplitMix64(seed: seed))
        var series = RegisterSeries()
        for _ in 0..<500 {
            let before = home.time
            home.step()
            let value = FixedDecimal(mantissa: home.value, scale: 3).description
            #expect(series.electricity(value, after: home.time - before).shown == value)
        }
    }

    @Test(
        "runs of up to three glitches are never shown, and the true value is as soon as it is back",
        arguments: 0..<40 as Range<UInt64>) func glitches(_ seed: UInt64)
    {
        var home = TrueRegister(value: 12_345_678, random: SplitMix64(seed: seed))
        var random = SplitMix64(seed: ~seed)
        var series = RegisterSeries()
        var clock = home.time
        func show(_ value: Int64) -> String {
            defer { clock = home.time }
            return series.electricity(FixedDecimal(mantissa: value, scale: 3).description, after: home.time - clock).shown
        }
        var lastTrue = home.value
        #expect(show(home.value) == FixedDecimal(mantissa: home.value, scale: 3).description)
        for _ in 0..<300 {
            if random.next() % 4 == 0 {
                let kind = random.next() % 4
                for _ in 0..<Int(1 + random.next() % 3) {
                    home.step()
                    let wrong: Int64 =
                        switch kind {
                        case 0: 0
                        case 1: lastTrue - 1 - Int64(random.next() % 1_000_000)
                        case 2: home.value + 20_000_000 + Int64(random.next() % 1_000_000_000_000)
                        default: Int64(random.next() % UInt64(lastTrue))
                        }
                    #expect(show(wrong) == "[\(FixedDecimal(mantissa: lastTrue, scale: 3))]", "\(wrong)")
                }
            }
            home.step()
            lastTrue = home.value
            #expect(show(home.value) == FixedDecimal(mantissa: home.value, scale: 3).description)
        }
    }

    @Test("any stream: what is shown is what an independent model of the rule shows", arguments: 0..<40 as Range<UInt64>)
    func model(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var series = RegisterSeries()
        // The rule in floating point and with the whole past: far from equality at the limit, the steps are multiples of 5.
        var accepted: (value: Int64, time: Int64)?
        var run: [(value: Int64, time: Int64)] = []
        func isPossible(_ old: (value: Int64, time: Int64), _ new: (value: Int64, time: Int64)) -> Bool {
            new.value >= old.value && Double(new.value - old.value) <= 100 * Double(max(0, new.time - old.time) + 60) / 3600 + 1
        }
        for _ in 0..<400 {
            let gap = [1, 10, 3600, -50][Int(random.next() % 4)] as Int64
            let value = Int64(random.next() % 8) * 5
            let new = (value: value, time: series.time + gap)
            var expected: String
            if let last = accepted, !isPossible(last, new) {
                if let previous = run.last, !isPossible(previous, new) { run = [] }
                run.append(new)
                expected = "[\(last.value)]"
                if run.count == 4 {
                    accepted = new
                    run = []
                    expected = "\(value)"
                }
            } else {
                accepted = new
                run = []
                expected = "\(value)"
            }
            #expect(series.electricity("\(value)", after: gap).shown == expected)
        }
    }
}
