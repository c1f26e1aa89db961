import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// README.md: what is generated in it is up to date, and what it shows of the configuration works.
/// `UPDATE_README=1 swift test --filter ReadmeTests` writes the generated tables.
@Suite("README.md", .serialized) struct ReadmeTests {
    fileprivate static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../README.md").standardized.path
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_README"] == "1"

    @Test("the generated tables are those of the program", arguments: ["settings", "topics"]) func tables(_ name: String) throws {
        let table = name == "settings" ? SettingsDocumentation.table : TopicDocumentation.table
        let text = try readmeText()
        guard let block = MarkedBlock(name, in: text) else {
            throw Missing(
                description:
                    "README.md lacks the lines <!-- \(name) --> and <!-- /\(name) -->, in this order, between which this table belongs")
        }
        if Self.isUpdating {
            try Data(block.replacing(with: table).utf8).write(to: URL(fileURLWithPath: Self.path))
        } else {
            #expect(block.content == table, "out of date: run UPDATE_README=1 swift test --filter ReadmeTests")
        }
    }

    @Test("every block of JSON can be read, and every configuration can be loaded") func json() throws {
        let blocks = fencedBlocks("json", in: try readmeText())
        #expect(!blocks.isEmpty, "README.md shows no configuration")
        for block in blocks {
            do {
                let problems = try problems(of: block)
                #expect(problems.isEmpty, "\(block)")
            } catch {
                Issue.record("\(error) in\n\(block)")
            }
        }
    }

    /// What is wrong with a block as a configuration, if it is one.
    private func problems(of block: String) throws -> [String] {
        let tree = try JSONReader.read(Array(block.utf8))
        let names = DocumentedSetting.all.map { row in String(row.path.prefix { $0 != "." && $0 != "[" }) }
        guard !Set(names).isDisjoint(with: tree.keys) else { return [] }
        // The files that it names are not on this machine; all else has to be right.
        return try settingsProblems(block).filter { !$0.hasSuffix("cannot be read: No such file or directory") }
    }

    @Test("finds blocks, and replaces what stands between markers") func blocks() {
        let text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n```json\n{}\n```\n```sh\nls\n```\n"
        #expect(MarkedBlock("x", in: text)?.content == "old\n")
        #expect(MarkedBlock("x", in: text)?.replacing(with: "1\n2\n").hasPrefix("a\n<!-- x -->\n1\n2\n<!-- /x -->\nb\n") == true)
        #expect(MarkedBlock("y", in: text) == nil)
        #expect(MarkedBlock("x", in: "<!-- /x -->\n<!-- x -->\n") == nil)
        #expect(fencedBlocks("json", in: text) == ["{}\n"])
    }
}

private struct Missing: Error, CustomStringConvertible {
    let description: String
}

/// README.md as it is.
func readmeText() throws -> String {
    guard let data = FileManager.default.contents(atPath: ReadmeTests.path) else {
        throw Missing(description: "there is no \(ReadmeTests.path)")
    }
    return String(decoding: data, as: UTF8.self)
}

/// What stands between `<!-- NAME -->` and `<!-- /NAME -->`, each on a line of its own.
private struct MarkedBlock {
    private let lines: [Substring]
    private let inner: Range<Int>

    /// `nil`: a marker is missing.
    init?(_ name: String, in text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "<!-- \(name) -->"), let end = lines.firstIndex(of: "<!-- /\(name) -->"), start < end
        else { return nil }
        inner = start + 1..<end
    }

    var content: String { lines[inner].map { $0 + "\n" }.joined() }

    /// The whole text with another content.
    func replacing(with content: String) -> String {
        let before = lines[..<inner.lowerBound].map { $0 + "\n" }.joined()
        return before + content + lines[inner.upperBound...].joined(separator: "\n")
    }
}

/// The contents of the blocks that are fenced as this language.
func fencedBlocks(_ language: String, in text: String) -> [String] {
    var blocks: [String] = []
    var open: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if let content = open {
            if line.hasPrefix("```") {
                blocks.append(content)
                open = nil
            } else {
                open = content + line + "\n"
            }
        } else if line == "```\(language)" {
            open = ""
        }
    }
    return blocks
}
