import P1MQTTMeter
import P1Parser
import Testing
@testable import P1MQTTEmulator

@Suite("A household") struct HouseholdTests {
    private func household(_ seed: UInt64 = 1, solar: Int64 = 4_000_000) -> Household {
        Household(settings: HouseholdSettings(solar: solar), noise: MeterNoise(seed: seed), standardOffset: 60)
    }

    private func hour(of time: String) throws -> Int64 { try #require(UTCTime.secondsSince1970(time)) / 3600 }

    /// Some seconds of some days, with what happens then.
    private func sample(
        _ household: Household, days: Range<Int64>, every step: Int64, _ body: (_ hour: HouseholdHour, _ second: Int64) -> Void
    ) {
        for index in days.lowerBound * 24..<days.upperBound * 24 {
            let hour = household.hour(index)
            for second in stride(from: index * 3600 + 13, to: (index + 1) * 3600, by: Int64.Stride(step)) { body(hour, second) }
        }
    }

    @Test("a year has what a home of three takes, what its panels give and what its boiler burns", arguments: [1, 2, 3] as [UInt64])
    func year(_ seed: UInt64) {
        var (load, solar, gas, highest, brightest) = (Int64(0), Int64(0), Int64(0), Int64(0), Int64(0))
        let step: Int64 = 200
        sample(household(seed), days: 20_454..<20_819, every: step) { hour, second in
            let watts = hour.load(at: second).total
            let sun = hour.solar(at: second)
            (load, solar, gas) = (load + watts, solar + sun, gas + hour.gas(at: second))
            (highest, brightest) = (max(highest, watts), max(brightest, sun))
        }
        #expect((3000...4500).contains(load * step / 3_600_000), "\(load * step / 3_600_000) kWh")
        #expect((3000...4000).contains(solar * step / 3_600_000), "\(solar * step / 3_600_000) kWh")
        #expect((1000...1500).contains(gas * step / 1_000_000), "\(gas * step / 1_000_000) m3")
        #expect((4000...9000).contains(highest))
        #expect((3200...3450).contains(brightest))
    }

    @Test("nights are dark and quiet") func night() {
        // From 1 to 4 h by the clock on the wall, all year.
        sample(household(), days: 20_454..<20_819, every: 1511) { hour, second in
            guard (3600..<14_400).contains((second + hour.lead) % 86_400) else { return }
            #expect(hour.solar(at: second) == 0)
            #expect((65...330).contains(hour.load(at: second).total))
        }
    }

    @Test("panels give up to a quarter in December of what they give in June, and nothing where there are none") func seasons() throws {
        func best(_ days: Range<Int64>, _ solar: Int64) -> Int64 {
            var best: Int64 = 0
            sample(household(2, solar: solar), days: days, every: 300) { best = max(best, $0.solar(at: $1)) }
            return best
        }
        #expect((3300...3450).contains(best(20_605..<20_635, 4_000_000)))
        #expect((850...1050).contains(best(20_788..<20_818, 4_000_000)))
        #expect((6600...6900).contains(best(20_605..<20_635, 8_000_000)))
        #expect(best(20_605..<20_635, 0) == 0)
    }

    @Test("up to 5 kWp feed one phase, more feed all three") func panelsOnPhases() throws {
        let index = try hour(of: "2026-06-18T11:00:00Z")
        let (none, small, large) = (household(solar: 0).hour(index), household().hour(index), household(solar: 9_000_000).hour(index))
        for second in stride(from: index * 3600, to: (index + 1) * 3600, by: 60) {
            let load = none.power(at: second)
            #expect(load == none.load(at: second))
            let one = small.power(at: second)
            #expect(one.l1 == load.l1 && one.l2 == load.l2 && load.l3 - one.l3 == small.solar(at: second))
            let three = large.power(at: second)
            let parts = [load.l1 - three.l1, load.l2 - three.l2, load.l3 - three.l3]
            #expect(parts.reduce(0, +) == large.solar(at: second) && parts[2] - parts[0] <= 2 && parts[0] == parts[1])
            #expect(parts[0] > 1000)
        }
    }

    @Test("the appliances share the three phases") func phases() {
        var sum = PhasePower(l1: 0, l2: 0, l3: 0)
        sample(household(), days: 20_454..<20_484, every: 60) { hour, second in
            let load = hour.load(at: second)
            sum = PhasePower(l1: sum.l1 + load.l1, l2: sum.l2 + load.l2, l3: sum.l3 + load.l3)
        }
        for phase in [sum.l1, sum.l2, sum.l3] { #expect((20...45).contains(phase * 100 / sum.total)) }
    }

    @Test("people live by the clock on the wall") func summerTime() throws {
        let household = household()
        #expect(household.hour(try hour(of: "2026-03-29T00:00:00Z")).lead == 3600)
        #expect(household.hour(try hour(of: "2026-03-29T01:00:00Z")).lead == 7200)
        #expect(household.hour(try hour(of: "2026-10-25T01:00:00Z")).lead == 3600)
        // After the last year that a meter can write.
        #expect(household.hour(try hour(of: "2099-12-31T00:00:00Z") + 240 * 24).lead == 3600)
    }

    @Test("a day follows from its date and the seed alone") func days() {
        func runs(_ day: Int64, _ seed: UInt64) -> [ApplianceRun] {
            let day = HouseholdDay(day, noise: MeterNoise(seed: seed))
            return day.electricity + day.gas
        }
        #expect(runs(20_000, 1) == runs(20_000, 1))
        #expect(runs(20_000, 1) != runs(20_000, 2))
        #expect(runs(20_000, 1).map { $0.start % 86_400 } != runs(20_007, 1).map { $0.start % 86_400 })
        for day in 20_000..<20_200 as Range<Int64> {
            for run in runs(day, 4) {
                // No longer than the next day, so that an hour need not look farther back.
                #expect(run.start >= day * 86_400 && run.start < run.end && run.end <= (day + 2) * 86_400)
                #expect((1...run.period).contains(run.on) && run.amount > 0 && (0...2).contains(run.phase))
            }
        }
    }

    @Test("a run is on in its cycles, from its start to its end") func run() {
        let run = ApplianceRun(start: 100, end: 110, amount: 7, period: 4, on: 1)
        #expect((98..<112).filter { run.amount(at: $0) == 7 } == [100, 104, 108])
    }
}
