import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// What stands in the document for meters of each country and maker, on telegrams in their style.
/// Source, unless another is named: the national papers and captures that the codes of the catalogue come from.
@Suite("Documents of the dialects") struct DialectDocumentTests {
    func expect(
        _ lines: [String], header: String = "TST5\\2UNIT", _ expected: [(path: String, json: String?)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let document = try TelegramFixture.document(lines, header: header)
        for (path, json) in expected {
            #expect(try document.json(at: path) == json, "\(path)", sourceLocation: sourceLocation)
        }
    }

    @Test("Iceland: hot water for heating, a clock on two lines that knows no summer time") func iceland() throws {
        let lines = [
            "0-0:96.1.0(86000001)", "1-0:0.9.1(211309)", "1-0:0.9.2(240501)", "0-0:96.1.1(36303836303030303031)", "1-0:1.7.0(00.588*kW)",
            "1-0:2.7.0(00.000*kW)", "0-1:24.2.1(0366.475*m3)", "0-1:24.2.10(0000000)", "0-1:24.2.2(0000.090*m3/h)",
            "0-1:24.2.3(000074.8*degC)", "0-1:24.2.4(000031.3*degC)", "0-1:24.2.5(0019.078*Wh)", "0-1:24.2.6(0019.078*Wh)",
        ]
        try expect(
            lines, header: "ISk5\\2MIE5E-200",
            [
                ("timestamp", #""2024-05-01T21:13:09.000Z""#), ("serialNumber", #""6086000001""#), ("heat/reading", "366.475"),
                ("heat/flow/reading", "0.090"), ("heat/supplyTemperature/unit", #""degC""#), ("heat/energy/reading", "0.019078"),
                ("gas/reading", "null"), ("mbus/1/returnTemperature/reading", "31.3"), ("mbus/1/timestamp", nil),
            ])
        let document = try TelegramFixture.document(lines, header: "ISk5\\2MIE5E-200")
        #expect(document.dialect == .iceland)
        #expect(
            document.unknown.map(\.code) == ["0-1:24.2.10", "0-1:24.2.6"]
                && document.unknown.map(\.groups) == ["(0000000)", "(0019.078*Wh)"])
    }

    @Test("Luxembourg: two fuse limits, values without units, relays, messages 2 to 5, the device name as id") func luxembourg() throws {
        try expect(
            [
                "1-3:0.2.8(42)", "0-0:42.0.0(4C5531323334)", "1-0:3.7.0(00.250)", "0-0:17.0.0(77.376)", "1-1:31.4.0(040*A)(-040*A)",
                "0-1:96.3.10(1)", "0-2:96.3.10(0)", "0-0:96.13.2(4869)", "0-0:96.13.5()",
            ], header: "Lux5\\253663629_D",
            [
                ("equipmentId", #""4C5531323334""#), ("serialNumber", #""LU1234""#), ("logicalDeviceName", nil),
                ("electricity/instantaneous/reactivePower/positive/total", #"{"reading": 0.250, "unit": "kvar"}"#),
                ("electricity/threshold", #"{"value": 77.376, "unit": null}"#),
                ("electricity/fuseThreshold", #"{"value": 40, "unit": "A"}"#),
                ("electricity/fuseThresholdExport", #"{"value": -40, "unit": "A"}"#), ("electricity/relay/1", #""1""#),
                ("electricity/relay/2", #""0""#), ("textMessage/extra/2", #""Hi""#), ("textMessage/extra/5", #""""#),
            ])
    }

    @Test("the device name is one of its own beside an id (Hungary)") func deviceName() throws {
        try expect(
            ["0-0:42.0.0(4E414D45)", "0-0:96.1.0(3132)"],
            [("equipmentId", #""3132""#), ("serialNumber", #""12""#), ("logicalDeviceName", #""NAME""#)])
    }

    @Test(
        "an id that is none gives way to a better one in the telegram, and stands under unknown",
        arguments: ["ER23", "NOID", "31", "ERROR"])
    func weakId(_ id: String) throws {
        func ids(_ lines: [String]) throws -> [String?] {
            let document = try TelegramFixture.document(lines, header: "ISk9\\2MIE7T-200")
            return try ["equipmentId", "serialNumber", "logicalDeviceName"].map { try document.json(at: $0) } + [
                document.unknown.first?.groups
            ]
        }
        let (none, name) = ("0-0:96.1.0(\(id))", "0-0:42.0.0(ISK1030700000001)")
        #expect(try ids([none, name]) == [#""ISK1030700000001""#, #""ISK1030700000001""#, nil, "(\(id))"])
        #expect(try ids([name, none]) == [#""ISK1030700000001""#, #""ISK1030700000001""#, nil, "(\(id))"])
        #expect(try ids([none, "1-0:0.0.0(1030700000001)"])[0] == #""1030700000001""#)
        // Where there is no better one it stays, and a good one is not replaced.
        #expect(try ids([none])[0] == "\"\(id)\"")
        #expect(try ids([none, "0-0:42.0.0(ER24)"])[0] == "\"\(id)\"")
        #expect(try ids(["0-0:96.1.0(K50322)", name])[0] == #""K50322""#)
    }

    @Test("Denmark (NES): its own form of time") func nes() throws {
        try expect(
            ["0-0:1.0.0(20240111 09:35:00)"], header: "NES5:83335-3E", [("timestamp", #""2024-01-11T08:35:00.000Z""#)])
    }

    @Test("Sweden, Finland: reactive power in var as in kvar, lower-case units") func nordic() throws {
        try expect(
            ["1-0:3.8.0(00000012.696*kVArh)", "1-0:23.7.0(0104*VAr)", "1-0:1.8.0(1.5*MWh)"], header: "LGF5E360",
            [
                ("electricity/reactive/received/total", #"{"reading": 12.696, "unit": "kvarh"}"#),
                ("electricity/instantaneous/reactivePower/positive/L1", #"{"reading": 0.104, "unit": "kvar"}"#),
                ("electricity/received/total", #"{"reading": 1500, "unit": "kWh"}"#),
            ])
    }

    @Test("Hungary: words for tariff and breaker, W, three fuse limits") func hungary() throws {
        try expect(
            [
                "0-0:96.14.0(TARIFF 1)", "0-0:96.50.68(ON)", "0-0:17.0.0(24000*W)", "1-0:31.4.0(25.00*A)", "1-0:51.4.0(25.00*A)",
                "1-0:71.4.0(20.00*A)",
            ], header: "WSE5Wasion",
            [
                ("electricity/tariffIndicator", #""TARIFF 1""#), ("electricity/switchPosition", #""ON""#),
                ("electricity/threshold", #"{"value": 24.000, "unit": "kW"}"#), ("electricity/fuseThreshold/value", "25.00"),
                ("electricity/fuseThreshold/L3", #"{"value": 20.00, "unit": "A"}"#),
            ])
    }

    @Test("Hungary: registers at the end of the month, never peaks") func monthEnd() throws {
        let kWh = (1...6).map { "(0000\($0).000*kWh)" }.joined()
        let kvarh = (1...6).map { "(0000\($0).500*kvarh)" }.joined()
        let kW = (1...6).map { "(0\($0).250*kW)" }.joined()
        let document = try TelegramFixture.document(["0-0:98.1.0(260701000000S)" + kWh + kvarh + "(00007.000*kWh)" + kW])
        let entry = #""count": 1, "entries": [{"timestamp": "2026-06-30T22:00:00.000Z", "values": ["#
        let json = try #require(try document.json(at: "electricity/monthEnd"))
        #expect(json.hasPrefix("{" + entry + #"{"obis": "1-0:1.8.0", "value": 1.000, "unit": "kWh"}"#))
        #expect(json.contains(#"{"obis": "1-0:15.8.0", "value": 7.000, "unit": "kWh"}"#))
        #expect(json.hasSuffix(#"{"obis": "1-0:2.6.2", "value": 6.250, "unit": "kW"}]}]}"#))
        #expect(try document.json(at: "electricity/demand/maximumDemandLastMonths/months") == "null")
        #expect(document.unknown.isEmpty)
    }

    @Test("another number of values at the end of the month has no codes: their order is not known") func otherMonthEnd() throws {
        try expect(
            ["0-0:98.1.0(260701000000S)(00001.000*kWh)"],
            [
                (
                    "electricity/monthEnd/entries",
                    #"[{"timestamp": "2026-06-30T22:00:00.000Z", "values": [{"obis": null, "value": 1.000, "unit": "kWh"}]}]"#
                )
            ])
    }

    @Test("a power factor above 1 is none and is published as sent; thousandths are exact (Sagemcom, Lithuania)") func powerFactor() throws
    {
        let document = try TelegramFixture.document(["1-0:13.7.0(4.556)", "1-0:33.7.0(01000)", "1-0:53.7.0(00987)", "1-0:73.7.0(-0.5)"])
        #expect(document["electricity/instantaneous/powerFactor/total"] == nil)
        #expect(document.unknown.map(\.code) == ["1-0:13.7.0"] && document.unknown.map(\.groups) == ["(4.556)"])
        #expect(try document.json(at: "electricity/instantaneous/powerFactor") == #"{"L1": 1.000, "L2": 0.987, "L3": -0.5}"#)
    }

    @Test("Lithuania: kV, kA and kHz, two hours ahead of UTC, averages under the codes of the fuse") func lithuania() throws {
        try expect(
            [
                "0-0:1.0.0(240205122548W)", "1-0:32.7.0(0000.229*kV)", "1-0:90.7.0(0000.012*kA)", "1-0:14.7.0(0000.049*kHz)",
                "1-0:31.4.0(0000.016*kA)", "1-0:0.8.2(00900*s)", "1-0:0.2.8(EDEBDA49)", "1-0:1.5.0(00000001.250*kW)",
            ], header: "ESO5\\253876809_C",
            [
                ("timestamp", #""2024-02-05T10:25:48.000Z""#), ("version", "null"), ("firmware/checksum", #""EDEBDA49""#),
                ("electricity/instantaneous/voltage/L1/reading", "229"), ("electricity/instantaneous/current/sum/reading", "12"),
                ("electricity/instantaneous/frequency/reading", "49"),
                ("electricity/averageCurrent/L1", #"{"reading": 16, "unit": "A"}"#), ("electricity/fuseThreshold", "null"),
                ("electricity/demand/period", #"{"reading": 900, "unit": "s"}"#),
                ("electricity/demand/positiveActiveDemand/lastPeriod/reading", "1.250"),
            ])
    }

    @Test("Austria: whole Wh, W, varh and var become kWh, kW, kvarh and kvar to the last digit") func austria() throws {
        try expect(
            ["1-0:1.8.0(006545766*Wh)", "1-0:1.7.0(000000286*W)", "1-0:3.8.1(000000747*varh)", "1-0:4.7.0(000000166*var)"],
            header: "EST5\\253710000_A",
            [
                ("electricity/received/total/reading", "6545.766"), ("electricity/received/actual/reading", "0.286"),
                ("electricity/reactive/received/tariff1/reading", "0.747"),
                ("electricity/instantaneous/reactivePower/negative/total/reading", "0.166"),
            ])
    }

    @Test("Switzerland: channel 1-1 gives way to 1-0, in any order; a history of nothing but its count") func switzerland() throws {
        try expect(
            ["1-1:1.8.1(2.0*kWh)", "1-0:1.7.0(1.0*kW)", "1-1:1.7.0(9.0*kW)", "1-1:1.6.0(250315014500W)(15.206*kW)", "0-0:98.1.0(12)"],
            header: "GRE5\\1",
            [
                ("electricity/received/tariff1/reading", "2.0"), ("electricity/received/actual/reading", "1.0"),
                ("electricity/demand/positiveActiveDemand/maximumDemand/reading", "15.206"),
                ("electricity/demand/maximumDemandLastMonths", #"{"count": 12, "months": []}"#),
            ])
        try expect(["1-1:1.7.0(9.0*kW)", "1-0:1.7.0(1.0*kW)"], [("electricity/received/actual/reading", "1.0")])
    }

    @Test(
        "Germany: signed power, from which both directions follow (EasyMeter, eBZ)",
        arguments: [
            ("ESY5Q3DA1004 V3.04", ["1-0:1.7.255*255(-000458.90*W)", "1-0:21.7.255*255(-000100.00*W)"]),
            ("ESY5Q3DA1004 V3.04", ["1-0:1.7.0*255(-000458.90*W)", "1-0:21.7.0*255(-000100.00*W)"]),
            ("EBZ5DD32R06ETA_107", ["1-0:16.7.0*255(-000458.90*W)", "1-0:36.7.0*255(-000100.00*W)"]),
        ])
    func germany(_ header: String, _ lines: [String]) throws {
        try expect(
            lines, header: header,
            [
                ("electricity/instantaneous/power/net/reading", "-0.45890"), ("electricity/instantaneous/power/net/L1/reading", "-0.10000"),
                ("electricity/received/actual/reading", "null"), ("derived/received/actual/reading", "0.00000"),
                ("derived/delivered/actual/reading", "0.45890"), ("derived/netPower/total/reading", "-0.45890"),
                ("derived/netPower/L1/reading", "-0.10000"),
            ])
    }

    @Test("Germany: ids, status and operating time; the fullest id counts, whatever the order") func germanIds() throws {
        let lines = ["1-0:0.0.0*255(1336001560)", "0-0:96.1.255*255(1ESY1336001560)", "1-0:96.5.5*255(80)", "0-0:96.8.0*255(055BD83E)"]
        for lines in [lines, lines.reversed()] {
            try expect(
                lines, header: "ESY5Q3DA1004 V3.04",
                [("equipmentId", #""1ESY1336001560""#), ("status", #""80""#), ("operatingTime", #""055BD83E""#)])
        }
    }

    @Test("Slovenia, Iskra MT382: date and time of day on two lines") func splitClock() throws {
        try expect(["1-0:0.9.1(222553)", "1-0:0.9.2(251002)"], [("timestamp", #""2025-10-02T20:25:53.000Z""#)])
        try expect(["1-0:0.9.1(222553)"], [("timestamp", "null")])
        try expect(["1-0:0.9.1(222553)", "1-0:0.9.2(251302)"], [("timestamp", "null")])
        try expect(["1-0:0.9.1(22:25:53)", "1-0:0.9.2(25-10-02)"], [("timestamp", #""2025-10-02T20:25:53.000Z""#)])
    }

    @Test("Poland: of three lines with one code the first counts; codes that nobody knows are unknown") func poland() throws {
        let document = try TelegramFixture.document(
            ["0-0:17.0.0(16500)", "0-0:17.0.0(16000)", "0-0:17.0.0(15000)", "0-0:94.98.33(3)"], header: "EGM5G15")
        #expect(try document.json(at: "electricity/threshold") == #"{"value": 16500, "unit": null}"#)
        #expect(document.unknown.map(\.code) == ["0-0:94.98.33"])
    }
}
