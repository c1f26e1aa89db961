import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("Settings of the emulator")
struct EmulatorPlanTests {
    @Test("the defaults are those of node-p1-reader")
    func defaults() throws {
        let plan = try EmulatorPlan(EmulatorSettings())
        #expect(plan.profile.name == "nl-dsmr42")
        #expect((plan.electricityOffset, plan.electricityIncrement) == (0, 100_000))
        #expect((plan.gasOffset, plan.gasIncrement) == (0, 100_000))
        #expect((plan.interval, plan.gasInterval, plan.start) == (10_000, 3_600_000, nil))
    }

    @Test(
        "a number that no register can hold names the setting and what is allowed",
        arguments: ["", "-1", "1,2,3", "1e3", "0.1234567", "1000000"])
    func numbers(_ text: String) {
        let expected = EmulatorError.number(
            setting: "electricityOffset", text: text, allowed: "kWh from 0 to 999999, with at most 6 decimals")
        #expect(throws: expected) { try EmulatorPlan(EmulatorSettings(electricityOffset: text)) }
    }

    @Test("every number is looked at")
    func eachNumber() {
        #expect(throws: EmulatorError.self) { try EmulatorPlan(EmulatorSettings(electricityIncrement: "x")) }
        #expect(throws: EmulatorError.self) { try EmulatorPlan(EmulatorSettings(gasOffset: "x")) }
        #expect(throws: EmulatorError.self) { try EmulatorPlan(EmulatorSettings(gasIncrement: "x")) }
        for seconds in [0, -1, 86401, Double.nan, .infinity] {
            #expect(throws: EmulatorError.self) { try EmulatorPlan(EmulatorSettings(interval: seconds)) }
            #expect(throws: EmulatorError.self) { try EmulatorPlan(EmulatorSettings(intervalGas: seconds)) }
        }
    }

    @Test("an unknown profile is answered with the known ones")
    func profile() {
        #expect(throws: EmulatorError.unknownProfile("nl")) { try EmulatorPlan(EmulatorSettings(profile: "nl")) }
        #expect(EmulatorError.unknownProfile("nl").description.contains("nl-dsmr50"))
    }

    @Test(
        "times of UTC are read",
        arguments: [
            ("2026-01-31T12:00:00Z", 1_769_860_800), ("2026-01-31T12:00:00.999Z", 1_769_860_800), ("2024-02-29T00:00:01Z", 1_709_164_801),
        ] as [(String, Int64)])
    func times(_ text: String, _ seconds: Int64) {
        #expect(UTCTime.secondsSince1970(text) == seconds)
    }

    @Test(
        "other texts are no time",
        arguments: [
            "", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00", "2026-02-29T12:00:00Z", "2026-01-31T24:00:00Z",
            "1999-01-31T12:00:00Z", "2100-01-31T12:00:00Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00,5Z",
        ])
    func noTimes(_ text: String) {
        #expect(throws: EmulatorError.startTime(text)) { try EmulatorPlan(EmulatorSettings(startTime: text)) }
    }
}

@Suite("Pace of telegrams")
struct TelegramPaceTests {
    @Test("keeps to the interval however late each telegram is")
    func steady() {
        var pace = TelegramPace(every: 1000, from: 50)
        for number in 1...100 as ClosedRange<Int64> {
            pace.advance(at: pace.deadline + number % 900)
            #expect(pace.deadline == 50 + number * 1000)
        }
    }

    @Test("does not make up in a burst for a stop of the process")
    func stop() {
        var pace = TelegramPace(every: 100, from: 0)
        pace.advance(at: 60_000)
        #expect(pace.deadline == 60_000)
        pace.advance(at: 60_001)
        #expect(pace.deadline == 60_100)
    }

    @Test("with an interval of 0 the next one is always due")
    func fast() {
        var pace = TelegramPace(every: 0, from: 7)
        for now in 7...5000 as ClosedRange<Int64> {
            pace.advance(at: now)
            #expect(pace.deadline <= now)
        }
    }
}

@Suite("A telegram that is taken in pieces")
struct PendingTelegramTests {
    @Test("goes out whole, whatever portions are taken")
    func portions() {
        let telegram = Array("/ABC\r\n\r\n1-0:1.8.1(1*kWh)\r\n!\r\n".utf8)
        for size in 1...telegram.count {
            var pending = PendingTelegram()
            pending.begin(telegram)
            var taken: [UInt8] = []
            var turns = 0
            while !pending.isEmpty {
                var isReady = true
                let outcome = pending.flush { rest in
                    guard isReady else { return 0 }
                    isReady = false
                    taken += rest.prefix(size)
                    return min(size, rest.count)
                }
                #expect(outcome == (pending.isEmpty ? .done : .waiting))
                turns += 1
            }
            #expect(taken == telegram)
            #expect(turns == (telegram.count + size - 1) / size)
        }
    }
}
