import Foundation
import TestSupport
@testable import P1MQTT

/// Loads a configuration as the program does, with names that the tests choose.
func loadSettings(
    _ json: String? = nil, environment: [String: String] = [:], overrides: SettingsOverrides = SettingsOverrides()
) throws -> LoadedSettings {
    let folder = try TemporaryFolder()
    return try SettingsLoader.load(
        explicitPath: try json.map { try folder.write($0) }, environment: environment, overrides: overrides,
        profiles: ["nl-dsmr42", "be-emucs"], reservedNames: ["bridge", "gas"], searchPaths: [])
}

/// The problems of a configuration, a line each; the path of the file stands as `config.json`.
func settingsProblems(
    _ json: String? = nil, environment: [String: String] = [:], overrides: SettingsOverrides = SettingsOverrides()
) throws -> [String] {
    do {
        _ = try loadSettings(json, environment: environment, overrides: overrides)
        return []
    } catch let error as SettingsProblems {
        return error.description.split(separator: "\n").map { line in
            guard let name = line.range(of: "/config.json") else { return String(line) }
            return "config.json" + line[name.upperBound...]
        }
    }
}
