import Foundation
import Testing

@Suite("Tests that wait") struct OwnThreadsTests {
    @Test("have threads of their own") func suites() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        for file in files where file.pathExtension == "swift" && file.path != #filePath {
            let text = try String(contentsOf: file, encoding: .utf8)
            let waits = ["eventually(", "Program", "MosquittoBroker", "InputBench", "EmulationRun"].contains { text.contains($0) }
            #expect(!text.contains("@Suite(") || !waits || text.contains(".ownThreads"), "\(file.lastPathComponent)")
        }
    }
}
