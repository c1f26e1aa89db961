import P1Parser
import Testing

@Suite("Failure log and peak history")
struct MeterHistoryTests {
    private func log(_ groups: String) throws -> FailureLog? {
        let telegram = try Telegram(lines: "1-0:99.97.0" + groups)
        return telegram.failureLog(of: try #require(telegram.readings.first))
    }

    private func peaks(_ groups: String) throws -> PeakHistory? {
        let telegram = try Telegram(lines: "0-0:98.1.0" + groups)
        return telegram.peakHistory(of: try #require(telegram.readings.first))
    }

    /// Landis+Gyr E660: the peaks of both directions, and the length of the period.
    private static let business = """
        (1)(0-0:0.1.0)(1-0:1.6.0)(1-0:1.6.0)(1-0:2.6.0)(1-0:2.6.0)\
        (230101000000W)(15)(221206201500W)(06.134*kW)(221207131500W)(01.500*kW)
        """

    @Test(
        "failure log: the count as stated, the failures as listed",
        arguments: [
            ("(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(101208151004W)(0000000301*s)", 2, [240, 301]),
            ("(0)(0-0:96.7.19)", 0, []), ("(0)", 0, []), ("()", 0, []), ("(5)(0-0:96.7.19)(101208152415W)(0000000240*s)", 5, [240]),
            ("(1)(0-0:96.7.19)(101208152415W)(240)", 1, [240]), ("(1)(0-0:96.7.19)(101208152415W)(240s)", 1, [240]),
            ("(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(101208151004W)", 2, [240]),
            ("(2)(1-0:96.7.19)(101208152415W)(0000000000*s)(101208151004W)(4294967295*s)", 2, [0, 4_294_967_295]),
            ("(1)(0-0:96.7.19)(101208152415W)(x*s)", 1, []), ("(1)(0-0:96.7.19)()()", 1, []),
            // Without the code of what is logged; a group lost; more seconds than a counter has.
            ("(1)(101208152415W)(0000000240*s)", 1, [240]),
            ("(2)(0-0:96.7.19)(101208152415W)(101208151004W)(0000000301*s)", 2, [301]),
            ("(2)(0-0:96.7.19)(0000000240*s)(101208151004W)(0000000301*s)", 2, [301]),
            ("(2)(0-0:96.7.19)(101208152415)(101208151004)(0000000301)", 2, [301]),
            ("(1)(0-0:96.7.19)(101208152415W)(4294967296*s)", 1, []),
        ] as [(String, Int64, [Int64])])
    func failures(_ groups: String, _ count: Int64, _ durations: [Int64]) throws {
        let log = try #require(try log(groups))
        #expect(log.count == count)
        #expect(log.failures.map(\.duration) == durations)
        #expect(log.failures.allSatisfy { $0.end != nil })
    }

    @Test("failure log: one of another shape is none", arguments: ["(x)", "(0-0:96.7.19)"])
    func noLog(_ groups: String) throws {
        #expect(try log(groups) == nil)
    }

    @Test("failure log: an impossible end keeps its duration")
    func impossibleEnd() throws {
        let log = try #require(try log("(1)(0-0:96.7.19)(632525252525W)(0000000240*s)"))
        #expect(log.failures.map(\.end) == [nil] && log.failures.map(\.duration) == [240])
    }

    @Test(
        "peak history: the count as stated, the months as listed",
        arguments: [
            (
                "(2)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(06.134*kW)(230201000000W)(230127174500W)(05.644*kW)", 2,
                ["6.134", "5.644"]
            ),
            ("(0)(1-0:1.6.0)(1-0:1.6.0)()", 0, []), ("(12)", 12, []), ("(0)", 0, []),
            ("(3)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(06.134*kW)", 3, ["6.134"]),
            ("(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(6134*W)", 1, ["6.134"]),
            ("(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(06.134kW)", 1, ["6.134"]),
            ("(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(221206201500W)(06.134*kWh)", 1, []),
            (MeterHistoryTests.business, 1, ["6.134"]),
            // The time behind its value, as Iskra writes 1.6.0; a group lost.
            ("(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(06.134*kW)(221206201500)", 1, ["6.134"]),
            ("(2)(1-0:1.6.0)(1-0:1.6.0)(221206201500W)(06.134*kW)(230201000000W)(230127174500W)(05.644*kW)", 2, []),
        ] as [(String, Int64, [String])])
    func months(_ groups: String, _ count: Int64, _ powers: [String]) throws {
        let history = try #require(try peaks(groups))
        #expect(history.count == count)
        #expect(history.peaks.map(\.power.description) == powers)
        #expect(history.peaks.allSatisfy { $0.monthEnd?.year == 2023 && $0.occurred != nil })
    }

    @Test("peak history: an impossible time keeps its month and its power", arguments: ["632525252525W", "35255255255255255S", ""])
    func impossibleTime(_ time: String) throws {
        let history = try #require(try peaks("(1)(1-0:1.6.0)(1-0:1.6.0)(230101000000W)(\(time))(06.134*kW)"))
        #expect(history.peaks.first?.occurred == nil)
        #expect(history.peaks.first?.monthEnd != nil)
    }

    @Test("peak history: Hungary's month-end values are not one", arguments: ["(230701000000S)(000040.777*kWh)(000008.950*kWh)", "()"])
    func otherContent(_ groups: String) throws {
        #expect(try peaks(groups) == nil)
    }
}
