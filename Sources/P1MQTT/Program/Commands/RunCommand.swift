import ArgumentParser
import Logging
import P1MQTTInput

/// `p1mqtt run`: the service.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Reads the meters and publishes their values, until SIGTERM or SIGINT (default).",
        discussion: "Exit status: 0 after a clean stop, 2 for a wrong configuration.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load()
        let logger = Logger.make(loaded.settings.log)
        guard !loaded.settings.meters.isEmpty else {
            StandardError.write(NoSourceAdvice.text(origin: loaded.origin, ports: SerialPorts.list()))
            throw ExitCode(2)
        }
        logger.info("p1mqtt \(P1MQTTCommand.version)", metadata: ["configuration": "\(loaded.origin ?? "none")"])
        for warning in loaded.warnings { logger.warning("\(warning)") }
        try await Bridge(loaded.settings, logger: logger).run()
    }
}

/// What a user without a source is told: the ports that are there, and the lines to put into the configuration.
enum NoSourceAdvice {
    static func text(origin: String?, ports: [SerialPortInfo]) -> String {
        let paths = ports.map(\.path)
        let found = paths.isEmpty ? "No serial port was found." : "Serial ports found:\n" + paths.map { "  \($0)" }.joined(separator: "\n")
        return """
            No meter is configured\(origin.map { " in \($0)" } ?? ": there is no config.json here and none in /etc/p1mqtt"). \(found)
            Put this into config.json and start again:
              { "meters": [ { "source": { "type": "serial", "path": "\(paths.first ?? "/dev/serial/by-id/*")" } } ] }
            Without a meter at hand, try the emulator: p1mqtt run --emulator nl-dsmr42
            """
    }
}
