import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("Meter scenario")
struct MeterScenarioTests {
    /// A scenario after `number` telegrams, from Monday 2 March 2026.
    private func scenario(
        _ number: Int = 0, start: String = "2026-03-02T08:00:00Z", profile: String = "nl-dsmr42", seed: UInt64 = 1,
        _ change: (inout EmulatorSettings) -> Void = { _ in }
    ) throws -> MeterScenario {
        var settings = try EmulatorSettings(profile: .named(profile), startTime: UTCTime.secondsSince1970(start))
        change(&settings)
        var scenario = MeterScenario(settings, seed: seed, now: 0)
        for _ in 0..<number { scenario.advance() }
        return scenario
    }

    @Test("the first telegram shows the offsets, each further one adds the increment once")
    func increments() throws {
        #expect(try scenario { $0.electricityOffset = 12_345_000 }.received == [12_345_000, 12_345_000])
        #expect(try scenario(1) { $0.electricityOffset = 12_345_000 }.received == [12_345_000, 12_445_000])
        #expect(try scenario().delivered == [0, 0])
    }

    @Test(
        "registers are exact after a thousand telegrams", arguments: [100_000, 3000, 1, 7_000_000])
    func exact(_ increment: Int64) throws {
        let scenario = try scenario(1000) { $0.electricityIncrement = increment }
        #expect(scenario.received == [0, 1000 * increment])
    }

    @Test(
        "the power is what makes the registers grow",
        arguments: [
            (100_000, 10_000, 36000), (100_000, 1000, 360_000), (0, 10_000, 0), (1000, 10_000, 360), (100, 7000, 51),
            (250, 2500, 360), (9_999_000_000, 1, 35_996_400_000_000),
        ] as [(Int64, Int64, Int64)])
    func power(_ increment: Int64, _ interval: Int64, _ watts: Int64) throws {
        let scenario = try scenario {
            $0.electricityIncrement = increment
            $0.interval = interval
        }
        #expect(scenario.receivedPower == watts)
    }

    @Test("the defaults show 36.000 kW", arguments: ["nl-dsmr42", "nl-dsmr50", "be-emucs"])
    func defaultPower(_ profile: String) throws {
        let scenario = try scenario(profile: profile)
        #expect(try parse(scenario.settings.profile.telegram(scenario)).number("electricity/received/actual")?.description == "36.000")
    }

    @Test("the phases add up to the total, with the current that follows")
    func phases() throws {
        var scenario = try scenario { $0.electricityIncrement = 12_300 }
        for _ in 0..<200 {
            scenario.advance()
            let phases = scenario.phases
            #expect(phases.map(\.power).reduce(0, +) == scenario.receivedPower)
            for phase in phases {
                #expect((2200...2400).contains(phase.voltage) && phase.power > 0)
                #expect(abs(phase.current * phase.voltage - phase.power * 10_000) <= phase.voltage)
            }
        }
    }

    @Test("the same seed makes the same telegrams, another one others")
    func seed() throws {
        func telegrams(_ seed: UInt64) throws -> [[UInt8]] {
            var meter = EmulatedMeter(try scenario(profile: "be-emucs").settings, seed: seed, now: 0)
            return (0..<50).map { _ in meter.next() }
        }
        #expect(try telegrams(3) == telegrams(3))
        #expect(try zip(telegrams(3), telegrams(4)).allSatisfy(!=))
        #expect(try scenario(seed: 3).equipmentId == "EMUE0000000000003")
        #expect(try scenario(seed: 3).gasEquipmentId == "EMUG0000000000003")
        #expect(try scenario(seed: .max).equipmentId.count == 17)
    }

    @Test("a telegram that was skipped changes none of the later ones")
    func skipping() throws {
        var heard = EmulatedMeter(try scenario().settings, seed: 1, now: 0)
        var unheard = heard
        for _ in 0..<100 {
            _ = heard.next()
            unheard.skip()
        }
        #expect(heard.next() == unheard.next())
    }

    @Test("gas is read on the hour of the meter's clock, and grows then only")
    func gas() throws {
        var scenario = try scenario(start: "2026-03-02T08:59:35Z") { $0.gasOffset = 5_000_000 }
        let hour: Int64 = 1_772_438_400_000
        #expect(scenario.gas == MeterScenario.GasReading(reading: 5_000_000, time: hour))
        for _ in 0..<2 { scenario.advance() }
        #expect(scenario.gas.reading == 5_000_000)
        scenario.advance()
        #expect(scenario.gas == MeterScenario.GasReading(reading: 5_100_000, time: hour + 3_600_000))
        for _ in 0..<3600 { scenario.advance() }
        #expect(scenario.gas == MeterScenario.GasReading(reading: 6_100_000, time: hour + 11 * 3_600_000))
    }

    @Test("gas once a day is read at midnight of the meter's standard time")
    func dailyGas() throws {
        let scenario = try scenario(100, start: "2026-06-02T21:59:00Z") { $0.gasInterval = 86_400_000 }
        let time = try #require(scenario.clock(at: scenario.gas.time))
        #expect((time.day, time.hour, time.minute, time.season) == (2, 1, 0, .summer))
    }

