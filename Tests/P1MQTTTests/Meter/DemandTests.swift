import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Capacity tariff") struct DemandTests {
    /// `forecast headroom average12` of a telegram at a time of day, `-` for what is not there.
    private func demand(_ clock: String, _ lines: [String], minimum: String = "2.5") throws -> String {
        var options = TelegramInterpreter.Options()
        options.minimumMonthPeak = try #require(FixedDecimal(minimum))
        var interpreter = TelegramInterpreter(options)
        let document = try TelegramFixture.document(["0-0:1.0.0(260703\(clock)S)"] + lines, &interpreter)
        return try ["forecast", "headroom", "average12"].map { try document.json(at: "derived/demand/\($0)/reading") ?? "-" }
            .joined(separator: " ")
    }

    private let peak = "1-0:1.6.0(260702181500S)(04.000*kW)"

    @Test("half of a quarter hour is over: the present power fills the other half") func forecast() throws {
        #expect(try demand("180730", ["1-0:1.4.0(01.000*kW)", "1-0:1.7.0(02.500*kW)", peak]) == "2.250 1.750 -")
        // The last second, and the first.
        #expect(try demand("181459", ["1-0:1.4.0(01.000*kW)", "1-0:1.7.0(09.000*kW)", peak]) == "1.010 2.990 -")
        #expect(try demand("181500", ["1-0:1.4.0(00.000*kW)", "1-0:1.7.0(02.500*kW)", peak]) == "2.500 1.500 -")
    }

    @Test("in the first second the average may still be that of the quarter hour before") func boundary() throws {
        #expect(try demand("181500", ["1-0:1.4.0(03.100*kW)", "1-0:1.7.0(02.500*kW)", peak]) == "3.100 0.900 -")
    }

    @Test("a new peak is a headroom below zero") func newPeak() throws {
        #expect(try demand("180000", ["1-0:1.4.0(00.000*kW)", "1-0:1.7.0(05.200*kW)", peak]) == "5.200 -1.200 -")
    }

    @Test("below the least that is paid for there is nothing to save") func minimum() throws {
        let lines = ["1-0:1.4.0(00.000*kW)", "1-0:1.7.0(01.000*kW)", "1-0:1.6.0(260702181500S)(00.300*kW)"]
        #expect(try demand("180000", lines) == "1.000 1.500 -")
        #expect(try demand("180000", lines, minimum: "0") == "1.000 -0.700 -")
    }

    @Test("a meter says over how long it averages, and which way its power goes") func otherMeters() throws {
        #expect(try demand("183000", ["1-0:1.4.0(01.000*kW)", "1-0:1.7.0(02.000*kW)", "1-0:0.8.2(3600*s)"]) == "2.000 - -")
        #expect(try demand("180730", ["1-0:1.4.0(01.000*kW)", "1-0:16.7.0(-02.000*kW)", peak]) == "1.000 3.000 -")
    }

    @Test("the quarter hours are those of the meter's clock, also where the time of arrival is shown") func ownClock() throws {
        var options = TelegramInterpreter.Options()
        options.clock = .arrival
        var interpreter = TelegramInterpreter(options)
        let lines = ["0-0:1.0.0(260703180730S)", "1-0:1.4.0(01.000*kW)", "1-0:1.7.0(02.500*kW)", peak]
        let document = try TelegramFixture.document(lines, &interpreter, arrival: 1_800_000_123)
        #expect(try document.json(at: "derived/demand/forecast/reading") == "2.250")
    }

    @Test("only where the meter sends the averages") func absent() throws {
        #expect(try demand("180730", ["1-0:1.7.0(02.500*kW)", peak]) == "- - -")
        #expect(try demand("180730", ["1-0:1.4.0(02.500*kW)", peak]) == "- - -")
        let document = try TelegramFixture.document(["1-0:1.4.0(01.000*kW)", "1-0:1.7.0(02.500*kW)", peak])
        #expect(try document.json(at: "derived/demand") == nil, "a capture without a clock")
    }

    @Test("numbers at the end of what fits do not wrap around") func overflow() throws {
        #expect(try demand("180730", ["1-0:1.4.0(01.000*kW)", "1-0:1.7.0(999999999999999.999*kW)", peak]) == "- - -")
    }

    private func history(_ peaks: [(month: String, power: String)]) -> String {
        "0-0:98.1.0(\(peaks.count))(1-0:1.6.0)(1-0:1.6.0)"
            + peaks.map { "(\($0.month)01000000W)(\($0.month)01000000W)(\($0.power)*kW)" }.joined()
    }

    @Test("the mean of the newest twelve peaks, each at least the minimum") func average() throws {
        #expect(try demand("180730", [history([("2512", "04.000"), ("2601", "01.000")])]) == "- - 3.250")
        #expect(try demand("180730", [history([("2512", "04.000"), ("2601", "01.000")])], minimum: "0") == "- - 2.500")
        #expect(try demand("180730", [history([])]) == "- - -")
    }

    /// The last 12 months before July 2026, the oldest first.
    private let year = (0..<12).map { index in
        let month = (index + 7) % 12 + 1
        return (month: (index < 5 ? "25" : "26") + (month < 10 ? "0\(month)" : "\(month)"), power: "03.00\(month % 2)")
    }

    @Test("the last twelve months count, however many are listed and in whatever order") func twelve() throws {
        #expect(try demand("180730", [history([("2507", "99.000")] + year)]) == "- - 3.001", "half of a thousandth is rounded up")
        #expect(try demand("180730", [history(year.reversed() + [("2507", "99.000")])]) == "- - 3.001")
        #expect(try demand("180730", [history([("2507", "99.000")] + year.dropFirst(11))]) == "- - 3.001", "an older one fills no gap")
        #expect(try demand("180730", [history([("2411", "99.000"), ("2506", "99.000")])]) == "- - -")
    }

    @Test(
        "a month without its end, and one in which nothing was counted, is none",
        arguments: [
            "(231101000000W)(632525252525W)(00.000*kW)", "(260601000000S)(632525252525W)(00.000*kW)", "(260601000000S)()(00.000*kW)",
            "(260601000000S)(000101010000W)(00.000*kW)", "(632525252525S)(260512173000S)(09.000*kW)", "()(260512173000S)(09.000*kW)",
            "(000101000000W)(000101000000W)(00.000*kW)",
        ])
    func noMonth(_ month: String) throws {
        let list = "0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)\(month)(260501000000S)(260412173000S)(03.000*kW)"
        #expect(try demand("180730", [list]) == "- - 3.000")
    }

    @Test("a month of which only the time of the peak is lost counts, and so does one of zero") func counts() throws {
        let lost = "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260501000000S)(632525252525W)(03.000*kW)"
        #expect(try demand("180730", [lost]) == "- - 3.000")
        #expect(try demand("180730", [history([("2606", "00.000"), ("2605", "03.000")])]) == "- - 2.750")
    }

    @Test("without a clock all months of the list count, the newest twelve of them") func noClock() throws {
        let document = try TelegramFixture.document([history([("1902", "99.000")] + year)])
        #expect(try document.json(at: "derived/demand/average12/reading") == "3.001")
    }
}
