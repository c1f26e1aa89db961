import P1Parser
import TestSupport
import Testing

/// What must hold for every number and every time, tried with numbers of a fixed seed.
@Suite("Exact to the last digit")
struct ExactnessTests {
    /// Units as meters write them, and by how many places the point moves to the right.
    private static let units: [(code: String, path: String, sent: String, shown: String, places: Int)] = [
        ("1-0:1.8.0", "electricity/received/total", "kWh", "kWh", 0), ("1-0:1.8.0", "electricity/received/total", "Wh", "kWh", -3),
        ("1-0:1.8.0", "electricity/received/total", "MWh", "kWh", 3), ("1-0:1.8.0", "electricity/received/total", "GWh", "kWh", 6),
        ("1-0:3.8.0", "electricity/reactive/received/total", "varh", "kvarh", -3),
        ("1-0:3.8.0", "electricity/reactive/received/total", "MVArh", "kvarh", 3),
        ("1-0:16.7.0", "electricity/instantaneous/power/net", "W", "kW", -3),
        ("1-0:16.7.0", "electricity/instantaneous/power/net", "MW", "kW", 3),
        ("1-0:32.7.0", "electricity/instantaneous/voltage/L1", "kV", "V", 3),
        ("1-0:32.7.0", "electricity/instantaneous/voltage/L1", "mV", "V", -3),
        ("1-0:31.7.0", "electricity/instantaneous/current/L1", "mA", "A", -3),
        ("1-0:31.7.0", "electricity/instantaneous/current/L1", "kA", "A", 3),
        ("1-0:14.7.0", "electricity/instantaneous/frequency", "kHz", "Hz", 3),
        ("0-0:17.0.0", "electricity/threshold", "VA", "kVA", -3),
    ]

    /// The number with its point moved, by moving it in the text: another way than the product's.
    private static func moved(_ digits: [Character], decimals: Int, by places: Int) -> String {
        var digits = digits
        var decimals = decimals - places
        while decimals < 0 {
            digits.append("0")
            decimals += 1
        }
        while digits.count <= decimals { digits.insert("0", at: 0) }
        while digits.count > decimals + 1, digits[0] == "0" { digits.removeFirst() }
        let point = digits.count - decimals
        return String(digits[..<point]) + (decimals > 0 ? "." + String(digits[point...]) : "")
    }

    @Test("digits are the same in another unit, only the point moves", arguments: units.indices)
    func conversion(_ index: Int) throws {
        let unit = Self.units[index]
        var random = SeededGenerator(seed: UInt64(index))
        for _ in 0..<100 {
            let digits = (0..<Int.random(in: 1...12, using: &random)).map { _ in Character(String(Int.random(in: 0...9, using: &random))) }
            let decimals = Int.random(in: 0..<digits.count, using: &random)
            let isNegative = Bool.random(using: &random) && digits.contains { $0 != "0" }
            let point = digits.count - decimals
            let sent = (isNegative ? "-" : "") + String(digits[..<point]) + (decimals > 0 ? "." + String(digits[point...]) : "")
            let expected = (isNegative ? "-" : "") + Self.moved(digits, decimals: decimals, by: unit.places) + " " + unit.shown
            for group in ["(\(sent)*\(unit.sent))", "(\(sent)\(unit.sent))"] {
                #expect(try Telegram(lines: unit.code + group).number(at: unit.path) == expected)
            }
        }
    }

    /// 01:00 UTC of the last Sundays of March and October, as seconds since 1970.
    private static let changes: [Int64] = [
        1_711_846_800, 1_729_990_800, 1_743_296_400, 1_761_440_400, 1_774_746_000, 1_792_890_000, 1_806_195_600, 1_824_944_400,
    ]

    @Test(
        "every minute of the nights of the clock change is itself again, with the flag and without", arguments: changes.indices, [60, 120])
    func clockChange(_ index: Int, _ offset: Int) {
        for minute in -240...240 {
            let seconds = Self.changes[index] + Int64(minute) * 60
            // March and October take turns.
            let isSummer = (index % 2 == 0) == (minute >= 0)
            let local = CalendarDate(secondsSince1970: seconds + Int64(offset) * 60 + (isSummer ? 3600 : 0))
            let fields = [local.year - 2000, local.month, local.day, local.secondOfDay / 3600, local.secondOfDay / 60 % 60, 0]
            let digits = fields.map { ($0 < 10 ? "0" : "") + String($0) }.joined()
            for text in [digits + (isSummer ? "S" : "W"), digits] {
                #expect(MeterTimestamp(text)?.secondsSince1970(standardOffset: offset, arrival: seconds + 2) == seconds)
            }
        }
    }
}
