import Foundation
import P1Parser
import Testing

/// Captures of real meters that are kept outside the project: a folder with `corpus/NAME.txt`, `expected/NAME.json` and
/// `INDEX.tsv`. `TELEGRAM_CORPUS` names it; without it nothing runs.
@Suite("Captures of real meters", .enabled(if: Corpus.folder != nil, "TELEGRAM_CORPUS does not name a folder of captures: skipped"))
struct CorpusTests {
    @Test("every object, value and unit is as it was sent", arguments: Corpus.captures)
    func literal(_ capture: Capture) throws {
        let telegrams = try capture.telegrams()
        let expected = try capture.expected()
        #expect(telegrams.count >= expected.count)
        // A stream that was cut in a telegram ends with a frame that the literal split leaves out.
        for extra in telegrams.dropFirst(expected.count) { #expect(!extra.frame.hasEndLine) }
        for (telegram, expected) in zip(telegrams, expected) {
            #expect(telegram.string(telegram.header) == expected.header)
            let objects = telegram.literal
            let wanted = expected.objects
            for (object, other) in zip(objects, wanted) where object != other {
                Issue.record("read \(object), expected \(other)")
            }
            #expect(objects.count == wanted.count)
            let damaged = telegram.issues
                .filter { [.noCode, .brackets].contains($0.reason) }.map { telegram.string($0.line) }
            #expect(damaged == expected.unparsedLines)
        }
    }

    @Test("the checksum is judged as the index says", arguments: Corpus.captures)
    func checksum(_ capture: Capture) throws {
        for (telegram, expected) in zip(try capture.telegrams(), try capture.expected()) {
            let found =
                switch telegram.frame.checksum {
                case .valid: "yes"
                case .absent: telegram.frame.hasEndLine && !telegram.frame.hasMaskedChecksum ? "none" : "noframe"
                case .invalid: "no"
                }
            #expect(found == expected.crc)
        }
    }

    @Test("typed readings give no issue on captures with a valid checksum", arguments: Corpus.captures)
    func typed(_ capture: Capture) throws {
        for telegram in try capture.telegrams() {
            let typed = telegram.issues.filter { ![.noCode, .brackets, .noEndLine, .maskedChecksum].contains($0.reason) }
            #expect(typed.map { "\($0.reason): \(telegram.string($0.line))" } == capture.knownDamage)
        }
    }
}

/// The folder of captures.
enum Corpus {
    static let folder = ProcessInfo.processInfo.environment["TELEGRAM_CORPUS"].map { URL(filePath: $0) }

    static let captures: [Capture] = {
        guard let folder, let index = try? String(contentsOf: folder.appending(path: "INDEX.tsv"), encoding: .utf8) else { return [] }
        return index.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count > 1, columns[0].hasSuffix(".txt") else { return nil }
            return Capture(name: String(columns[0].dropLast(4)), dialect: String(columns[1]), folder: folder)
        }
    }()
}

/// One capture and what is expected of it.
struct Capture: Sendable, CustomTestStringConvertible {
    let name: String
    let dialect: String
    let folder: URL

    var testDescription: String { name }

    /// Lines that a typed reading rightly refuses.
    var knownDamage: [String] { Capture.damage[name] ?? [] }

    private static let damage: [String: [String]] = [:]

    func telegrams() throws -> [Telegram] {
        let bytes = Array(try Data(contentsOf: folder.appending(path: "corpus/\(name).txt")))
        return Framer.frames(in: bytes).map { Telegram($0) }
    }

    func expected() throws -> [ExpectedTelegram] {
        let data = try Data(contentsOf: folder.appending(path: "expected/\(name).json"))
        return try JSONDecoder().decode(ExpectedFile.self, from: data).telegrams
    }
}

/// The literal split of a capture.
struct ExpectedFile: Decodable {
    let telegrams: [ExpectedTelegram]
}

/// The literal split of one telegram.
struct ExpectedTelegram: Decodable {
    struct Line: Decodable {
        let obis: String
        let groups: [Group]
    }

    struct Group: Decodable {
        let value: String
        let unit: String?
    }

    let header: String
    let crc: String
    let lines: [Line]
    let unparsedLines: [String]

    var objects: [LiteralObject] {
        lines.map { line in
            LiteralObject(obis: line.obis, values: line.groups.map { LiteralValue(value: $0.value, unit: $0.unit) })
        }
    }
}
