import ArgumentParser
import Glibc
import Logging
import P1MQTTSystem

/// `p1mqtt run`: the service.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Reads the meters and publishes their values, until SIGTERM, SIGINT or SIGHUP (default).",
        discussion: "Exit status: 0 after a clean stop, 1 when it cannot start, 2 for a wrong configuration.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        // A log that nobody reads any more must not end it.
        signal(SIGPIPE, SIG_IGN)
        let limit = DescriptorLimit.raise()
        guard limit == 0 || limit >= DescriptorLimit.own else {
            StandardError.write(
                "only \(limit) files may be open, too few to start; raise it to \(DescriptorLimit.own) and one for each meter (\(DescriptorLimit.remedy))"
            )
            throw ExitCode.failure
        }
        let loaded = try options.load()
        let logger = Logger.make(loaded.settings.log)
        logger.info("p1mqtt \(P1MQTTCommand.version)", metadata: ["configuration": "\(loaded.file ?? "none")"])
        for warning in loaded.warnings { logger.warning("\(warning)") }
        try await Bridge(loaded.settings, logger: logger).run()
    }
}
