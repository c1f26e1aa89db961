import P1MQTTHomeAssistant
import P1MQTTMeter
import P1MQTTSystem

/// The configuration in force, and where it came from: flags over environment over file over defaults.
struct LoadedSettings: Sendable {
    var settings: Settings
    /// The file that was read; `nil`: there is none.
    var file: String?
    /// What works, but is probably not meant so; a line each, for the log.
    var warnings: [String]

    /// Where a configuration file is looked for when none is named.
    static let searchPaths = ["config.json", "/etc/p1mqtt/config.json"]

    /// Loads and checks everything, and reports all that is wrong at once. Without a file, the defaults and the
    /// environment are all there is; without any source, there are no meters.
    /// - Parameters:
    ///   - explicitPath: the file that `--config` names; it has to exist.
    ///   - environment: all variables; those that begin with `P1MQTT_` are settings.
    ///   - flags: what the command line sets.
    ///   - searchPaths: where a file is looked for that nobody names.
    init(
        explicitPath: String?, environment: [String: String], flags: [SettingText], searchPaths: [String] = searchPaths
    ) throws(SettingsProblems) {
        var draft = SettingsDraft()
        let found = draft.readLayers(explicitPath: explicitPath, environment: environment, flags: flags, searchPaths: searchPaths)
        draft.check()
        warnings = draft.readFiles() + draft.doubts(ofFile: found) + draft.doubts()
        guard draft.problems.isEmpty else { throw SettingsProblems(problems: draft.problems) }
        settings = draft.settings
        settings.meters = draft.meters.compactMap(\.settings)
        if !settings.publish.values { settings.homeAssistant.enabled = false }
        file = found?.path
    }
}

extension SettingsDraft {
    /// Reads file, environment and flags, as far as they can be read, and checks nothing.
    /// - Returns: the file, and whether every user of the machine may read it.
    @discardableResult
    mutating func readLayers(
        explicitPath: String?, environment: [String: String], flags: [SettingText], searchPaths: [String] = LoadedSettings.searchPaths
    ) -> (path: String, isReadableByOthers: Bool)? {
        let found = readFirst(of: explicitPath.map { [$0] } ?? searchPaths, isRequired: explicitPath != nil)
        read(EnvironmentName.settings(in: environment) { report("", .environment($0), $1) })
        read(flags)
        return found
    }

    /// Reads the first file that is there; says which, and whether every user of the machine may read it.
    private mutating func readFirst(of paths: [String], isRequired: Bool) -> (path: String, isReadableByOthers: Bool)? {
        for path in paths {
            do {
                let file = try SmallFile.load(path, limit: JSONReader.maximumSize)
                read(try JSONReader.read(file.bytes), ofFile: path)
                return (path, file.isReadableByOthers)
            } catch let failure as SmallFile.Failure {
                if failure.isMissing, !isRequired { continue }
                report("", .file(path), failure.reason)
                return (path, false)
            } catch {
                report("", .file(path), "is not valid JSON: \(error)")
                return (path, false)
            }
        }
        return nil
    }
}
