import ArgumentParser
import Glibc
import P1MQTTSystem

/// The program. Without a sub-command it runs the service.
@main
struct P1MQTTCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "p1mqtt",
        abstract: "Publishes the values of smart meters (P1 port) to MQTT.",
        version: version,
        subcommands: [
            RunCommand.self, DecodeCommand.self, CheckCommand.self, PortsCommand.self, EmulateCommand.self, TopicsCommand.self,
            DiscoveryCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    /// Parses the arguments and runs the command. Wrong usage and a wrong configuration exit with 2.
    static func main() async {
        ProcessStart.endCleanlyOnSIGTERM()
        ProcessStart.occupyStandardStreams()
        do {
            var command = try parseAsRoot(ProcessStart.arguments)
            if !(command is RunCommand) { ProcessStart.endOnSIGTERM() }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error) == .validationFailure {
            StandardError.write(fullMessage(for: error))
            Glibc.exit(2)
        } catch {
            exit(withError: error)
        }
    }
}
