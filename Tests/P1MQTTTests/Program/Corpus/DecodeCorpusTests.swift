import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// `decode --objects` on real meters' captures, as a user sees it. `TELEGRAM_CORPUS` names the folder; without it nothing runs.
@Suite(
    "decode --objects of real captures",
    .enabled(if: CorpusCapture.folder != nil, "TELEGRAM_CORPUS does not name a folder of captures: skipped"))
struct DecodeCorpusTests {
    @Test("prints the literal split of every telegram, each damaged line, and is good only without damage", arguments: CorpusCapture.all)
    func objects(_ capture: CorpusCapture) throws {
        let output = Locked((lines: [[UInt8]](), complaints: [String]()))
        var decoder = CaptureDecoder(
            name: "capture", printsObjects: true, utcOffset: nil, printLine: { line in output.withLock { $0.lines.append(line) } },
            complain: { text in output.withLock { $0.complaints.append(text) } })
        decoder.feed(try capture.bytes())
        decoder.finish()
        let (lines, complaints) = output.withLock { $0 }
        let telegrams = try JSONReader.read(try capture.file("json"))["telegrams"]?.elements ?? []
        #expect(lines.count == telegrams.count)
        // A stream that was cut in a telegram: the literal split leaves that one out.
        var isDamaged = complaints.contains { $0.contains(": the last telegram was cut off ") }
        for (line, expected) in zip(try lines.map { try JSONReader.read($0) }, telegrams) {
            #expect(line["header"]?.content == expected["header"]?.content)
            let checksum = expected["crc"]?.content ?? ""
            #expect(line["crc"]?.content == Self.words[checksum])
            #expect(line["objects"]?.elements == expected["lines"]?.elements.map(Self.object))
            let damaged = expected["unparsedLines"]?.elements.compactMap(\.content) ?? []
            // Behind the damaged lines stands that the end line, or the checksum on it, is missing.
            #expect(Array(line["issues"]?.elements.compactMap { $0["line"]?.content }.prefix(damaged.count) ?? []) == damaged)
            #expect(line["issues"]?.elements.count == damaged.count + (checksum == "noframe" ? 1 : 0))
            isDamaged = isDamaged || !damaged.isEmpty || ["no", "noframe"].contains(checksum)
        }
        #expect(decoder.isGood == !isDamaged)
    }

    private static let words = ["yes": "valid", "no": "invalid", "none": "absent", "noframe": "absent"]

    /// A line of the literal split as `decode --objects` prints it: without the unit where none was sent.
    private static func object(_ line: JSONTree) -> JSONTree {
        let values = line["groups"]?.elements.map { group in
            JSONTree.object(
                [JSONMember(name: "value", value: group["value"] ?? .null)]
                    + (group["unit"] == .null ? [] : [JSONMember(name: "unit", value: group["unit"] ?? .null)]))
        }
        return .object([JSONMember(name: "obis", value: line["obis"] ?? .null), JSONMember(name: "values", value: .array(values ?? []))])
    }
}
