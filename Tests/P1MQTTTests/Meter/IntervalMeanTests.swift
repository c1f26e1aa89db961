import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Mean of an interval") struct IntervalMeanTests {
    private let start = Moment(monotonic: 1_000_000, utc: 0)

    /// Power, a register and net power of each published telegram; `telegrams` are milliseconds and power as sent.
    private func published(_ telegrams: [(Int64, String)], every seconds: Double) throws -> [(at: Int64, power: String)] {
        var mean = IntervalMean(seconds: seconds)
        var result: [(Int64, String)] = []
        for (time, power) in telegrams {
            let document = try TelegramFixture.document(["1-0:1.7.0(\(power)*kW)"])
            guard let due = mean.add(document, at: start.advanced(byMilliseconds: time)) else { continue }
            result.append((time, try #require(try due.json(at: "electricity/received/actual/reading"))))
        }
        return result
    }

    @Test("without an interval every telegram passes as it is") func off() throws {
        let result = try published([(0, "1.000"), (10, "2.000"), (20, "3.000")], every: 0)
        #expect(result.map(\.power) == ["1.000", "2.000", "3.000"])
    }

    @Test("each value counts for the time since the one before it (amsreader 756, core 149902)") func weights() throws {
        // 1 s of 1.000, 3 s of 2.000 and 6 s of 0.500.
        let result = try published([(0, "9.000"), (1000, "1.000"), (4000, "2.000"), (10_000, "0.500")], every: 10)
        #expect(result.map(\.at) == [0, 10_000])
        #expect(result.map(\.power) == ["9.000", "1.000"])
    }

    @Test("is rounded to the decimals sent, half away from zero, exactly") func rounding() throws {
        #expect(try published([(0, "0.000"), (1000, "0.001"), (2000, "0.002")], every: 2).last?.power == "0.002")
        #expect(try published([(0, "0.000"), (1000, "-0.001"), (2000, "-0.002")], every: 2).last?.power == "-0.002")
        #expect(try published([(0, "0.000"), (1000, "0.001"), (3000, "0.002"), (4000, "0.001")], every: 4).last?.power == "0.002")
        #expect(try published([(0, "0.000"), (1000, "0.001"), (2000, "0.001"), (3000, "0.002")], every: 3).last?.power == "0.001")
        // 0.1 + 0.2 three times over: no binary fraction is involved.
        #expect(try published([(0, "0.0"), (1000, "0.1"), (2000, "0.2"), (3000, "0.3")], every: 3).last?.power == "0.2")
    }

    @Test("stays on its grid: telegrams a second apart and an interval of ten give one in ten") func grid() throws {
        let steady = (0...60).map { (Int64($0) * 1000, "1.000") }
        #expect(try published(steady, every: 10).map(\.at) == [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000])
        // A meter whose clock is a little slow, or fast.
        let slow = (0...60).map { (Int64($0) * 1005, "1.000") }
        #expect(try published(slow, every: 10).count == 7)
        let fast = (0...60).map { (Int64($0) * 999, "1.000") }
        #expect(try published(fast, every: 10).map(\.at) == (0...6).map { Int64($0) * 9990 })
    }

    @Test("begins a new grid after a long pause") func pause() throws {
        let result = try published([(0, "1.000"), (35_000, "1.000"), (36_000, "1.000"), (45_000, "1.000")], every: 10)
        #expect(result.map(\.at) == [0, 35_000, 45_000])
    }

    @Test("registers, demands and times are those of the last telegram; net power follows from the means") func lastValue() throws {
        var mean = IntervalMean(seconds: 10)
        func add(_ time: Int64, _ power: String, _ register: String) throws -> CompletedDocument? {
            mean.add(
                try TelegramFixture.document([
                    "1-0:1.7.0(\(power)*kW)", "1-0:2.7.0(0.000*kW)", "1-0:1.8.1(\(register)*kWh)", "1-0:1.4.0(\(power)*kW)",
                    "1-0:32.7.0(23\(register)*V)",
                ]), at: start.advanced(byMilliseconds: time))
        }
        _ = try add(0, "0.000", "1.0")
        _ = try add(5000, "1.000", "2.0")
        let due = try #require(try add(10_000, "2.000", "4.0"))
        #expect(try due.json(at: "electricity/received/actual/reading") == "1.500")
        #expect(try due.json(at: "electricity/instantaneous/voltage/L1/reading") == "233.0")
        #expect(try due.json(at: "electricity/received/tariff1/reading") == "4.0")
        #expect(try due.json(at: "electricity/demand/positiveActiveDemand/currentDemandPeriod/reading") == "2.000")
        #expect(try due.json(at: "derived/netPower/total/reading") == "1.500")
    }

    @Test("a value that was not in every telegram is the mean of those it was in, and none when the last lacks it") func gaps() throws {
        var mean = IntervalMean(seconds: 10)
        _ = mean.add(try TelegramFixture.document([]), at: start)
        _ = mean.add(try TelegramFixture.document(["1-0:1.7.0(2.000*kW)"]), at: start.advanced(byMilliseconds: 5000))
        let without = try #require(mean.add(try TelegramFixture.document([]), at: start.advanced(byMilliseconds: 10_000)))
        #expect(without["electricity/received/actual"] == nil)
    }

    @Test("another number of decimals begins anew") func decimals() throws {
        #expect(try published([(0, "1.000"), (1000, "1.000"), (2000, "3.0")], every: 2).last?.power == "3.0")
    }

    @Test("no digits from the wire make it overflow") func overflow() throws {
        // The second one times 5000 ms is next to the largest 64-bit number; half a divisor more would not fit.
        for digits in ["999999999999999.999", "1844674407370.955", "-1844674407370.955", "-999999999999999.999"] {
            let result = try published([(0, digits), (5000, digits), (10_000, digits)], every: 10)
            #expect(result.last?.power == digits)
        }
    }
}
