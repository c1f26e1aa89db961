import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// The documents of real meters' captures against those of node-p1-reader 2.0.6, whose shape they have (design A4): every
/// key is there with the same type, and every value is the same but for what is explained.
@Suite(
    "Documents beside node-p1-reader",
    .enabled(if: CorpusCapture.folder != nil, "TELEGRAM_CORPUS does not name a folder of captures: skipped"))
struct NodeReaderCorpusTests {
    @Test("have its keys, types and values, but for what is explained", arguments: CorpusCapture.all)
    func same(_ capture: CorpusCapture) throws {
        let results = try JSONReader.read(try capture.file("nodep1reader.json"))["results"]?.elements ?? []
        for (telegram, result) in zip(try capture.telegrams(), results) {
            guard let parsed = result["parsed"] else { continue }
            let document = try telegram.document().tree()
            for difference in NodeReaderDifference.all(between: parsed, and: document, of: telegram) where difference.reason == nil {
                Issue.record(
                    "\(difference.path): that program has \(difference.expected.json), the document \(difference.found?.json ?? "no key")")
            }
        }
    }
}

/// A leaf of node-p1-reader's document that differs from ours.
struct NodeReaderDifference {
    let path: String
    let expected: JSONTree
    /// `nil` when the document has no such key.
    let found: JSONTree?
    /// The whole documents.
    let theirs: JSONTree
    let ours: JSONTree
    /// Whether the meter sent a time that is one.
    let hasTime: Bool

    static func all(between theirs: JSONTree, and ours: JSONTree, of telegram: Telegram) -> [NodeReaderDifference] {
        let hasTime = telegram.readings.contains { if case .time(_?) = $0.value { true } else { false } }
        return paths(theirs, ours, "").map { path, expected, found in
            NodeReaderDifference(path: path, expected: expected, found: found, theirs: theirs, ours: ours, hasTime: hasTime)
        }
    }

    private static func paths(_ expected: JSONTree, _ found: JSONTree?, _ path: String) -> [(String, JSONTree, JSONTree?)] {
        if case .object(let members) = expected, let found, !found.keys.isEmpty {
            return members.flatMap { paths($0.value, found[$0.name], path.isEmpty ? $0.name : path + "/" + $0.name) }
        }
        if !expected.elements.isEmpty, let others = found?.elements, others.count == expected.elements.count {
            return zip(expected.elements, others).enumerated().flatMap { paths($1.0, $1.1, "\(path)/\($0)") }
        }
        if let found, isSame(expected, found) { return [] }
        return [(path, expected, found)]
    }

    /// Numbers by value: that program writes 0 for 0.000.
    private static func isSame(_ one: JSONTree, _ other: JSONTree) -> Bool {
        if case (.number(let a), .number(let b)) = (one, other), let a = FixedDecimal(a), let b = FixedDecimal(b) {
            return !(a < b) && !(b < a)
        }
        return one == other
    }

    /// Why ours is right: a rule, not a file; `nil` when nothing explains the difference.
    var reason: String? {
        // Null in an object that is there means that nothing was sent, or understood.
        guard let found else { return nil }
        if expected == .null { return "it does not know the code, the channel or the shape of the line" }
        return timeReason(found) ?? valueReason(found) ?? gasReason(found)
    }

    private func timeReason(_ found: JSONTree) -> String? {
        if expected.content == "__NOW__" { return "its own clock, where the meter sends no time that it reads" }
        if let theirs = expected.content.flatMap(PeerComparison.seconds) {
            if path.hasPrefix("gas/"), isLocalTime(theirs, ofAnyOf: channels.compactMap { $0["timestamp"]?.content }) {
                return "the time of another meter on the M-Bus"
            }
            if found == .null { return isImpossible(theirs) || path == "timestamp" && !hasTime ? "an impossible time is none" : nil }
            guard let ours = found.content.flatMap(PeerComparison.seconds) else { return nil }
            // W and S; two hours ahead in Lithuania.
            return [3600, 7200, 10800].contains(theirs - ours) ? "local time labelled as UTC" : nil
        }
        return nil
    }

