import ArgumentParser
import Glibc
import P1MQTTInput
import P1MQTTSystem

/// `p1mqtt ports`: which serial ports there are, and what is heard on one of them.
struct PortsCommand: ParsableCommand {
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

    @Option(help: "Listen for so many seconds at most. A meter sends every 1 to 10 s.")
    var seconds = 30

    func validate() throws {
        guard (1...3600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 3600.") }
    }

    func run() throws {
        guard let listen else {
            for line in PortsTable.lines(for: SerialPorts.list()) { StandardOutput.writeLine(line) }
            return
        }
        StandardError.write("Listening to \(listen) for \(seconds) s at most ...")
        let signals = HeldSignals()
        let heard = SourceListener.listen(
            to: SerialPort(SerialSettings(path: listen)), seconds: seconds, wake: WakeDescriptor(),
            stopped: { signals.isPending })
        for line in PortsTable.lines(for: heard) { StandardOutput.writeLine(line) }
        signals.release()
        if heard.goodFrames == 0 { throw ExitCode.failure }
    }
}

/// Keeps SIGINT and SIGTERM waiting while a port is open, so that its settings are restored first.
private struct HeldSignals {
    private var held = sigset_t()

    init() {
        sigemptyset(&held)
        sigaddset(&held, SIGINT)
        sigaddset(&held, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &held, nil)
    }

    var isPending: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
    }

    /// Lets a signal that waited take its effect.
    func release() {
        var held = held
        pthread_sigmask(SIG_UNBLOCK, &held, nil)
    }
}
