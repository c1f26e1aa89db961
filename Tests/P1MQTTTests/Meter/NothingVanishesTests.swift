import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter
@testable import P1Parser

/// Nothing that a meter sends vanishes (design A4): each line has a place in the document, stands under `unknown`, is an
/// issue, or says that there is no value.
@Suite("Nothing vanishes") struct NothingVanishesTests {
    @Test("of the telegrams of the emulator", arguments: EmulatorProfile.names) func emulator(_ profile: String) throws {
        let text = try #require(GoldenTelegrams.all[profile])
        let lines = text.replacing("(m3)\n", with: "(m3)\r\n").split(separator: "\n").map(String.init)
        try expectNothingLost(of: Array(lines.dropFirst().dropLast()), header: String(lines[0].dropFirst()))
    }

    @Test("of lines as people reported them", arguments: [[String]](fieldLines)) func field(_ lines: [String]) throws {
        try expectNothingLost(of: lines)
        try expectNothingLost(of: lines.reversed())
    }

    @Test("of real meters", .enabled(if: CorpusCapture.folder != nil), arguments: CorpusCapture.all)
    func corpus(_ capture: CorpusCapture) throws {
        for telegram in try capture.telegrams() { #expect(lost(of: telegram) == []) }
    }

    private static let fieldLines: [[String]] = [
        ["0-1:24.2.1(0366.475*m3)", "0-1:24.2.2(0000.090*m3/h)", "0-1:24.2.3(000074.8*degC)", "0-1:24.2.10(0000000)"],
        ["0-1:24.2.1()(0366.475*m3)", "0-2:24.2.1(2405)(0366.475*m3)", "0-3:24.2.1(abc)", "0-4:24.2.1(230714150000S)"],
        ["7-0:23.1.0(0366.475*m3)", "7-0:23.1.0(soon)(0366.475*m3)", "8-0:1.0.0(632525252525S)(1*m3)", "5-0:1.0.0(x)"],
        ["0-0:1.0.0(soon)", "1-0:0.9.1(222553)"], ["1-0:0.9.2(251302)", "1-0:0.9.1(222553)"], ["1-0:0.9.2(251002)"],
        ["0-0:1.0.0(260703181502S)", "1-0:0.9.2(000000)", "1-0:0.9.1(000000)"], ["0-0:96.1.2(41424344)", "0-1:96.1.2(4142)"],
        ["1-0:1.8.1(1*kWh)(2*kWh)", "1-0:1.7.0(1*kW)(x)", "0-0:96.14.0(1)(2)", "1-0:32.7.0()(230.0*V)"],
        ["0-0:96.1.1(4B31)(4B32)", "1-0:1.6.0(05.122*kW)", "0-0:96.7.21(1)(2)"],
        ["1-0:99.97.0(1)(0-0:96.7.19)(soon)(0000000240*s)", "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(soon)(soon)(01.000*kW)"],
        ["0-0:42.0.0(4C5531323334)", "0-0:96.1.0(ER23)"], ["0-0:42.0.0(4C5531323334)", "0-0:96.1.0()"], ["1-0:13.7.0(4.556)"],
    ]

    private func expectNothingLost(
        of lines: [String], header: String = "TST5\\2UNIT", sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let telegram = try TelegramFixture.telegram(lines, header: header)
        #expect(lost(of: telegram) == [], sourceLocation: sourceLocation)
    }

    /// The lines that left no trace.
    private func lost(of telegram: Telegram) -> [String] {
        let document = telegram.document()
        let reported = Set(telegram.issues.map(\.offset))
        let readings = Dictionary(telegram.readings.map { ($0.object, $0) }, uniquingKeysWith: { first, _ in first })
        return telegram.objects.enumerated().compactMap { index, object in
            let code = telegram.string(object.codeText)
            if reported.contains(Int(object.offset)) || document.unknown.contains(where: { $0.code == code }) { return nil }
            if let reading = readings[index], places(of: reading, in: telegram).contains(where: { document[$0] != nil }) { return nil }
            let groups = telegram.values(of: object)
            if groups.allSatisfy({ isNothing($0, in: telegram) }) { return nil }
            return code + groups.map { "(\(telegram.string($0.text)))" }.joined()
        }
    }

    /// Where a reading stands: its own place, and one that it can give way to.
    private func places(of reading: Reading, in telegram: Telegram) -> [String] {
        let code = telegram.objects[reading.object].code.withoutF
        let row = Catalogue.exceptions(for: telegram).first { $0.code == code } ?? reading.catalogueRow
        switch row.scope {
        case .meter where row.path == "logicalDeviceName": return [row.path, "equipmentId"]
        case .meter where row.quantity == .peakHistory: return [row.path, "electricity/monthEnd"]
        case .meter: return [row.path]
        case .relay: return [String(row.path.dropLast()) + "\(reading.channel)"]
        case .mbus: return ["mbus/\(reading.channel)/\(row.path)"]
        case .medium(let medium): return ["\(medium.rawValue)/\(row.path)"]
        }
    }

    /// Whether a group says that there is no value: blanks or zeros, a time that is not set, text of nothing but blanks,
    /// dashes or fillers.
    private func isNothing(_ group: DataValue, in telegram: Telegram) -> Bool {
        let text = telegram.string(group.text)
        if text.allSatisfy({ " 0.,-".contains($0) }) || group.isTime && MeterTimestamp(telegram.text.span, group.text.range) == nil {
            return true
        }
        return telegram.decodingHex(group.text).unicodeScalars.allSatisfy { [" ", "-", "0", "\u{FF}"].contains($0) }
    }
}
