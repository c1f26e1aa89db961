import ArgumentParser
import Foundation
import TestSupport
@testable import P1MQTT

/// Loads a configuration as the program does.
func loadSettings(
    _ json: String? = nil, environment: [String: String] = [:], flags: [String] = []
) throws -> LoadedSettings {
    let folder = try TemporaryFolder()
    return try LoadedSettings(
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
