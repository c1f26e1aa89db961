import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("A household behind a meter") struct HouseholdHomeTests {
    private func settings(
        _ profile: String = "nl-dsmr50", start: String = "2026-06-17T22:00:00Z", interval: Int64 = 10_000,
        household: HouseholdSettings = HouseholdSettings()
    ) throws -> EmulatorSettings {
        try EmulatorSettings(
            profile: .named(profile), electricityOffset: 1_234_567_891, gasOffset: 77_123_000, interval: interval,
            startTime: UTCTime.secondsSince1970(start), household: household)
    }

    private func scenario(
        _ profile: String = "nl-dsmr50", start: String = "2026-06-17T22:00:00Z", interval: Int64 = 10_000, seed: UInt64 = 1
    ) throws -> MeterScenario {
        MeterScenario(try settings(profile, start: start, interval: interval), seed: seed, now: 0)
    }

    /// What flows in the hours of a day of local time: W, and litres of gas.
    private func hours(_ start: String) throws -> (received: [Int64], delivered: [Int64], gas: [Int64]) {
        var scenario = try scenario(start: start, interval: 3_600_000)
        var result: (received: [Int64], delivered: [Int64], gas: [Int64]) = ([], [], [])
        for _ in 0..<24 {
            let before = scenario.gas.reading
            scenario.advance()
            result.received.append(scenario.receivedPower)
            result.delivered.append(scenario.deliveredPower)
            result.gas.append((scenario.gas.reading - before) / 1000)
        }
        return result
    }

    @Test("a day in June") func june() throws {
        let hours = try hours("2026-06-17T22:00:00Z")
        #expect(hours.received == [183, 184, 175, 164, 153, 111, 64, 95, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 164, 7, 1, 343, 448, 170])
        #expect(
            hours.delivered == [
                0, 0, 0, 0, 0, 28, 310, 807, 1399, 1853, 2175, 2652, 2826, 2938, 2944, 2662, 2436, 2051, 1119, 964, 336, 0, 0, 0,
            ])
        #expect(hours.gas == [24, 24, 24, 24, 24, 24, 319, 161, 147, 72, 72, 72, 72, 108, 72, 72, 104, 104, 104, 161, 104, 104, 68, 43])
    }

    @Test("a day in December") func december() throws {
        let hours = try hours("2026-12-16T23:00:00Z")
        #expect(
            hours.received == [
                185, 176, 168, 169, 181, 158, 179, 528, 290, 239, 184, 13, 80, 7, 37, 250, 480, 706, 745, 755, 1305, 551, 460, 183,
            ])
        #expect(hours.delivered == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 126, 211, 139, 49, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            hours.gas == [72, 72, 72, 72, 72, 72, 461, 697, 392, 194, 194, 194, 194, 219, 194, 194, 276, 276, 276, 353, 276, 516, 183, 111])
    }

    @Test("registers are the start and what the power that was shown adds up to, over a day", arguments: EmulatorProfile.names)
    func registers(_ profile: String) throws {
        var scenario = try scenario(profile, start: "2026-03-27T10:00:00Z", interval: 60_000)
        // In W times milliseconds, of which 3600 are a millionth of a kWh.
        var received: [Int64] = [0, 0]
        var delivered: [Int64] = [0, 0]
        for _ in 0..<1440 {
            scenario.advance()
            received[scenario.tariff - 1] += scenario.receivedPower * 60_000
            delivered[scenario.tariff - 1] += scenario.deliveredPower * 60_000
        }
        #expect(scenario.received == received.map { 1_234_567_891 + $0 / 3600 })
        #expect(scenario.delivered == delivered.map { 1_234_567_891 + $0 / 3600 })
        #expect(received.allSatisfy { $0 > 0 } && delivered.contains { $0 > 0 })
        try checkShown(by: parse(scenario.settings.profile.telegram(scenario)), scenario)
    }

    /// The numbers of a telegram, cut off to the digits that it has.
    private func checkShown(by telegram: Telegram, _ scenario: MeterScenario) throws {
        let hasTariffs = telegram.number("electricity/received/tariff1") != nil || scenario.settings.profile.name == "lu-smarty"
        let shown: [(String, FixedDecimal)] = [
            ("electricity/received/tariff1", FixedDecimal(mantissa: scenario.received[0], scale: 6)),
            ("electricity/received/tariff2", FixedDecimal(mantissa: scenario.received[1], scale: 6)),
            ("electricity/delivered/tariff1", FixedDecimal(mantissa: scenario.delivered[0], scale: 6)),
            ("electricity/delivered/tariff2", FixedDecimal(mantissa: scenario.delivered[1], scale: 6)),
            ("electricity/received/total", FixedDecimal(mantissa: hasTariffs ? scenario.receivedTotal : scenario.receivedAlone, scale: 6)),
            (
                "electricity/delivered/total",
                FixedDecimal(mantissa: hasTariffs ? scenario.deliveredTotal : scenario.deliveredAlone, scale: 6)
            ),
            ("electricity/delivered/actual", FixedDecimal(mantissa: scenario.deliveredPower, scale: 3)),
        ]
        for (path, exact) in shown {
            guard let number = telegram.number(path) else { continue }
            // A total of what is shown in whole Wh may lack one.
            let next = try #require(number.adding(FixedDecimal(mantissa: 2, scale: number.scale)))
            #expect(!(exact < number) && exact < next, "\(path)")
        }
    }

    @Test("power flows in one direction at a time, and the phases add up to it") func phases() throws {
        var scenario = try scenario(start: "2026-06-18T04:00:00Z")
        var directions: Set<Bool> = []
        for _ in 0..<5000 {
            scenario.advance()
            let phases = scenario.phases
            #expect(phases.map(\.power).reduce(0, +) == scenario.receivedPower - scenario.deliveredPower)
            #expect(min(scenario.receivedPower, scenario.deliveredPower) == 0)
            directions.insert(scenario.deliveredPower > 0)
            for phase in phases {
                #expect((2150...2450).contains(phase.voltage))
                #expect(abs(phase.current * phase.voltage - abs(phase.power) * 10_000) <= phase.voltage)
                #expect(phase.receivedPower - phase.deliveredPower == phase.power && min(phase.receivedPower, phase.deliveredPower) == 0)
            }
        }
        #expect(directions == [true, false])
    }

    @Test("demand is the mean of what was shown in the quarter hour, and the peak of the month the highest of them") func demand() throws {
        var scenario = try scenario("be-emucs", start: "2026-03-02T16:00:00Z")
        let invented = try #require(scenario.monthPeak)
        #expect((2600...4400).contains(invented.power))
        var means: [Int64] = []
        for _ in 0..<24 {
            var sums: (received: Int64, delivered: Int64) = (0, 0)
            for number in 1...90 as ClosedRange<Int64> {
                scenario.advance()
                sums = (sums.received + scenario.receivedPower, sums.delivered + scenario.deliveredPower)
                guard number < 90 else { break }
                #expect(scenario.ledger.runningDemand.received == (sums.received + 45) / 90)
            }
            #expect(scenario.ledger.runningDemand.received == 0)
            #expect(scenario.ledger.lastDemand.received == (sums.received + 45) / 90)
            #expect(scenario.ledger.lastDemand.delivered == (sums.delivered + 45) / 90)
            means.append((sums.received + 45) / 90)
        }
        #expect(Set(means).count > 20)
        #expect(scenario.monthPeak?.power == max(invented.power, means.max() ?? 0))
    }

    @Test("a month that was counted goes into the history with its peak, and its registers are kept") func month() throws {
        // Local midnight of 1 April is 22:00 UTC.
        var scenario = try scenario("be-emucs2", start: "2026-03-31T16:00:00Z", interval: 60_000)
        for _ in 0..<360 { scenario.advance() }
        let end = scenario.ledger.registers
        let peak = try #require(scenario.pastMonths.last?.peak)
        #expect(scenario.ledger.monthEnd == end && scenario.monthPeak?.power == 0)
        for _ in 0..<360 { scenario.advance() }
        #expect(scenario.ledger.monthEnd == end && scenario.ledger.registers != end)
        #expect(scenario.pastMonths.last?.peak == peak && scenario.pastMonths.count == 12)
        #expect(scenario.monthEndAlone.received == end.received[0] + end.received[1] - 1_234_567_891)
        #expect(scenario.pastMonths.allSatisfy { (2600...4700).contains($0.peak.power) && $0.peak.time % 900_000 == 0 })
    }

    @Test("a peak before the start lies within what is over of the month") func pastPeaks() throws {
        for start in ["2026-03-01T00:10:00Z", "2026-02-28T23:00:00Z", "2026-03-01T23:00:00Z", "2026-03-31T21:59:00Z"] {
            let scenario = try scenario("be-emucs", start: start, interval: 60_000)
            let peak = try #require(scenario.monthPeak)
            #expect(try peak.time >= #require(UTCTime.secondsSince1970("2026-02-28T23:00:00Z")) * 1000 && peak.time <= scenario.time)
            #expect(peak.power <= 4400)
        }
    }

    @Test("the same seed and start make the same bytes, another seed another home", arguments: EmulatorProfile.names)
    func deterministic(_ profile: String) throws {
        let settings = try settings(profile, start: "2026-03-02T17:00:00Z")
        var one = EmulatedMeter(settings, seed: 8, now: 0)
        var same = EmulatedMeter(settings, seed: 8, now: 99)
        var other = EmulatedMeter(settings, seed: 9, now: 0)
        for number in 0..<60 {
            if number % 3 == 1 {
                one.skip()
                same.skip()
                other.skip()
                continue
            }
            let bytes = one.next()
            #expect(bytes == same.next())
            #expect(bytes != other.next())
        }
    }

    @Test("another interval shows the same home", arguments: [2000, 7000, 10_000, 60_000, 900_000, 3_600_000] as [Int64])
    func intervals(_ interval: Int64) throws {
        var fine = try scenario(start: "2026-06-18T12:00:00Z", interval: 1000)
        var coarse = try scenario(start: "2026-06-18T12:00:00Z", interval: interval)
        while coarse.number * interval < 21_600_000 { coarse.advance() }
        while fine.time < coarse.time { fine.advance() }
        #expect(fine.time == coarse.time && fine.gas == coarse.gas)
        // A watt for an interval, in millionths of a kWh.
        let tolerance = 2 * interval / 3600 + 2
        #expect(abs(fine.receivedTotal - fine.deliveredTotal - coarse.receivedTotal + coarse.deliveredTotal) <= tolerance)
        // Within an interval of 10 s what goes in and out is taken together.
        #expect(abs(fine.receivedTotal - coarse.receivedTotal) <= (interval <= 10_000 ? 100_000 : tolerance))
    }

    @Test("a time can be started at: what is shown does not depend on what was before") func jump() throws {
        var early = try scenario(start: "2026-10-24T23:30:00Z", interval: 1000)
        for _ in 0..<7200 { early.advance() }
        let late = try scenario(start: "2026-10-25T01:30:00Z", interval: 1000)
        #expect(early.receivedPower == late.receivedPower && early.deliveredPower == late.deliveredPower)
        #expect(early.phases == late.phases && early.tariff == late.tariff)
    }

    @Test("numbers move from the first seconds on, whatever the time", arguments: ["2026-06-18T11:00:00Z", "2026-12-17T02:00:00Z"])
    func moves(_ start: String) throws {
        var scenario = try scenario(start: start, interval: 1000)
        var powers: Set<Int64> = []
        var voltages: Set<Int64> = []
        for _ in 0..<10 {
            scenario.advance()
            powers.insert(scenario.receivedPower + scenario.deliveredPower)
            voltages.insert(scenario.phases[0].voltage)
        }
        #expect(powers.count >= 5 && voltages.count >= 3)
    }

    @Test("gas grows by what was burnt, whatever the interval between readings") func gas() throws {
        func reading(_ gasInterval: Int64) throws -> Int64 {
            var settings = try settings(start: "2026-01-15T00:00:00Z", interval: 60_000)
            settings.gasInterval = gasInterval
            var scenario = MeterScenario(settings, seed: 1, now: 0)
            for _ in 0..<720 { scenario.advance() }
            return scenario.gas.reading - 77_123_000
        }
        let hourly = try reading(3_600_000)
        #expect((2_000_000...8_000_000).contains(hourly))
        #expect(try reading(300_000) == hourly && reading(60_000) == hourly && reading(1) == hourly)
    }

    @Test("a heat meter counts heat") func heat() throws {
        var scenario = try scenario("nl-warmtelink", start: "2026-01-15T00:00:00Z", interval: 3_600_000)
        for _ in 0..<24 { scenario.advance() }
        let (gas, heat) = (scenario.gas.reading - 77_123_000, scenario.heat.reading - 77_123_000)
        #expect(gas > 3_000_000 && heat == gas * 317 / 10_000)
        #expect(
            try parse(scenario.settings.profile.telegram(scenario)).mbusDevices.first?.reading?.mantissa == scenario.heat.reading / 1000)
    }

    @Test("without gas there is no gas meter", arguments: EmulatorProfile.names) func noGas(_ profile: String) throws {
        let settings = try settings(profile, household: HouseholdSettings(gas: false))
        var meter = EmulatedMeter(settings, seed: 1, now: 0)
        let telegram = try parse(meter.next())
        #expect(telegram.issues.isEmpty)
        #expect(telegram.mbusDevices.isEmpty == (profile != "nl-warmtelink"))
    }

    @Test("a new meter goes on from its registers") func swap() throws {
        var scenario = try scenario("se-h1", start: "2026-06-18T12:00:00Z")
        scenario.advance()
        scenario.advance([EmulatorFault(kind: .meterSwap(registers: 3_000_000), at: 0)])
        #expect(scenario.delivered.reduce(0, +) == 6_000_000 + scenario.deliveredPower * 10_000 / 3600)
        #expect(scenario.deliveredAlone == 3_000_000 + scenario.deliveredPower * 10_000 / 3600)
        #expect(scenario.receivedAlone == 3_000_000)
    }

    /// Half a day of each kind of meter, from the hour in which summer time begins until the sun is high.
    @Test("the guard holds nothing, and no line is strange", arguments: EmulatorProfile.names) func guarded(_ profile: String) throws {
        let settings = try settings(profile, start: "2026-03-29T00:30:00Z", interval: 300_000)
        var meter = EmulatedMeter(settings, seed: 3, now: 0)
        let fixture = PipelineFixture()
        fixture.now.utc = try #require(UTCTime.secondsSince1970("2026-03-29T00:30:00Z")) * 1000 - 300_000
        for _ in 0..<150 {
            let bytes = meter.next()
            fixture.send(bytes, after: 300_000)
            let groups = String(decoding: bytes, as: UTF8.self).split(separator: "(")
            #expect(!groups.contains { $0.hasPrefix("-") && !$0.prefix { $0 != "*" && $0 != ")" }.contains { "123456789".contains($0) } })
        }
        #expect(fixture.pipeline.counts.good == 150)
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
        #expect(fixture.log.lines.isEmpty)
    }
}
