import ArgumentParser
import FoundationEssentials
import Logging
import P1MQTTInput

/// The flags that stand over the configuration file and the environment.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "Configuration file; by default ./config.json, else /etc/p1mqtt/config.json.")
    var config: String?
    @Option(help: "Host of the MQTT broker.")
    var host: String?
    @Option(help: "Port of the MQTT broker.")
    var port: String?
    @Option(help: "First levels of all topics.")
    var topicPrefix: String?
    @Option(help: "User name at the MQTT broker; the password comes from the configuration.")
    var username: String?
    @Option(help: "Read the first meter from this serial port.")
    var serial: String?
    @Option(help: "Emulate the first meter with this profile.")
    var emulator: String?
    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel: String?

    func validate() throws {
        if serial != nil, emulator != nil { throw ValidationError("--serial and --emulator exclude each other.") }
    }

    /// What they set. Secrets have no flag: every user of a machine can read command lines.
    var flags: [SettingText] {
        let first = "meters[0].source"
        let flags: [(name: String, path: String, text: String?)] = [
            ("--host", "mqtt.host", host), ("--port", "mqtt.port", port), ("--topic-prefix", "mqtt.topicPrefix", topicPrefix),
            ("--username", "mqtt.username", username), ("--log-level", "log.level", logLevel),
            ("--serial", "\(first).type", serial.map { _ in "serial" }), ("--serial", "\(first).path", serial),
            ("--emulator", "\(first).type", emulator.map { _ in "emulator" }), ("--emulator", "\(first).profile", emulator),
        ]
        return flags.compactMap { flag in flag.text.map { SettingText(path: flag.path, text: $0, origin: .flag(flag.name)) } }
    }

    func loaded() throws(SettingsProblems) -> LoadedSettings {
        try LoadedSettings(explicitPath: config, environment: ProcessInfo.processInfo.environment, flags: flags)
    }

    /// What can be read of a configuration, be it wrong: enough to find a program that runs with an earlier state of it.
    func draft() -> SettingsDraft {
        var draft = SettingsDraft()
        draft.readLayers(explicitPath: config, environment: ProcessInfo.processInfo.environment, flags: flags)
        return draft
    }

    /// The configuration in force, with a meter at the least. What is wrong with it goes to standard error, and the program
    /// exits with 2.
    func load() throws -> LoadedSettings {
        do throws(SettingsProblems) {
            let loaded = try loaded()
            if !loaded.settings.meters.isEmpty { return loaded }
            StandardError.write(NoSourceAdvice.text(file: loaded.file, ports: SerialPorts.list()))
        } catch {
            StandardError.write("The configuration is not right:\n\(error)")
        }
        throw ExitCode(2)
    }
}

extension Logger {
    /// The program's log, on standard error.
    static func make(_ settings: LogSettings) -> Logger {
        var logger = Logger(label: "p1mqtt") { _ in ConsoleLog() }
        logger.logLevel = settings.level
        return logger
    }
}

/// What a user without a source sees: the ports that are there, and the lines to put into the configuration.
enum NoSourceAdvice {
    static func text(file: String?, ports: [SerialPortInfo]) -> String {
        let paths = ports.map(\.path)
        let found = paths.isEmpty ? "No serial port was found." : "Serial ports found:\n" + paths.map { "  \($0)" }.joined(separator: "\n")
        return """
            No meter is configured\(file.map { " in \($0)" } ?? ": there is no config.json here and none in /etc/p1mqtt"). \(found)
            Put this into config.json and start again:
              { "meters": [ { "source": { "type": "serial", "path": "\(paths.first ?? "/dev/serial/by-id/*")" } } ] }
            Without a meter at hand, try the emulator: p1mqtt run --emulator nl-dsmr42
            """
    }
}
