/// What flags of the command line set, on top of environment and file. `nil`: not given.
/// Secrets have no flag: every user of a machine can read command lines.
struct SettingsOverrides: Sendable, Equatable {
    /// `--host`: the broker.
    var host: String?
    /// `--port`: of the broker.
    var port: Int?
    /// `--topic-prefix`
    var topicPrefix: String?
    /// `--username`: at the broker.
    var username: String?
    /// `--serial PATH`: the first meter is read from this port.
    var serialPath: String?
    /// `--emulator PROFILE`: the first meter is an emulated one. Not together with `--serial`.
    var emulatorProfile: String?
    /// `--log-level`
    var logLevel: String?

    /// Flag, path and text of what was given.
    var assignments: [(flag: String, path: String, text: String)] {
        var given: [(flag: String, path: String, text: String)] = []
        func add(_ flag: String, _ path: String, _ text: String?) {
            if let text { given.append((flag, path, text)) }
        }
        add("--host", "mqtt.host", host)
        add("--port", "mqtt.port", port.map(String.init))
        add("--topic-prefix", "mqtt.topicPrefix", topicPrefix)
        add("--username", "mqtt.username", username)
        add("--log-level", "log.level", logLevel)
        add("--serial", "meters[0].source.type", serialPath.map { _ in "serial" })
        add("--serial", "meters[0].source.path", serialPath)
        if serialPath == nil {
            add("--emulator", "meters[0].source.type", emulatorProfile.map { _ in "emulator" })
            add("--emulator", "meters[0].source.profile", emulatorProfile)
        }
        return given
    }
}
