import Foundation
import Testing

/// A file of the project that the program's own tables make: `UPDATE_README=1 swift test --filter SUITE` writes it anew.
enum GeneratedFile {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../..").standardized
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_README"] == "1"

    /// - Parameters:
    ///   - path: from the top of the project.
    ///   - suite: of the tests that write it.
    static func expect(_ path: String, _ content: String, suite: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let url = root.appendingPathComponent(path)
        if isUpdating { try Data(content.utf8).write(to: url) }
        let present = try String(contentsOf: url, encoding: .utf8)
        #expect(
            present == content, "\(path) is out of date: run UPDATE_README=1 swift test --filter \(suite)", sourceLocation: sourceLocation)
    }
}