    @Test("a fractional interval keeps its milliseconds")
    func fraction() throws {
        let scenario = try scenario(1000) { $0.interval = 333 }
        #expect(scenario.time - scenario.start == 333_000)
        #expect(scenario.receivedPower == 1_081_081)
    }

    @Test("a register that is full begins again")
    func rollOver() throws {
        var scenario = try scenario {
            $0.electricityOffset = 999_999_999_999_999_999
            $0.gasOffset = 999_999_999_999_999_999
            $0.gasInterval = $0.interval
        }
        scenario.advance()
        #expect(scenario.received[1] == 99_999 && scenario.gas.reading == 99_999)
        scenario = try self.scenario(12) { ($0.gasIncrement, $0.gasInterval, $0.interval) = (9_999_000_000, 1, 86_400_000) }
        #expect((0..<1_000_000_000_000_000_000).contains(scenario.gas.reading))
    }

    @Test("a meter with one register that takes the place of another begins at what it is given")
    func swapAlone() throws {
        var scenario = try scenario(profile: "se-h1") { $0.electricityOffset = 1_000_000_000 }
        scenario.advance([EmulatorFault(kind: .meterSwap(registers: 3_000_000), at: 10)])
        #expect(scenario.receivedAlone == 3_100_000 && scenario.deliveredAlone == 3_000_000)
    }

    @Test("without a start time the first telegram is of now, in whole seconds")
    func now() {
        #expect(MeterScenario(EmulatorSettings(), seed: 0, now: 1_772_000_000_987).time == 1_772_000_000_000)
    }

    @Test("at both ends of what a meter can write, times are left out or written as not set", arguments: EmulatorProfile.names)
    func endsOfTime(_ profile: String) throws {
        let last = try scenario(2, start: "2099-12-31T23:00:00Z", profile: profile) { $0.interval = 86_400_000 }
        #expect(last.clock == nil)
        #expect(last.received.reduce(0, +) == 200_000)
        #expect(try parse(last.settings.profile.telegram(last)).issues.isEmpty)
        let first = try scenario(0, start: "2000-01-01T00:01:00Z", profile: profile)
        #expect(try parse(first.settings.profile.telegram(first)).issues.isEmpty)
    }
}

@Suite("Tariffs by the clock")
struct TariffClockTests {
    @Test(
        "Dutch and Belgian meters switch",
        arguments: [
            ("2026-03-02T05:59:50Z", 1, 2),  // Monday 06:59:50
            ("2026-03-02T06:00:00Z", 2, 1),
            ("2026-03-02T20:59:50Z", 2, 1),
            ("2026-03-02T21:00:00Z", 2, 2),  // 22 h
            ("2026-03-02T21:59:50Z", 2, 2),
            ("2026-03-02T22:00:00Z", 1, 2),  // 23 h
            ("2026-03-07T12:00:00Z", 1, 2),  // Saturday
            ("2026-03-08T12:00:00Z", 1, 2),  // Sunday
            ("2026-07-06T05:00:00Z", 2, 1),  // Monday 7 h in summer
            ("2026-07-06T04:59:59Z", 1, 2),
        ])
    func tariff(_ text: String, _ dutch: Int, _ belgian: Int) throws {
        let time = try #require(UTCTime.secondsSince1970(text).flatMap { MeterTimestamp(secondsSince1970: $0, standardOffset: 60) })
        #expect(TariffClock.netherlands.tariff(at: time) == dutch)
        #expect(TariffClock.belgium.tariff(at: time) == belgian)
    }

    @Test("only the register of the tariff in force grows, also over the night in which summer time ends")
    func registers() throws {
        // Sunday 25 October 2026, 01:00 UTC; 100 hours cover it and two working days.
        var scenario = MeterScenario(
            EmulatorSettings(interval: 60_000, startTime: UTCTime.secondsSince1970("2026-10-24T20:00:00Z")), seed: 0, now: 0)
        var last = scenario.received
        for _ in 0..<6000 {
            scenario.advance()
            last[scenario.tariff - 1] += 100_000
            #expect(scenario.received == last)
        }
        #expect(last.allSatisfy { $0 > 0 })
    }

    @Test("the clock passes the nights of summer time as meters do")
    func summerTime() throws {
        func texts(_ start: String) throws -> [String] {
            var meter = EmulatedMeter(
                EmulatorSettings(interval: 1_800_000, startTime: UTCTime.secondsSince1970(start)), seed: 0, now: 0)
            return try (0..<4).map { _ in
                let telegram = try parse(meter.next())
                let object = try #require(telegram.objects.first { $0.code == OBISCode(0, 0, 1, 0, 0) })
                return telegram.values(of: object).first.map { telegram.string($0.text) } ?? ""
            }
        }
        #expect(try texts("2026-10-25T00:00:00Z") == ["261025020000S", "261025023000S", "261025020000W", "261025023000W"])
        #expect(try texts("2026-03-29T00:30:00Z") == ["260329013000W", "260329030000S", "260329033000S", "260329040000S"])
    }
}
