import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

/// What each dialect is announced as, in files that a person can read: a change of them is a change of the contract, and
/// ids in them never change. `UPDATE_README=1 swift test --filter DiscoveryGoldenTests` writes them.
@Suite("Golden files of discovery") struct DiscoveryGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_README"] == "1"

    @Test("each dialect is announced as before", arguments: EmulatorProfile.names)
    func golden(profile: String) throws {
        let text = try DiscoveryFixture.announcement(ofProfile: profile).map(Self.text).joined(separator: "\n")
        let file = Self.folder.appending(path: profile + ".txt")
        if Self.isUpdating { try Data(text.utf8).write(to: file) }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == text,
            "Golden/\(profile).txt: if that was meant, run UPDATE_README=1 swift test --filter DiscoveryGoldenTests")
    }

    @Test("no file is left of a profile that is gone")
    func files() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        #expect(Set(names) == Set(EmulatorProfile.names.map { $0 + ".txt" }))
    }

    /// A message on lines: its topic, each member, and each component on one of its own.
    private static func text(_ message: Message) throws -> String {
        guard case .object(let members) = try JSONReader.read(message.payload) else { return "" }
        let lines = members.flatMap { member -> [String] in
            guard member.name == "components", case .object(let components) = member.value else {
                return ["  \(member.name): \(member.value.json)"]
            }
            return ["  components:"] + components.map { "    \($0.name): \($0.value.json)" }
        }
        let text = ([message.topic] + lines).joined(separator: "\n") + "\n"
        return text.replacing(#""sw_version": "\#(P1MQTTCommand.version)""#, with: #""sw_version": "1.2.3""#)
    }
}
