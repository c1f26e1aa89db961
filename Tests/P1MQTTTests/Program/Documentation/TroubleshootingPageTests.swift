import Foundation
import Testing

/// docs/troubleshooting.md names the last line of the log: people look for the words that they see.
@Suite("docs/troubleshooting.md") struct TroubleshootingPageTests {
    /// All text of the program.
    private func sources() throws -> String {
        let files = try #require(
            FileManager.default.enumerator(at: DocumentedPage.top.appendingPathComponent("Sources"), includingPropertiesForKeys: nil))
        var text = ""
        for case let file as URL in files where file.pathExtension == "swift" { text += try String(contentsOf: file, encoding: .utf8) }
        return text
    }

    @Test("each line of the log that it explains is one that the program writes") func lines() throws {
        let sources = try sources()
        let page = try DocumentedPage("docs/troubleshooting.md").text
        let start = try #require(page.firstRange(of: "## By the last line of the log"))
        let end = try #require(page.firstRange(of: "## What the program does by itself"))
        let rows = page[start.upperBound..<end.lowerBound].split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`") }
        #expect(rows.count > 30)
        for row in rows {
            let cell = row.split(separator: "|").first ?? ""
            let lines = cell.matches(of: /`([^`]*)`/).map(\.output.1)
            #expect(!lines.isEmpty, "\(row)")
            // What stands between the names and numbers of the user.
            for words in lines.flatMap({ $0.replacing("...", with: ": ").split(separator: ": ") }) {
                let words = words.trimmingCharacters(in: .whitespaces.union(.punctuationCharacters))
                let isKnown = words.count < 4 || sources.contains(words)
                #expect(isKnown, "no message of the program says \"\(words)\"")
            }
        }
    }
}
