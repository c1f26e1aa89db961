import ArgumentParser

import Glibc

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
    static func write(_ text: String) {
        writeAll(STDERR_FILENO, Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}

/// The data that a command prints.
enum StandardOutput {
    /// Writes a line. False when nobody reads any more.
    @discardableResult
    static func writeLine(_ bytes: [UInt8]) -> Bool {
        writeAll(STDOUT_FILENO, bytes + [UInt8(ascii: "\n")])
    }

    @discardableResult
    static func writeLine(_ text: String) -> Bool {
        writeLine(Array(text.utf8))
    }
}

/// Writes all bytes, however many calls it takes; false when the other end is gone.
@discardableResult
private func writeAll(_ descriptor: CInt, _ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
