import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Register guard") struct RegisterGuardTests {
    /// What is shown for each value in turn.
    private func electricity(_ values: String...) -> String {
        var series = RegisterSeries()
        return values.map { series.electricity($0).shown }.joined(separator: " ")
    }

    @Test("a zero between true values is never shown, and the next true value is at once (core 104515, dsmr-reader 477)") func zero() throws
    {
        #expect(electricity("100.000", "0.000", "100.010") == "100.000 [100.000] 100.010")
        #expect(electricity("100.000", "0.000", "0.000", "100.010") == "100.000 [100.000] [100.000] 100.010")
        var series = RegisterSeries()
        _ = series.electricity("100.000")
        let holds = series.electricity("0.000").holds
        let hold = try #require(holds.first)
        #expect(holds.count == 1)
        #expect(hold.path == "electricity/received/tariff1")
        #expect(hold.reason == .zero)
        #expect(hold.held == RegisterSample(value: FixedDecimal(mantissa: 0, scale: 3), unit: .kWh, time: RegisterSeries.start + 20))
        #expect(hold.last == RegisterSample(value: FixedDecimal(mantissa: 100_000, scale: 3), unit: .kWh, time: RegisterSeries.start + 10))
        // It is news once.
        #expect(series.electricity("0.000").holds.isEmpty)
        #expect(series.electricity("100.000").holds.isEmpty)
        #expect(series.electricity("0.000").holds.count == 1)
    }

    @Test("the first value is taken, zero included, and a home without solar stays at zero") func first() {
        #expect(electricity("0.000", "0.000", "0.001", "0.002") == "0.000 0.000 0.001 0.002")
        #expect(electricity("123456.789", "123456.790") == "123456.789 123456.790")
    }

    @Test("a step back and one that is too large are held; the fourth telegram in a row that agrees is taken") func confirmed() {
        #expect(electricity("100", "90", "90", "90", "90", "91") == "100 [100] [100] [100] 90 91")
        #expect(electricity("100", "500", "500", "501", "502", "502") == "100 [100] [100] [100] 502 502")
        #expect(electricity("100", "0", "0", "0", "0", "1") == "100 [100] [100] [100] 0 1")
    }

    /// What a register shows that grows evenly by steps of thousandths: the index of each value that is shown, `-` for one
    /// that is held.
    private func shown(steps: Int, each step: Int64, every seconds: Int64) -> String {
        var series = RegisterSeries()
        return (0..<steps).map { index in
            let value = FixedDecimal(mantissa: 1_463_051_760 + Int64(index) * step, scale: 3).description
            return series.electricity(value, after: seconds).shown == value ? "\(index)" : "-"
        }.joined(separator: " ")
    }

    @Test("a register that is truly faster than the limit is believed, and followed from there")
    func faster() {
        // 395 kW once a minute, and 1.2 MW every ten seconds.
        #expect(shown(steps: 9, each: 6_587, every: 60) == "0 - - - 4 5 6 7 8")
        #expect(shown(steps: 9, each: 3_333, every: 10) == "0 - - - 4 5 6 7 8")
        // Slower than the limit again, and as fast as before.
        var series = RegisterSeries()
        let values = ["100", "107", "114", "121", "128", "135", "135", "136", "143"]
        #expect(
            values.map { series.electricity($0, after: 60).shown } == ["100", "[100]", "[100]", "[100]", "128", "135", "135", "136", "143"])
        #expect(series.electricity("900", after: 60).shown == "[143]")
        #expect(series.electricity("150", after: 60).shown == "150")
    }

    @Test("a register that stands still between its steps is as fast as it steps") func stepping() {
        var series = RegisterSeries()
        let values = ["100", "100", "120", "120", "140", "140", "160", "160", "180"]
        #expect(
            values.map { series.electricity($0, after: 30).shown }
                == ["100", "100", "[100]", "[100]", "[100]", "140", "160", "160", "180"])
    }

    @Test("held values that leap ever further do not confirm one another") func leaping() {
        #expect(electricity("100", "110", "140", "230", "500", "1310", "3740") == "100 [100] [100] [100] [100] [100] [100]")
        // The first leap is no rate to go by afterwards.
        #expect(electricity("100", "900", "901", "902", "903", "950", "904") == "100 [100] [100] [100] 903 [903] 904")
    }

    @Test("what does not agree begins anew") func contradicted() {
        #expect(
            electricity("100", "0", "500", "0", "500", "50", "50", "50", "50")
                == "100 [100] [100] [100] [100] [100] [100] [100] 50")
        // Falling further is no confirmation either.
        #expect(electricity("100", "90", "80", "70", "60", "50") == "100 [100] [100] [100] [100] [100]")
    }

    @Test("a step that the time allows by now is taken") func elapsed() {
        var series = RegisterSeries()
        #expect(series.electricity("100.000").shown == "100.000")
        #expect(series.electricity("103.000").shown == "[100.000]")
        #expect(series.electricity("103.000", after: 60).shown == "103.000")
        // A fleet after an outage of a week.
        #expect(series.electricity("16000.000", after: 7 * 86400).shown == "16000.000")
    }

    @Test("a clock that jumps costs nothing while the register goes on") func clock() {
        var series = RegisterSeries()
        for (value, step) in [("100.0", 10), ("100.1", -86400), ("100.2", 10), ("100.3", 86400), ("100.4", -3600)] as [(String, Int64)] {
            #expect(series.electricity(value, after: step).shown == value)
        }
    }

    @Test("a new equipment id passes at once, and the old one is still known when it was a damaged line") func swap() {
        var series = RegisterSeries()
        #expect(series.electricity("100.000").shown == "100.000")
        series.id = "E2"
        #expect(series.electricity("0.000").shown == "0.000")
        #expect(series.electricity("0.010").shown == "0.010")
        series.id = "E1"
        #expect(series.electricity("0.000").shown == "[100.000]")
        series.id = "E2"
        // No id: the meter that was there last.
        series.id = ""
        #expect(series.electricity("0.000").shown == "[100.000]")
        for number in 0..<100 {
            series.id = "noise\(number)"
            #expect(series.electricity("7").shown == "7")
        }
    }

    @Test("gas: a zero that is repeated for an hour is held, the next true reading is shown (esphome/issues 2758)") func gasZero() {
        var series = RegisterSeries()
        let hour = RegisterSeries.start
        #expect(series.gas("1000.000", at: hour).shown == "1000.000")
        let glitch = series.gas("0.000", at: hour + 3600)
        #expect(glitch.shown == "[1000.000]")
        #expect(glitch.holds.map(\.path) == ["gas/reading"])
        #expect(glitch.holds.map(\.equipmentId) == ["G1"])
        for _ in 0..<300 {
            let repeated = series.gas("0.000", at: hour + 3600)
            #expect(repeated.shown == "[1000.000]" && repeated.holds.isEmpty)
        }
        #expect(series.gas("1000.500", at: hour + 7200).shown == "1000.500")
    }

    @Test("gas: a newer reading confirms, an older or the same time does not") func gasConfirmed() {
        var series = RegisterSeries()
        let hour = RegisterSeries.start
        #expect(series.gas("1000.000", at: hour).shown == "1000.000")
        #expect(series.gas("5.000", at: hour + 3600).shown == "[1000.000]")
        #expect(series.gas("5.001", at: hour + 3600).shown == "[1000.000]")
        #expect(series.gas("5.100", at: hour + 1800).shown == "[1000.000]")
        #expect(series.gas("5.200", at: hour + 1800).shown == "[1000.000]")
        #expect(series.gas("5.200", at: hour + 3600).shown == "5.200")
    }

    @Test("heat that runs faster than the limit: the next reading confirms it, and those after it follow") func heat() {
        var series = RegisterSeries()
        let hour = RegisterSeries.start
        let shown = ["10.000", "10.500", "11.000", "11.500", "12.000"].enumerated().map { index, value in
            series.gas(value, at: hour + Int64(index) * 3600, .GJ).shown
        }
        #expect(shown == ["10.000", "[10.000]", "11.000", "11.500", "12.000"])
        #expect(series.gas("900.000", at: hour + 5 * 3600, .GJ).shown == "[12.000]")
    }

    @Test("a reading without a time that is repeated: another value confirms it, the same does not for a day") func untimed() {
        var series = RegisterSeries()
        #expect(series.gas("1000.000", at: nil).shown == "1000.000")
        let glitch = series.gas("0.000", at: nil)
        #expect(glitch.shown == "[1000.000]" && glitch.holds.count == 1)
        for _ in 0..<300 { #expect(series.gas("0.000", at: nil).shown == "[1000.000]") }
        // An hour's gas, as old as the first telegram that shows it.
        #expect(series.gas("1002.500", at: nil).shown == "1002.500")
        #expect(series.gas("5.000", at: nil).shown == "[1002.500]")
        #expect(series.gas("5.000", at: nil).shown == "[1002.500]")
        #expect(series.gas("5.000", at: nil).shown == "[1002.500]")
        #expect(series.gas("5.100", at: nil).shown == "5.100")
        #expect(series.gas("0.000", at: nil).shown == "[5.100]")
        #expect(series.gas("0.000", at: nil, after: 86399).shown == "[5.100]")
        #expect(series.gas("0.000", at: nil, after: 1).shown == "0.000")
    }

    @Test("a reading without a time that changes in each telegram needs three further ones") func untimedFast() {
        var series = RegisterSeries()
        let values = ["100.000", "500.000", "500.001", "500.002", "100.001", "500.000", "500.001", "500.002", "500.003"]
        #expect(
            values.map { series.gas($0, at: nil).shown } == [
                "100.000", "[100.000]", "[100.000]", "[100.000]", "100.001", "[100.001]", "[100.001]", "[100.001]", "500.003",
            ])
    }

    @Test("two meters that show the same and have no id: the kind of each stays with its own") func named() {
        var guarded = RegisterGuard(maximumPower: 100)
        func document(_ water: String, _ gas: String) -> Document {
            var document = Document(at: 7200, id: "E1")
            for (path, channel, value) in [("water", 1, water), ("gas", 2, gas)] {
                document.mbus.choose(channel, for: path == "gas" ? .gas : .water)
                for parent in [path, "mbus/\(channel)"] { document[parent + "/reading"] = .quantity(.of(value), .m3) }
            }
            return document
        }
        var first = document("5.000", "0.000")
        _ = guarded.judge(&first)
        var second = document("0.000", "0.000")
        #expect(guarded.judge(&second).map(\.path) == ["water/reading"])
        #expect(second.shown("water/reading") == "[5.000]" && second.shown("gas/reading") == "0.000")
    }

    @Test("gas: the time of a held reading stays with the reading; a new meter passes at once") func gasTime() {
        var guarded = RegisterGuard(maximumPower: 100)
        func document(_ value: String, at time: Int64, id: String = "G1") -> Document {
            var document = Document(at: time, id: "E1")
            document["mbus/2/equipmentId"] = .text(id)
            document["mbus/2/timestamp"] = .time(time)
            document["mbus/2/reading"] = .quantity(FixedDecimal(value)!, .m3)
            return document
        }
        var first = document("10.0", at: 7200)
        #expect(guarded.judge(&first).isEmpty)
        var second = document("0.0", at: 10800)
        #expect(guarded.judge(&second).map(\.path) == ["mbus/2/reading"])
        #expect(second["mbus/2/timestamp"] == .time(7200))
        #expect(second["timestamp"] == .time(10800))
        var third = document("0.0", at: 10800, id: "G2")
        #expect(guarded.judge(&third).isEmpty)
        #expect(third["mbus/2/timestamp"] == .time(10800))
    }

    @Test("held paths stand in the document, held values and false sums in no message") func messages() throws {
        var series = RegisterSeries()
        _ = series.electricity("100.000")
        var document = Document(at: series.time + 10, id: "E1")
        document["electricity/received/tariff1"] = .quantity(FixedDecimal(mantissa: 0, scale: 3), .kWh)
        document["electricity/received/tariff2"] = .quantity(FixedDecimal(mantissa: 5000, scale: 3), .kWh)
        let holds = series.guarded.judge(&document)
        var derivation = Derivation(minimumMonthPeak: .of("2.5"))
        let complete = derivation.complete(document)
        #expect(try complete.json(at: "held") == #"["electricity/received/tariff1"]"#)
        #expect(try complete.json(at: "derived/received/total/reading") == "105.000")
        var messages = ValueMessages(
            topics: MeterTopics(bridgePrefix: "p1", meterName: "roof"), qos: 0, retain: true, publish: PublishSettings())
        let sent = messages.messages(for: complete, at: Moment(monotonic: 0, utc: 0))
        #expect(!sent.contains { $0.topic == "p1/roof/electricity/received/tariff1" })
        #expect(sent.contains { $0.topic == "p1/roof/electricity/received/tariff2" && $0.text == "5.000" })
        let event = try #require(holds.first).event.message(MeterTopics(bridgePrefix: "p1", meterName: "roof"), seq: 7)
        #expect(event.topic == "p1/roof/event/heldRegister")
        #expect(!event.retain)
        #expect(
            event.text
                == #"{"event_type":"heldRegister","time":"2027-01-15T08:00:20.000Z","path":"electricity/received/tariff1","equipmentId":"E1","reason":"zero","#
                + #""value":0.000,"unit":"kWh","#
                + #""lastValue":100.000,"lastUnit":"kWh","lastTime":"2027-01-15T08:00:10.000Z","seq":7}"#)
        #expect(holds.first?.description.contains("fell to zero: 0.000 kWh after 100.000 kWh") == true)
    }

    @Test("a document of an earlier run counts as the values before the first") func recall() throws {
        var earlier = RegisterSeries()
        earlier.time = RegisterSeries.start - 86400
        var document = Document(at: earlier.time, id: "E1")
        document["electricity/received/tariff1"] = .quantity(FixedDecimal("100.000")!, .kWh)
        for parent in ["gas", "mbus/1"] {
            document[parent + "/equipmentId"] = .text("G1")
            document[parent + "/timestamp"] = .time(earlier.time)
            document[parent + "/reading"] = .quantity(FixedDecimal("50.000")!, .m3)
        }
        let tree = try CompletedDocument(document).tree()

        var series = RegisterSeries()
        series.guarded.recall(tree)
        #expect(series.electricity("0.000").shown == "[100.000]")
        #expect(series.electricity("100.500").shown == "100.500")
        #expect(series.gas("0.000", at: RegisterSeries.start).shown == "[50.000]")
        #expect(series.gas("51.000", at: RegisterSeries.start).shown == "51.000")

        var other = RegisterSeries()
        other.id = "E2"
        other.guarded.recall(tree)
        #expect(other.electricity("0.000").shown == "0.000")

        var late = RegisterSeries()
        _ = late.electricity("200.000")
        late.guarded.recall(tree)
        #expect(late.electricity("200.010").shown == "200.010")
    }

    @Test("rubbish as a document of an earlier run changes nothing", arguments: ["{}", "[]", "7", #"{"timestamp":"x","gas":3,"mbus":[]}"#])
    func rubbish(_ text: String) throws {
        var series = RegisterSeries()
        series.guarded.recall(try JSONReader.read(Array(text.utf8)))
        #expect(series.electricity("0.000").shown == "0.000")
    }
}
