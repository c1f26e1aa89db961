import ArgumentParser
import Foundation
import Testing
@testable import P1MQTT

/// A folder of its own for the files of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("p1mqtt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record(error)
        }
    }

    /// Writes a file that only its owner can read, unless said otherwise. Returns its path.
    func write(_ text: String, to name: String = "config.json", mode: Int = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    func write(_ bytes: [UInt8], to name: String, mode: Int = 0o600) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// Loads a configuration as the program does.
func loadSettings(
    _ json: String? = nil, environment: [String: String] = [:], flags: [String] = []
) throws -> LoadedSettings {
    let folder = try TemporaryFolder()
    return try SettingsLoader.load(
        explicitPath: try json.map { try folder.write($0) }, environment: environment, flags: try ConfigurationOptions.parse(flags).flags,
        searchPaths: [])
}

/// The problems of a configuration, a line each; the path of the file stands as `config.json`.
func settingsProblems(
    _ json: String? = nil, environment: [String: String] = [:], flags: [String] = []
) throws -> [String] {
    do {
        _ = try loadSettings(json, environment: environment, flags: flags)
        return []
    } catch let error as SettingsProblems {
        return error.description.split(separator: "\n").map { line in
            guard let name = line.range(of: "/config.json") else { return String(line) }
            return "config.json" + line[name.upperBound...]
        }
    }
}
