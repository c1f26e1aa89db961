import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("Demand of the emulated meter")
struct MeterScenarioDemandTests {
    private func scenario(_ number: Int, start: String, interval: Int64 = 10_000) throws -> MeterScenario {
        let settings = try EmulatorSettings(profile: .named("be-emucs"), interval: interval, startTime: seconds(start) / 1000)
        var scenario = MeterScenario(settings, seed: 5, now: 0)
        for _ in 0..<number { scenario.advance() }
        return scenario
    }

    private func seconds(_ text: String) throws -> Int64 {
        try #require(UTCTime.secondsSince1970(text)) * 1000
    }

    @Test("the running average rises from 0 to the power over each quarter hour")
    func running() throws {
        let start = "2026-03-02T12:00:00Z"
        #expect(try scenario(0, start: start).ledger.runningDemand.received == 0)
        #expect(try scenario(1, start: start).ledger.runningDemand.received == 400)
        #expect(try scenario(45, start: start).ledger.runningDemand.received == 18000)
        #expect(try scenario(89, start: start).ledger.runningDemand.received == 35600)
        #expect(try scenario(90, start: start).ledger.runningDemand.received == 0)
        // Begun in the middle of a quarter hour, nothing was taken before.
        #expect(try scenario(30, start: "2026-03-02T12:10:00Z").ledger.runningDemand.received == 0)
        #expect(try scenario(29, start: "2026-03-02T12:10:00Z").ledger.runningDemand.received == 11600)
    }

    @Test("the first quarter hours set a new peak of the month, and later ones do not move it")
    func peak() throws {
        let start = "2026-03-02T12:00:00Z"
        let before = try #require(scenario(0, start: start).monthPeak)
        #expect(before.power < 36000 && before.power > 0)
        #expect(try before.time > seconds("2026-02-28T23:00:00Z") && before.time <= seconds(start))
        #expect(before.time % 900_000 == 0)
        #expect(try scenario(89, start: start).monthPeak == before)
        let after = MeterScenario.Peak(time: try seconds("2026-03-02T12:15:00Z"), power: 36000)
        #expect(try scenario(90, start: start).monthPeak == after)
        #expect(try scenario(900, start: start).monthPeak == after)
        #expect(try scenario(150, start: "2026-03-02T12:05:00Z").monthPeak?.time == seconds("2026-03-02T12:30:00Z"))
    }

    @Test("a month begins without a peak and hands the last one to the history")
    func month() throws {
        // Local midnight of 1 April is 22:00 UTC.
        let start = "2026-03-31T21:30:00Z"
        let midnight = try seconds("2026-03-31T22:00:00Z")
        #expect(try scenario(179, start: start).monthPeak?.power == 36000)
        let first = try scenario(180, start: start)
        #expect(first.monthPeak == MeterScenario.Peak(time: midnight, power: 0))
        #expect(first.pastMonths.count == 12)
        #expect(
            try first.pastMonths.last
                == MeterScenario.MonthPeak(end: midnight, peak: .init(time: seconds("2026-03-31T21:45:00Z"), power: 36000)))
        #expect(try scenario(270, start: start).monthPeak == .init(time: midnight + 900_000, power: 36000))
        #expect(try Array(first.pastMonths.dropLast()) == Array(scenario(0, start: start).pastMonths.dropFirst()))
    }

    @Test("the registers at the end of a month are what they were then, and those of the start before there was one")
    func monthEnd() throws {
        let start = "2026-03-31T21:30:00Z"
        let before = try scenario(179, start: start).ledger
        #expect(before.monthEnd == EnergyLedger.Registers(received: [0, 0], delivered: [0, 0]))
        let end = try scenario(180, start: start).ledger
        #expect(end.monthEnd == end.registers && end.registers.received == [0, 18_000_000])
        #expect(try scenario(500, start: start).ledger.monthEnd == end.registers)
        // An interval that reaches over the end counts for both months.
        let coarse = try scenario(1, start: start, interval: 3_600_000).ledger
        #expect(coarse.monthEnd.received == [0, 50_000] && coarse.registers.received == [0, 100_000])
    }

    @Test("every past month has its peak within it, on a quarter hour, the oldest first")
    func history() throws {
        for number in [0, 40, 400] {
            let months = try scenario(number, start: "2026-01-01T00:00:00Z", interval: 86_400_000).pastMonths
            #expect(months.count == 12)
            for (earlier, later) in zip(months, months.dropFirst()) {
                #expect(earlier.end < later.peak.time && later.peak.time <= later.end)
                #expect(later.peak.time % 900_000 == 0 && later.peak.power > 0 && later.peak.power <= 1157)
            }
        }
    }

    @Test("months before 2000 are left out: no meter can write them")
    func earliest() throws {
        #expect(try scenario(0, start: "2000-03-15T00:00:00Z").pastMonths.count == 1)
    }
}
