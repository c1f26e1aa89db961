import ArgumentParser
import Logging
import P1MQTTEmulator
import P1MQTTMeter

/// The flags that stand over the configuration file and the environment.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "Configuration file; by default ./config.json, else /etc/p1mqtt/config.json.")
    var config: String?
    @Option(help: "Host of the MQTT broker.")
    var host: String?
    @Option(help: "Port of the MQTT broker.")
    var port: Int?
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

    /// The configuration in force. What is wrong with it goes to standard error, and the program exits with 2.
    func load() throws -> LoadedSettings {
        let overrides = SettingsOverrides(
            host: host, port: port, topicPrefix: topicPrefix, username: username, serialPath: serial, emulatorProfile: emulator,
            logLevel: logLevel)
        do throws(SettingsProblems) {
            return try SettingsLoader.load(
                explicitPath: config, environment: ProcessEnvironment.all, overrides: overrides, profiles: EmulatorProfile.names,
                reservedNames: DocumentLayout.reservedNames)
        } catch {
            StandardError.write("The configuration is not right:\n\(error)")
            throw ExitCode(2)
        }
    }
}

extension Logger {
    /// The program's log, on standard error.
    static func make(_ settings: LogSettings) -> Logger {
        var logger = Logger(label: "p1mqtt") { _ in ConsoleLog() }
        logger.logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        return logger
    }
}
