import ArgumentParser
import Dispatch
import Glibc
import P1MQTTSystem

@main
enum Main {
    static func main() {
        ProcessStart.endCleanlyOnSIGTERM()
        ProcessStart.occupyStandardStreams()
        // Before the threads of Swift's library, which end the process when they get no descriptor.
        let limit = DescriptorLimit.raise()
        guard limit == 0 || limit >= DescriptorLimit.own else {
            StandardError.write(
                "only \(limit) files may be open, too few to start; raise it to \(DescriptorLimit.own) and one for each meter (\(DescriptorLimit.remedy))"
            )
            exit(1)
        }
        // Swift's library for threads looks at them there, and ends the process where it cannot.
        guard access("/proc/self/task", F_OK) == 0 else {
            StandardError.write("/proc is not mounted here, and without it Swift's threads cannot run: mount it (mount -t proc proc /proc)")
            exit(1)
        }
        Task { await P1MQTTCommand.main() }
        dispatchMain()
    }
}

/// The program. Without a sub-command it runs the service.
struct P1MQTTCommand: AsyncParsableCommand {
    static let version = "0.2.0"

    static let configuration = CommandConfiguration(
        commandName: "p1mqtt",
        abstract: "Publishes the values of smart meters (P1 port) to MQTT.",
        version: version,
        subcommands: [
            RunCommand.self, DecodeCommand.self, CheckCommand.self, PortsCommand.self, EmulateCommand.self, TopicsCommand.self,
            DiscoveryCommand.self, HealthCommand.self, PairCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    /// Parses the arguments and runs the command. Wrong usage and a wrong configuration exit with 2.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if !(command is RunCommand) { ProcessStart.endOnSIGTERM() }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Glibc.exit(0)
        } catch  where exitCode(for: error) == .validationFailure {
            StandardError.write(fullMessage(for: error))
            Glibc.exit(2)
        } catch {
            exit(withError: error)
        }
    }
}