    private func isLocalTime(_ seconds: Int64, ofAnyOf times: [String]) -> Bool {
        times.compactMap(PeerComparison.seconds).contains { [3600, 7200, 10800].contains(seconds - $0) }
    }

    private var channels: [JSONTree] { (1...4).compactMap { ours.at("mbus/\($0)") } }

    /// Whether it is of the first minutes of 2000, before, or years ahead: `63` is read as 2065.
    private func isImpossible(_ seconds: Int64) -> Bool { seconds < 946_684_860 || seconds > 2_000_000_000 }

    private func valueReason(_ found: JSONTree) -> String? {
        let text = expected.content ?? ""
        let number = FixedDecimal(text)
        let own = found.content.flatMap { FixedDecimal($0) }
        if path == "version", text == "22", found == .null { return "no version, and not of DSMR 2.2 or 3.0" }
        if path == "version", text.allSatisfy({ "20".contains($0) }), found == .null { return "a version of blanks" }
        if path == "meterType", let ours = found.content, text.readable == ours.readable {
            return "bytes above 7F are Latin-1, blanks at the end are none"
        }
        if path.hasPrefix("electricity/instantaneous/"), let number, let own, number.scale == 0 {
            let whole = FixedDecimal(mantissa: own.mantissa / own.powerOfTen, scale: 0)
            let milli = own.movingPoint(by: 3).map { $0.mantissa / $0.powerOfTen == number.mantissa } ?? false
            if own.movingPoint(by: -3).map({ $0.mantissa / $0.powerOfTen }) == number.mantissa { return "kV and kA, cut off" }
            if whole == number { return "decimals of volts and amperes are cut off" }
            if milli { return "mA and W" }
        }
        if let number, let own, let moved = number.movingPoint(by: -3), !(moved < own), !(own < moved) {
            return "Wh, W and mA are converted"
        }
        if path.hasSuffix("/unit"), let unit = found.content {
            // With a bracket where a blank stands behind the line.
            let text = text.hasSuffix(")") ? String(text.dropLast()) : text
            if text.lowercased() == unit.lowercased() { return "one spelling of each unit" }
            if ["Wh", "W", "mA", "kA", "kV"].contains(text), unit == "k" + text || text.hasSuffix(unit) {
                return "one unit for each quantity"
            }
        }
        if path == "equipmentId", text.isEmpty, found.content?.contains("*") == true { return "a masked id is no unit" }
        if path == "textMessage/message", let message = found.content {
            if message.count > text.count { return "a text on two lines" }
        }
        if path.hasPrefix("electricity/demand/maximumDemandLastMonths"), path.hasSuffix("/months") || path.hasSuffix("/count") {
            return "a list of another shape or count than ten"
        }
        if path.hasPrefix("electricity/received/actual/"), found == .null,
            theirs.at("electricity/received/actual/unit")?.content?.hasSuffix(")") == true
        {
            return "brackets within brackets"
        }
        return nil
    }

    /// It has one meter for all that is on the M-Bus: the last line counts, whatever it is of.
    private func gasReason(_ found: JSONTree) -> String? {
        guard path.hasPrefix("gas/") else { return nil }
        let key = String(path.dropFirst("gas/".count))
        if channels.contains(where: { $0[key] == expected }) { return "the value of another meter on the M-Bus" }
        if let value = expected.content.flatMap({ FixedDecimal($0) }),
            channels.contains(where: { channel in
                channel[key]?.content.flatMap { FixedDecimal($0) }.map { !($0 < value) && !(value < $0) } ?? false
            })
        {
            return "the value of another meter on the M-Bus"
        }
        // A meter that never reported has no reading, and its unit says nothing.
        let isGhost = theirs.at("gas/timestamp")?.content.flatMap(PeerComparison.seconds).map(isImpossible) ?? true
        return isGhost && ["reading", "unit", "timestamp"].contains(key) ? "a meter that never reported" : nil
    }
}

extension FixedDecimal {
    /// Ten to the power of its scale.
    fileprivate var powerOfTen: Int64 { (0..<scale).reduce(1) { power, _ in power * 10 } }
}

extension String {
    /// What both programs can read of a header.
    fileprivate var readable: String { filter { $0.isASCII }.trimmingCharacters(in: .whitespaces) }
}
