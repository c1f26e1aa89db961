import ArgumentParser
import Glibc
import SystemPackage

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
        do {
            var command = try parseAsRoot()
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

/// Words for people; data goes to standard output.
enum StandardError {
    /// When nobody reads them, they are lost.
    static func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll((text.hasSuffix("\n") ? text : text + "\n").utf8)
    }
}

/// The data that a command prints.
enum StandardOutput {
    static func writeLine(_ bytes: [UInt8]) {
        // Nobody reads any more: there is nobody to tell either.
        _ = try? FileDescriptor.standardOutput.writeAll(bytes + [UInt8(ascii: "\n")])
    }

    static func writeLine(_ text: String) {
        writeLine(Array(text.utf8))
    }
}
