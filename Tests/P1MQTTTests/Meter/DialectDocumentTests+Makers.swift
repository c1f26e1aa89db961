import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// Makers and captures whose telegrams differ from the papers of their country.
extension DialectDocumentTests {
    @Test("Wallonia (Iskra): version and id in hexadecimal, value before time, five tariffs, kVA") func iskra() throws {
        try expect(
            [
                "1-0:0.0.0(00000000)", "0-0:96.1.0(91318181)", "0-0:96.1.4(3231313130)", "0-0:1.0.0(260112223000)",
                "1-0:1.8.5(000005.000*kWh)", "1-0:1.6.0(08.832*kW)(260112223000)", "0-0:17.0.0(999.9*kVA)",
            ], header: "ISk5\\2MIE5T-200",
            [
                ("equipmentId", #""91318181""#), ("version", #""21110""#), ("timestamp", #""2026-01-12T21:30:00.000Z""#),
                ("electricity/received/tariff5/reading", "5.000"),
                (
                    "electricity/demand/positiveActiveDemand/maximumDemand",
                    #"{"timestamp": "2026-01-12T21:30:00.000Z", "reading": 8.832, "unit": "kW"}"#
                ),
                ("electricity/threshold", #"{"value": 999.9, "unit": "kVA"}"#),
            ])
    }

    @Test("Brussels (Sibelga): a blank version, limits in one group") func sibelga() throws {
        try expect(
            ["0-0:96.1.4(2020202020)", "1-1:31.4.0(65.0*A,-65.0*A)", "0-0:17.0.0(14.950*kVA)"], header: "SIB5\\253691561_E",
            [
                ("version", "null"), ("electricity/fuseThreshold", #"{"value": 65.0, "unit": "A"}"#),
                ("electricity/fuseThresholdExport", #"{"value": -65.0, "unit": "A"}"#), ("electricity/threshold/unit", #""kVA""#),
            ])
    }

    @Test("Metcom: time of COSEM in hexadecimal, a tariff as text in hexadecimal, mA") func metcom() throws {
        try expect(
            ["0-0:1.0.0(07EA080B0208151900007880)", "0-0:96.14.0(5431)", "1-0:31.7.0(791*mA)", "0-1:24.1.0()", "0-1:24.2.1(0)"],
            header: "MCS50000000000000",
            [
                ("timestamp", #""2026-08-11T06:21:25.000Z""#), ("electricity/tariffIndicator", "1"),
                ("electricity/instantaneous/current/L1/reading", "0.791"), ("gas/reading", "null"),
            ])
    }

    @Test("Warmtelink: heat and nothing else, its time also under 1.1.0") func warmtelink() throws {
        try expect(
            ["1-3:0.2.8(50)", "0-0:1.1.0(240906184820W)", "0-1:24.1.0(012)", "0-1:24.2.1(240906184820W)(208.307*GJ)"],
            header: "AUR2NWA-MYRSKY",
            [
                ("timestamp", #""2024-09-06T17:48:20.000Z""#), ("heat/reading", "208.307"), ("heat/unit", #""GJ""#),
                ("gas/reading", "null"),
            ])
    }

    @Test("ACE4000: of the hourly gas readings the newest, with the id of the one meter that sends nothing else") func ace4000()
        throws
    {
        try expect(
            [
                "0-0:96.1.0*255(1234567890123456)", "0-3:96.1.0*255(12345678    )", "7-0:23.1.0*255(01240.560*m3)(19-01-01 12:00:00)",
                "7-0:23.1.0*255(01240.690*m3)(19-01-01 13:00:00)", "7-0:23.1.0*255(01237.560*m3)(18-12-31 14:00:00)", "7-0:24.4.0*255(0)",
            ], header: "ACE5ACE4KGPRS",
            [
                ("gas/reading", "1240.690"), ("gas/timestamp", #""2019-01-01T12:00:00.000Z""#), ("gas/valvePosition", #""0""#),
                ("gas/serialNumber", #""12345678""#), ("mbus/3/reading", "1240.690"), ("equipmentId", #""1234567890123456""#),
            ])
    }

    @Test(
        "DSMR 2.2: heat, cooling and water by group A, with and without a time",
        arguments: [("5-0:1.0.0", "heat", "GJ"), ("6-0:1.0.0", "cooling", "GJ"), ("8-0:1.0.0", "water", "m3"), ("7-0:23.1.0", "gas", "m3")])
    func byGroupA(_ code: String, _ medium: String, _ unit: String) throws {
        try expect(
            ["\(code)(00012.345*\(unit))"],
            [("\(medium)/reading", "12.345"), ("\(medium)/unit", "\"\(unit)\""), ("\(medium)/timestamp", "null"), ("mbus", nil)])
        try expect(
            ["\(code)(260703180000)(00012.345*\(unit))"],
            [("\(medium)/reading", "12.345"), ("\(medium)/timestamp", #""2026-07-03T16:00:00.000Z""#)])
    }

    @Test("Israel: tariffs 11 to 13, tariff in force, load profile") func israel() throws {
        try expect(
            [
                "1-0:1.8.13(025605.254*kWh)", "0-0:96.14.1(03)",
                "1-0:99.1.0(1)(0-0:96.10.7)(1-0:1.29.0)(1-0:2.29.0)(260411233000S)(00)(000000.205*kWh)(000000.000*kWh)",
            ],
            [
                ("electricity/received/tariff13/reading", "25605.254"), ("electricity/tariffIndicator", "3"),
                (
                    "electricity/loadProfile",
                    #"{"count": 1, "entries": [{"timestamp": "2026-04-11T21:30:00.000Z", "values": "#
                        + #"[{"obis": "0-0:96.10.7", "value": "00", "unit": null}, {"obis": "1-0:1.29.0", "value": 0.205, "unit": "kWh"}, "#
                        + #"{"obis": "1-0:2.29.0", "value": 0.000, "unit": "kWh"}]}]}"#
                ),
            ])
    }

    @Test("Landis+Gyr E660: registers at the end of the month") func e660() throws {
        try expect(
            ["0-0:98.1.1(1)(0-0:0.1.0)(1-0:1.8.0)(250701000000S)(15)(0002631.00*kWh)"], header: "LG_E660_Fluvius_3N400V",
            [
                (
                    "electricity/monthEnd/entries",
                    #"[{"timestamp": "2025-06-30T22:00:00.000Z", "values": [{"obis": "0-0:0.1.0", "value": "15", "unit": null}, "#
                        + #"{"obis": "1-0:1.8.0", "value": 2631.00, "unit": "kWh"}]}]"#
                )
            ])
    }

    @Test("a blank between unit and bracket (Holley, dsmr_parser 91)") func holley() throws {
        try expect(["1-0:15.8.0(00007137.694*kWh )"], header: "HLY5/D545-METER", [("electricity/absoluteTotal/reading", "7137.694")])
    }

    @Test("a value that is not what its code means is unknown, and so is a list of another shape (field: P1-Dongel-ESP32 87)")
    func unknown() throws {
        let document = try TelegramFixture.document(["1-0:1.7.0(abc)", "0-0:98.1.0(x)(y)", "1-0:99.97.0(?)"])
        #expect(Set(document.unknown.map(\.code)) == ["1-0:1.7.0", "0-0:98.1.0", "1-0:99.97.0"])
    }
}
