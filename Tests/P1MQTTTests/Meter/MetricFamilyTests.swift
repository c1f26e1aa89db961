import P1Parser
import Testing
@testable import P1MQTTMeter

@Suite("Metrics: names and values") struct MetricFamilyTests {
    private func text(_ lines: [String]) throws -> [String] {
        let samples = MeterSamples(try TelegramFixture.document(lines))
        var text = MetricsText()
        for index in MetricFamily.all.indices { text.family(index, [("house", samples)]) }
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(
        "a name is a path of the document in base units, and what is numbered is a label",
        arguments: [
            ("electricity/received/tariff1", "electricity_received_tariff", "tariff=1"),
            ("electricity/received/total", "electricity_received", ""),
            ("electricity/instantaneous/voltage/L2", "electricity_instantaneous_voltage_phase", "phase=L2"),
            ("electricity/instantaneous/power/net", "electricity_instantaneous_power_net", ""),
            ("electricity/reactive/quadrant3", "electricity_reactive_quadrant", "quadrant=3"),
            ("electricity/numberOfPowerFailures", "electricity_number_of_power_failures", ""),
            ("electricity/relay/4", "electricity_relay", "number=4"), ("mbus/2/reading", "mbus_reading", "channel=2"),
            ("derived/demand/average12", "derived_demand_average12", ""),
        ]) func names(path: String, words: String, label: String)
    {
        let metric = MetricPath(path)
        #expect(metric.words.joined(separator: "_") == words)
        #expect(metric.label.map { "\($0.name)=\($0.value)" } ?? "" == label)
    }

    @Test("each place with a number has a family, and no two mean the same name") func families() {
        let names = MetricFamily.all.map(\.name)
        #expect(Set(names).count == names.count)
        for family in MetricFamily.all {
            #expect(family.name.wholeMatch(of: /p1(_[a-z0-9]+)+/) != nil, "\(family.name)")
            #expect((family.kind == .counter) == family.name.hasSuffix("_total"), "\(family.name)")
            #expect(family.help.first?.isLetter == true && !family.help.contains("\n"), "\(family.name)")
        }
        // What a label tells apart is told apart: no two places have the same sample.
        var seen: Set<String> = []
        for target in MetricFamily.targets.compactMap(\.self) + Array(MetricFamily.times.values) {
            #expect(seen.insert("\(target.family) \(target.label)").inserted, "\(MetricFamily.all[target.family].name)")
        }
        let measured = DocumentLayout.shared.places.enumerated().filter { $1.unit != nil }
        #expect(measured.count > 100)
        for (slot, place) in measured where ![.peakHistory, .failureLog].contains(place.quantity) {
            #expect(MetricFamily.targets[slot] != nil, "\(place.path)")
        }
    }

    @Test("kWh, kvarh and GJ become joules and var seconds, exactly") func exact() throws {
        func converted(_ text: String, _ unit: MeterUnit) throws -> String? {
            MetricUnit(unit).convert(try #require(FixedDecimal(text)))?.description
        }
        #expect(try converted("123456.789", .kWh) == "444444440400")
        #expect(try converted("0.001", .kWh) == "3600")
        #expect(try converted("0.0000001", .kWh) == "0.36")
        #expect(try converted("-0.001", .kvarh) == "-3600")
        #expect(try converted("12.345", .GJ) == "12345000000")
        #expect(try converted("1.193", .kW) == "1193")
        #expect(try converted("00.0015", .kW) == "1.5")
        #expect(try converted("231.0", .V) == "231.0")
        // More than a decimal holds is no value, not a wrong one.
        #expect(try converted("999999999999999999", .kWh) == nil)
    }

    @Test("the values of a telegram, with a type and a help for each family") func values() throws {
        let lines = try text([
            "1-0:1.8.1(123456.789*kWh)", "1-0:1.8.2(000001.000*kWh)", "1-0:1.7.0(01.193*kW)", "1-0:32.7.0(231.5*V)", "0-0:96.14.0(0002)",
            "0-0:96.7.21(00004)", "0-1:24.1.0(003)", "0-1:96.1.0(4730303032)", "0-1:24.2.1(260703181000S)(00987.654*m3)",
            "1-0:1.6.0(260703181000S)(02.589*kW)",
        ])
        for line in [
            "# HELP p1_electricity_received_tariff_joules_total Energy taken from the grid (by tariff)",
            "# TYPE p1_electricity_received_tariff_joules_total counter",
            #"p1_electricity_received_tariff_joules_total{meter="house",tariff="1"} 444444440400"#,
            #"p1_electricity_received_tariff_joules_total{meter="house",tariff="2"} 3600000"#,
            #"p1_electricity_received_actual_watts{meter="house"} 1193"#,
            "# TYPE p1_electricity_received_actual_watts gauge",
            #"p1_electricity_instantaneous_voltage_phase_volts{meter="house",phase="L1"} 231.5"#,
            #"p1_electricity_tariff_indicator{meter="house"} 2"#,
            #"p1_electricity_number_of_power_failures_total{meter="house"} 4"#,
            #"p1_gas_reading_cubic_meters_total{meter="house"} 987.654"#,
            #"p1_mbus_reading_cubic_meters_total{meter="house",channel="1"} 987.654"#,
            #"p1_gas_timestamp_seconds{meter="house"} 1783095000"#,
            #"p1_electricity_demand_positive_active_demand_maximum_demand_watts{meter="house"} 2589"#,
            #"p1_electricity_demand_positive_active_demand_maximum_demand_timestamp_seconds{meter="house"} 1783095000"#,
        ] { #expect(lines.contains(line), "\(line)\n\(lines.joined(separator: "\n"))") }
        #expect(lines.count { $0.hasPrefix("# TYPE p1_electricity_received_tariff_joules_total") } == 1)
        #expect(!lines.contains { $0.contains("_delivered_") })
    }

    @Test("labels and help are escaped as the format asks") func escapes() {
        var text = MetricsText()
        text.family("a", .gauge, "one \\ two\nthree")
        text.sample("a", ["meter": "back\\slash \"quoted\"\nend", "other": "é"], 1)
        #expect(
            String(decoding: text.bytes, as: UTF8.self)
                == "# HELP a one \\\\ two\\nthree\n# TYPE a gauge\na{meter=\"back\\\\slash \\\"quoted\\\"\\nend\",other=\"é\"} 1\n")
    }
}
