import ArgumentParser
import Glibc
import Logging

/// `p1mqtt run`: the service.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Reads the meters and publishes their values, until SIGTERM or SIGINT (default).",
        discussion:
            "SIGHUP reads the configuration again, where no terminal is in control; with one it is a clean stop. Exit status: 0 after a clean stop, 1 when it cannot start, 2 for a wrong configuration."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        // A log that nobody reads any more must not end it.
        signal(SIGPIPE, SIG_IGN)
        // Until there is a configuration that could be read again, nothing has to be done.
        if HangUp.meaning == .reloads { signal(SIGHUP, SIG_IGN) }
        let loaded = try options.load()
        let logger = Logger.make(loaded.settings.log)
        logger.info("p1mqtt \(P1MQTTCommand.version)", metadata: ["configuration": "\(loaded.file ?? "none")"])
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let options = options
        try await Bridge(loaded.settings, logger: logger) { () throws(SettingsProblems) in try options.loaded() }.run()
    }
}
