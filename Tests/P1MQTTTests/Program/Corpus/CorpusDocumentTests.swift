import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// The documents of real meters' captures against what other parsers made of the same bytes. `TELEGRAM_CORPUS` names the
/// folder; without it nothing runs. Where the results differ, `PeerDeviation` says why.
@Suite(
    "Documents of real meters",
    .enabled(if: CorpusCapture.folder != nil, "TELEGRAM_CORPUS does not name a folder of captures: skipped"))
struct CorpusDocumentTests {
    @Test("are what dsmr_parser read, but for what is explained", arguments: CorpusCapture.all)
    func peer(_ capture: CorpusCapture) throws {
        for (telegram, objects) in zip(try capture.telegrams(), try capture.peer()) {
            // The peer takes all times as those of Amsterdam.
            let comparison = PeerComparison(document: telegram.document(utcOffset: 60), telegram: telegram)
            #expect(try comparison.document.schemaFaults() == [])
            for difference in try comparison.differences(from: objects) where PeerDeviation.index(for: difference) == nil {
                Issue.record("\(difference)")
            }
        }
    }

    @Test("are what athom's parser read, but for what is explained", arguments: CorpusCapture.all)
    func athom(_ capture: CorpusCapture) throws {
        guard let athom = try capture.athom(), let telegram = try capture.telegrams().first else { return }
        let document = telegram.document(utcOffset: 60)
        for (path, value) in athom.values {
            let ours = document[path].flatMap { PeerComparison.number($0) }.flatMap { Double($0.description) }
            let difference = PeerDifference(code: path, expected: "\(value)", found: ours.map { "\($0)" } ?? "nothing")
            let isSame = ours.map { abs($0 - value) < 1e-9 * max(1, abs(value)) } ?? false
            if !isSame, PeerDeviation.index(for: difference) == nil { Issue.record("\(difference)") }
        }
        for (channel, device) in athom.mBus ?? [:] {
            guard let local = device.timestamp.flatMap(PeerComparison.seconds), device.value != nil else { continue }
            guard case .time(let seconds)? = document["mbus/\(channel)/timestamp"] else { continue }
            // That parser labels local time as UTC.
            #expect([3600, 7200].contains(local - seconds), "mbus/\(channel)/timestamp")
        }
    }

    @Test("every deviation is still one", .disabled(if: CorpusCapture.folder == nil))
    func deviations() throws {
        var used: Set<Int> = []
        for capture in CorpusCapture.all {
            for (telegram, objects) in zip(try capture.telegrams(), try capture.peer()) {
                let comparison = PeerComparison(document: telegram.document(utcOffset: 60), telegram: telegram)
                for difference in try comparison.differences(from: objects) {
                    if let index = PeerDeviation.index(for: difference) { used.insert(index) }
                }
            }
        }
        for (index, deviation) in PeerDeviation.all.enumerated() where !used.contains(index) {
            Issue.record("not seen any more: \(deviation.reason)")
        }
    }
}

/// One value that differs from what another parser read.
struct PeerDifference: CustomStringConvertible {
    let code: String
    let expected: String
    let found: String

    var description: String { "\(code): the other parser has \(expected), the document \(found)" }
}

/// The comparison of one document with the objects of another parser.
struct PeerComparison {
    let document: CompletedDocument
    let telegram: Telegram

