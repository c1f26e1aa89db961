import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

/// README.md and the pages in `docs`: what is generated is up to date, what they show of the configuration works, and links lead
/// somewhere. `UPDATE_README=1 swift test --filter ReadmeTests` writes the generated tables.
@Suite("README.md and the pages in docs", .serialized) struct ReadmeTests {
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_README"] == "1"

    @Test("the generated tables are those of the program", arguments: ["settings", "topics", "metrics"]) func tables(_ name: String) throws
    {
        let table =
            switch name {
            case "settings": SettingsDocumentation.table
            case "topics": TopicDocumentation.table
            default: MetricsDocumentation.table
            }
        let page = try DocumentedPage("docs/\(name).md")
        guard let block = MarkedBlock(name, in: page.text) else {
            throw Missing(
                description:
                    "\(page.name) lacks the lines <!-- \(name) --> and <!-- /\(name) -->, in this order, between which this table belongs")
        }
        if Self.isUpdating {
            try page.write(block.replacing(with: table))
        } else {
            #expect(block.content == table, "\(page.name) is out of date: run UPDATE_README=1 swift test --filter ReadmeTests")
        }
    }

    @Test("every block of JSON can be read, and every configuration can be loaded") func json() throws {
        var configurations = 0
        for page in try DocumentedPage.all() {
            for block in page.blocks("json") {
                do {
                    guard let problems = try problems(of: block) else { continue }
                    configurations += 1
                    #expect(problems.isEmpty, "\(page.name): \(block)")
                } catch {
                    Issue.record("\(page.name): \(error) in\n\(block)")
                }
            }
        }
        #expect(configurations >= 8)
    }

    /// What is wrong with a block as a configuration; `nil` where it is none.
    private func problems(of block: String) throws -> [String]? {
        let tree = try JSONReader.read(Array(block.utf8))
        let names = DocumentedSetting.all.map { row in String(row.path.prefix { $0 != "." && $0 != "[" }) }
        guard !Set(names).isDisjoint(with: tree.keys) else { return nil }
        // The files that it names are not on this machine; all else has to be right.
        return try settingsProblems(block).filter { !$0.hasSuffix("cannot be read: No such file or directory") }
    }

    @Test("README.md is short") func size() throws {
        #expect(try DocumentedPage("README.md").text.utf8.count <= 15_000)
    }

    @Test("README.md leads to every page") func reachable() throws {
        let pages = try DocumentedPage.all()
        let linked = Set(try DocumentedPage("README.md").links.map(\.file))
        #expect(pages.count > 12)
        for page in pages.dropFirst() { #expect(linked.contains(page.name), "\(page.name)") }
    }

    @Test("every link within the project leads to a file and a heading that are there") func links() throws {
        let pages = try DocumentedPage.all()
        var count = 0
        for page in pages {
            for link in page.links where !link.isPicture {
                count += 1
                let path = DocumentedPage.top.appendingPathComponent(link.file).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page.name): [\(link.text)] leads to \(link.file)")
                guard let anchor = link.anchor else { continue }
                let target = try #require(pages.first { $0.name == link.file }, "\(page.name): [\(link.text)] leads to no page")
                #expect(target.anchors.contains(anchor), "\(page.name): \(link.file) has no heading #\(anchor)")
            }
        }
        #expect(count > 50)
    }

    @Test(
        "pictures are there, small, and told in words",
        .enabled(if: DocumentedPage.hasPictures, "the folder docs/images is not there: skipped"))
    func pictures() throws {
        let pictures = try DocumentedPage.all().flatMap(\.links).filter(\.isPicture)
        #expect(!pictures.isEmpty)
        for picture in pictures {
            let file = try #require(FileManager.default.contents(atPath: DocumentedPage.top.appendingPathComponent(picture.file).path))
            #expect(file.count < 150_000 && picture.text.count > 20, "\(picture.file)")
        }
    }

    @Test("the page of commands has every profile of the emulator") func profiles() throws {
        let text = try DocumentedPage("docs/commands.md").text
        for name in EmulatorProfile.names { #expect(text.contains("`\(name)`"), "\(name)") }
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
