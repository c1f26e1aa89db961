import P1MQTTMeter

/// Where a setting came from, as a person has to look for it.
enum SettingsOrigin: Sendable, Hashable {
    /// The configuration file of this path.
    case file(String)
    /// The environment variable of this name.
    case environment(String)
    /// The flag of this name, dashes included.
    case flag(String)

    /// Higher for what overrides the other.
    var rank: Int {
        switch self {
        case .file: 1
        case .environment: 2
        case .flag: 3
        }
    }
}

/// One thing that is wrong with the configuration.
struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    /// The setting, such as `meters[0].source.baudRate`; empty when it is about the file or variable as a whole.
    var path: String
    var origin: SettingsOrigin
    /// What stands there, as the rest of a sentence that begins with the setting: `is 70000`. Never holds a secret.
    var problem: String
    /// What may stand there; `nil` when the problem says all.
    var allowed: String?

    var description: String {
        let place =
            switch origin {
            case .file(let file): path.isEmpty ? file : "\(file): \(path)"
            // Whoever sets the environment may put anything into a name.
            case .environment(let name), .flag(let name): path.isEmpty ? name.sanitised : "\(name.sanitised) (\(path))"
            }
        guard let allowed else { return "\(place) \(problem)" }
        return "\(place) \(problem); allowed: \(allowed)"
    }
}

/// Everything that is wrong with the configuration, at once. Its description has one line for each, for stderr.
struct SettingsProblems: Error, Sendable, Equatable, CustomStringConvertible {
    var problems: [SettingsProblem]

    var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
