import Glibc
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// Words for people; data goes to standard output.
enum StandardError {
    /// Lines of the log that could not be written.
    private static let lost = Locked(0)

    /// When nobody reads them, they are lost.
    static func write(_ text: String) {
        // There is no other place to say so.
        _ = try? FileDescriptor.standardError.writeAll((text.hasSuffix("\n") ? text : text + "\n").utf8)
    }

    /// Writes a line of the log, unless that would block: a reader that does not read must not hold up the meters. The next
    /// line that can be written says how many were lost.
    /// - Parameter line: shorter than what a pipe that is ready takes at once (`PIPE_BUF`, 4096 bytes).
    static func log(_ line: String) {
        lost.withLock { lost in
            if lost > 0, isReady {
                write("\(lost) lines of the log are lost: what reads standard error did not keep up")
                lost = 0
            }
            if isReady { write(line) } else { lost += 1 }
        }
    }

    private static var isReady: Bool {
        var waits = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&waits, 1, 0) > 0 && waits.revents & Int16(POLLOUT) != 0
    }
}

/// The data that a command prints.
enum StandardOutput {
    /// Ends the program when the line cannot be written: what reads it would take a part for the whole.
    static func writeLine(_ bytes: [UInt8]) {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes + [UInt8(ascii: "\n")])
        } catch Errno.brokenPipe {
            // Nobody reads any more, as behind `head`.
            Glibc.exit(0)
        } catch {
            StandardError.write("cannot write to standard output: \(error)")
            Glibc.exit(1)
        }
    }

    /// Words, in which a meter or a device may have a say: what is no text does not reach a terminal.
    static func writeLine(_ text: String) {
        writeLine(Array(text.printable.utf8))
    }
}
