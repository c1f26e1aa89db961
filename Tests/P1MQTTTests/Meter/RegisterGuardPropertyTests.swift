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

    @Test(
        "a register beyond the limit is followed from its fourth value on, and runs of up to three glitches are never shown",
        arguments: 0..<20 as Range<UInt64>)
    func fast(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var series = RegisterSeries()
        // In thousandths each ten seconds: 0.72 to 72 MW, and up to 1.9 times that.
        let least = Int64(2000 + random.next() % 200_000)
        var value: Int64 = 12_345_678
        func show(_ value: Int64) -> Bool {
            let text = FixedDecimal(mantissa: value, scale: 3).description
            return series.electricity(text).shown == text
        }
        func step() { value += least + Int64(random.next() % UInt64(least * 9 / 10)) }
        #expect(show(value))
        for index in 1...200 {
            step()
            #expect(show(value) == (index > 3), "\(index)")
            guard index > 20, random.next() % 4 == 0 else { continue }
            for _ in 0..<Int(1 + random.next() % 3) {
                step()
                let wrong = [
                    0, Int64(random.next() % UInt64(value - least * 40)), value + least * 1000 + Int64(random.next() % 1_000_000_000),
                ]
                #expect(!show(wrong[Int(random.next() % 3)]))
            }
        }
    }

    @Test("any stream: what is shown is what an independent model of the rule shows", arguments: 0..<40 as Range<UInt64>)
    func model(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var series = RegisterSeries()
        // The rule in floating point and with the whole past: far from equality at the limit, the steps are multiples of 5.
        var accepted: (value: Int64, time: Int64)?
        var run: [(value: Int64, time: Int64)] = []
        // In kW: what the register is known to reach, and how fast it last ran while it is held.
        var known = 100.0
        var rate: Double?
        func isPossible(_ old: (value: Int64, time: Int64), _ new: (value: Int64, time: Int64), _ limit: Double) -> Bool {
            new.value >= old.value && Double(new.value - old.value) <= limit * Double(max(0, new.time - old.time) + 60) / 3600 + 1
        }
        func power(_ old: (value: Int64, time: Int64), _ new: (value: Int64, time: Int64)) -> Double? {
            new.value > old.value ? Double(new.value - old.value) * 3600 / Double(max(1, new.time - old.time)) : nil
        }
        func goesOn(_ old: (value: Int64, time: Int64), _ new: (value: Int64, time: Int64)) -> Bool {
            if isPossible(old, new, 100) { return true }
            guard let rate, new.value >= old.value else { return false }
            return Double(new.value - old.value) <= 2 * rate * Double(max(1, new.time - old.time)) / 3600 + 1 + 1e-6
        }
        for _ in 0..<400 {
            let gap = [1, 10, 3600, -50][Int(random.next() % 4)] as Int64
            let value = Int64(random.next() % 8) * 5
            let new = (value: value, time: series.time + gap)
            var expected: String
            if let last = accepted, !isPossible(last, new, known) {
                if let previous = run.last {
                    if !goesOn(previous, new) {
                        run = []
                        rate = power(previous, new) ?? power(last, new)
                    } else if let power = power(previous, new) {
                        rate = power
                    }
                } else {
                    rate = power(last, new)
                }
                run.append(new)
                expected = "[\(last.value)]"
                if run.count == 4 {
                    let highest = zip(run, run.dropFirst()).filter { !isPossible($0, $1, 100) }.compactMap(power).max()
                    known = max(known, 2 * (highest ?? 0))
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