    func differences(from objects: [PeerObject]) throws -> [PeerDifference] {
        var differences: [PeerDifference] = []
        var months = 0
        let tree = try document.tree()
        for object in objects where object.error == nil {
            guard let text = object.obis, let code = OBISCode(text) else { continue }
            func note(_ expected: String?, _ found: String?) {
                let difference = PeerDifference(code: text, expected: expected ?? "nothing", found: found ?? "nothing")
                if expected != found { differences.append(difference) }
            }
            if object.occurred != nil || code == OBISCode(0, 0, 98, 1, 0) {
                let month = tree.at("electricity/demand/maximumDemandLastMonths/months")?.elements[safe: months]
                months += 1
                note(object.datetime.flatMap(Self.time), month?["month"]?.content)
                note(object.occurred.flatMap(Self.time), month?["timestamp"]?.content)
                note(object.number.map(Self.normal), month?["value"]?.content.flatMap { FixedDecimal($0) }.map(Self.normal))
            } else if let entries = object.entries {
                let log = tree.at("electricity/longPowerFailureLog/log")?.elements ?? []
                note(object.count.map(String.init), tree.at("electricity/longPowerFailureLog/count")?.content)
                note("\(entries.count) entries", "\(log.count) entries")
                for (entry, own) in zip(entries, log) {
                    note(entry.datetime.flatMap(Self.time), own["endOfFailure"]?.content)
                    note(entry.value.map(String.init), own["duration"]?.content)
                }
            } else {
                let (value, time) = self.value(of: code)
                note(expected(object, code), value.flatMap { found($0, object) })
                if let theirs = object.productUnit, let ours = value.flatMap(Self.unit) { note(theirs, ours) }
                if let theirs = object.datetime.flatMap(Self.time) { note(theirs, time.map(ISO8601.text)) }
            }
        }
        return differences
    }

    /// The value of a code, and the time that belongs to it.
    private func value(of code: OBISCode) -> (Document.Value?, Int64?) {
        guard let (index, channel) = Catalogue.find(code) else {
            let sent = document.unknown.first { OBISCode($0.code)?.withoutF == code.withoutF }
            return (sent.map { .text(String($0.groups.dropFirst().dropLast())) }, nil)
        }
        let row = Catalogue.exceptions(for: telegram).first { $0.code == code.withoutF } ?? Catalogue.rows[index]
        let path =
            switch row.scope {
            case .meter: row.path
            case .relay: String(row.path.dropLast()) + "\(channel)"
            case .mbus: "mbus/\(channel)/\(row.path)"
            case .medium(let medium): "\(medium.rawValue)/\(row.path)"
            }
        // The logical device name is the id where no other is sent (Luxembourg), as sent.
        let value = document[path] ?? (path == "logicalDeviceName" ? document["equipmentId"] : nil)
        if case .peak(_, _, let time)? = value { return (value, time) }
        if row.path == "reading", case .time(let time)? = document[path.replacing("reading", with: "timestamp")] { return (value, time) }
        return (value, nil)
    }

    /// The value of the other parser as the document would write it.
    private func expected(_ object: PeerObject, _ code: OBISCode) -> String? {
        guard let text = object.value?.text, !text.isEmpty else { return nil }
        if let time = Self.time(text) { return time }
        return object.number.map(Self.normal) ?? text
    }

    private func found(_ value: Document.Value, _ object: PeerObject) -> String? {
        if case .time(let seconds) = value { return ISO8601.text(seconds) }
        if case .text(let text) = value {
            if text.isEmpty { return nil }
            return object.number != nil ? FixedDecimal(text).map(Self.normal) ?? text : text
        }
        return Self.number(value).map(Self.normal)
    }

    static func number(_ value: Document.Value) -> FixedDecimal? {
        switch value {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): number
        case .text(let text): FixedDecimal(text)
        default: nil
        }
    }

    private static func unit(_ value: Document.Value) -> String? {
        switch value {
        case .quantity(_, let unit), .peak(_, let unit, _): unit.rawValue
        default: nil
        }
    }

    /// Without zeros behind the last digit: the other parser does not move points the same way.
    private static func normal(_ number: FixedDecimal) -> String {
        var number = number
        while number.scale > 0, number.mantissa % 10 == 0 {
            number = FixedDecimal(mantissa: number.mantissa / 10, scale: number.scale - 1)
        }
        return number.description
    }

    static func seconds(_ text: String) -> Int64? {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = text.contains(".") ? [.withInternetDateTime, .withFractionalSeconds] : [.withInternetDateTime]
        return formatter.date(from: text).map { Int64($0.timeIntervalSince1970) }
    }

    private static func time(_ text: String) -> String? {
        text.count > 18 && text.contains("T") ? seconds(text).map(ISO8601.text) : nil
    }
}

extension JSONTree {
    /// The elements of a list.
    var elements: [JSONTree] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// A text or number, as written.
    var content: String? {
        switch self {
        case .text(let text), .number(let text): text
        default: nil
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
