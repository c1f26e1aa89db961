import P1MQTTMeter
import P1MQTTSystem

/// The configuration as it is in force, and where it came from.
struct LoadedSettings: Sendable {
    var settings: Settings
    /// The file that was read; `nil`: there is none.
    var origin: String?
    /// What works, but is probably not meant so; a line each, for the log.
    var warnings: [String]
}

/// Puts the configuration together: flags over environment over file over defaults.
enum SettingsLoader {
    /// Where a configuration file is looked for when none is named.
    static let searchPaths = ["config.json", "/etc/p1mqtt/config.json"]

    /// Loads and checks everything, and reports all that is wrong at once. Without a file, the defaults and the
    /// environment are all there is; without any source, `meters` is empty.
    /// - Parameters:
    ///   - explicitPath: the file that `--config` names; it has to exist.
    ///   - flags: what the command line sets.
    ///   - searchPaths: where a file is looked for that nobody names.
    static func load(
        explicitPath: String?, environment: [String: String], flags: [SettingsFlag], searchPaths: [String] = searchPaths
    ) throws(SettingsProblems) -> LoadedSettings {
        var reader = SettingsReader()
        let file = readFile(explicitPath, searchPaths, into: &reader)
        let variables = SettingsLayer.environment(environment)
        for problem in variables.problems { reader.report(problem.path, problem.origin, problem.problem) }
        reader.read(variables.layer)
        reader.read(.flags(flags))
        reader.check()
        let warnings = reader.readFiles() + reader.doubts(ofFile: file) + reader.doubts()
        guard reader.problems.isEmpty else { throw SettingsProblems(problems: reader.problems) }
        var settings = reader.settings
        settings.meters = reader.meters.compactMap(\.settings)
        return LoadedSettings(settings: settings, origin: file?.path, warnings: warnings)
    }

    /// The file that was found, and whether every user of the machine may read it.
    private static func readFile(
        _ explicitPath: String?, _ searchPaths: [String], into reader: inout SettingsReader
    ) -> (path: String, isReadableByOthers: Bool)? {
        for path in explicitPath.map({ [$0] }) ?? searchPaths {
            do {
                let file = try SmallFile.load(path, limit: JSONReader.maximumSize)
                reader.read(.file(try JSONReader.read(file.bytes), path: path))
                return (path, file.isReadableByOthers)
            } catch let failure as SmallFile.Failure {
                if failure.isMissing, explicitPath == nil { continue }
                reader.report("", .file(path), failure.reason)
                return (path, false)
            } catch {
                reader.report("", .file(path), "is not valid JSON: \(error)")
                return (path, false)
            }
        }
        return nil
    }
}
