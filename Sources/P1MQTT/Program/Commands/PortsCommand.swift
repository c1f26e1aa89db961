import ArgumentParser
import P1MQTTInput
import P1Parser

/// `p1mqtt ports`: which serial ports there are, and what is heard on one of them.
struct PortsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports",
        abstract: "Lists the serial ports, or listens to one of them.",
        discussion: """
            The list opens no port. With --listen the port is opened, its speed and framing are found from what is \
            heard, and its old settings are restored at the end. Exits with 1 when no good \
            telegram was heard; an encrypted one counts as good.
            """)

    @Option(help: "Listen to this port: a device, or a glob that matches exactly one.")
    var listen: String?

    @OptionGroup var listening: ListenOptions

    func run() async throws {
        guard let listen else {
            for line in PortsTable.lines(for: SerialPorts.list()) { StandardOutput.writeLine(line) }
            return
        }
        let heard = await listening.listen(TelegramReader()) { _ in SerialPort(SerialSettings(path: listen)) }
        for line in heard.map(PortsTable.lines) ?? [] { StandardOutput.writeLine(line) }
        if heard?.isP1 == false { throw ExitCode.failure }
    }
}
