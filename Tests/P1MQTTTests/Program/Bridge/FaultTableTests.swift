import Foundation
import Testing

/// docs/faults.md: every test that it names is one of this project.
@Suite("Table of faults") struct FaultTableTests {
    private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../..").standardized

    /// `Suite.function` of all tests of the project.
    private func tests() throws -> Set<String> {
        let files = try #require(
            FileManager.default.enumerator(at: Self.top.appendingPathComponent("Tests"), includingPropertiesForKeys: nil))
        var tests: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            var suite = ""
            var isTest = false
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                if let name = line.firstMatch(of: /struct (\w+Tests)\b/)?.output.1 { suite = String(name) }
                isTest = isTest || line.contains("@Test")
                if isTest, let name = line.firstMatch(of: /func (\w+)\(/)?.output.1 {
                    tests.insert("\(suite).\(name)")
                    isTest = false
                }
            }
        }
        return tests
    }

    @Test("each fault names a test, and each test named is there") func names() throws {
        let table = try String(contentsOf: Self.top.appendingPathComponent("docs/faults.md"), encoding: .utf8)
        let tests = try tests()
        #expect(tests.count > 300 && tests.contains("FaultTableTests.names"))
        let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") && !$0.hasPrefix("| fault |") }
        #expect(rows.count > 40)
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            #expect(cells.count == 4, "\(row)")
            let named = (cells.last ?? "").matches(of: /`(\w+\.\w+)`/).map { String($0.output.1) }
            #expect(!named.isEmpty, "\(row)")
            for name in named { #expect(tests.contains(name), "\(name) does not exist") }
        }
    }
}
