import Glibc
package import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// A pseudo-terminal that looks like a serial port with a meter behind it, with a name of its own if wanted. By hand,
/// because no library of Swift knows terminals.
package final class MeterTerminal {
    /// What a reader opens: `/dev/pts/4`.
    package let path: String
    private let controller: OwnedDescriptor
    private let link: String?

    /// - Parameter link: a symbolic link to make; one that is left over from an earlier run is replaced, anything else
    ///   of that name is left alone and is an error.
    package init(link: String?) throws(OutputError) {
        // Not with `openpty`: both ends must be close-on-exec from the start. A copy of the terminal in some child would
        // look like a reader.
        let opened = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else { throw MeterTerminal.failure() }
        controller = OwnedDescriptor(adopting: opened)
        var unlocked: CInt = 0
        guard ioctl(opened, MeterTerminal.setLock, &unlocked) == 0 else { throw MeterTerminal.failure() }
        let peer = ioctl(opened, MeterTerminal.openPeer, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard peer >= 0 else { throw MeterTerminal.failure() }
        // Only for its settings: without a reader of its own the terminal is known to have none.
        let terminal = OwnedDescriptor(adopting: peer)
        path = MeterTerminal.name(of: terminal.raw)
        MeterTerminal.makeRaw(terminal.raw)
        self.link = link
        if let link { try MeterTerminal.makeLink(link, to: path) }
    }

    deinit {
        // Another emulator may have taken over the name.
        if let link, SystemFile.linkTarget(link) == path { unlink(link) }
    }

    /// What to poll.
    package var raw: CInt { controller.raw }

    /// Whether somebody has opened the terminal.
    var hasReader: Bool {
        var polled = pollfd(fd: controller.raw, events: 0, revents: 0)
        return poll(&polled, 1, 0) >= 0 && Int32(polled.revents) & POLLHUP == 0
    }

    /// Writes without waiting.
    package func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        try controller.descriptor.write(bytes)
    }

    /// Waits until the reader has taken everything (at most two seconds): what is still inside when the terminal goes is
    /// lost. Ends early on a request to stop.
    func drain(_ wait: inout EmulationWait) {
        let opened = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else { return }
        let terminal = OwnedDescriptor(adopting: opened)
        wait.watch([])
        let limit = Moment.now().monotonic + 2000
        while Moment.now().monotonic < limit {
            // Asking makes the system bring in what is still on its way; only then the count is the whole truth.
            var polled = pollfd(fd: terminal.raw, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 0)
            var unread: CInt = 0
            guard ioctl(terminal.raw, UInt(FIONREAD), &unread) == 0, unread > 0 else { return }
            guard wait.wait(until: Moment.now().monotonic + 10) else { return }
        }
    }

    /// TIOCSPTLCK and TIOCGPTPEER of <asm-generic/ioctls.h>, which Swift cannot import.
    private static let setLock: UInt = 0x4004_5431
    private static let openPeer: UInt = 0x5441

    private static func failure() -> OutputError {
        OutputError(
            what: "cannot open a pseudo-terminal", code: Errno(rawValue: errno), remedy: "Check that /dev/ptmx and /dev/pts are there.")
    }

    private static func name(of terminal: CInt) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress, ttyname_r(terminal, base, buffer.count) == 0 else { return "" }
            return String(cString: base)
        }
    }

    private static func makeRaw(_ terminal: CInt) {
        var settings = termios()
        tcgetattr(terminal, &settings)
        cfmakeraw(&settings)
        cfsetispeed(&settings, speed_t(B115200))
        cfsetospeed(&settings, speed_t(B115200))
        tcsetattr(terminal, TCSANOW, &settings)
    }

    private static func makeLink(_ link: String, to path: String) throws(OutputError) {
        if let target = SystemFile.linkTarget(link), target.hasPrefix("/dev/pts/") { unlink(link) }
        guard symlink(path, link) == 0 else {
            throw OutputError(
                what: "cannot make the link \(link)", code: Errno(rawValue: errno),
                remedy: "Name a path that does not exist, in a folder you may write to.")
        }
    }
}
