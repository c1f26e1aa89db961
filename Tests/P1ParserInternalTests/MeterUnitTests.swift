import Testing
@testable import P1Parser

@Suite("Units")
struct MeterUnitTests {
    @Test(
        "free spelling, exact prefixes",
        arguments: [
            ("kWh", MeterUnit.kWh, 0), ("kwh", .kWh, 0), ("KWH", .kWh, 0), ("Wh", .kWh, -3), ("MWh", .kWh, 3), ("GWh", .kWh, 6),
            ("kW", .kW, 0), ("W", .kW, -3), ("MW", .kW, 3), ("mW", .kW, -6), ("kvarh", .kvarh, 0), ("kVArh", .kvarh, 0),
            ("varh", .kvarh, -3), ("MVArh", .kvarh, 3), ("kvar", .kvar, 0), ("VAr", .kvar, -3), ("kVA", .kVA, 0), ("VA", .kVA, -3),
            ("V", .V, 0), ("mV", .V, -3), ("kV", .V, 3), ("A", .A, 0), ("mA", .A, -3), ("kA", .A, 3), ("Hz", .Hz, 0), ("kHz", .Hz, 3),
            ("m3", .m3, 0), ("M3", .m3, 0), ("dm3", .m3, -3), ("l", .m3, -3), ("GJ", .GJ, 0), ("MJ", .GJ, -3), ("gj", .GJ, 0), ("s", .s, 0),
        ])
    func parse(_ text: String, _ unit: MeterUnit, _ places: Int) {
        let bytes = Array(text.utf8)
        let parsed = MeterUnit.parse(bytes.span, 0..<bytes.count)
        #expect(parsed?.unit == unit)
        #expect(parsed?.places == places)
    }

    @Test("anything else is no unit", arguments: ["", "kWhh", "xyz", "k", "M", "kWh7", "m4", "TWh", "°C"])
    func unknown(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(MeterUnit.parse(bytes.span, 0..<bytes.count) == nil)
    }
}
