#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A pseudo-terminal that looks like a serial port with a meter behind it, with a name of its own if wanted.
final class MeterTerminal {
    /// What a reader opens: `/dev/pts/4`.
    let path: String
    private let controller: OwnedDescriptor
    private let link: String?

    /// - Parameter link: a symbolic link to make; one that is left over from an earlier run is replaced, anything else
    ///   of that name is left alone and is an error.
    init(link: String?) throws(EmulationError) {
        var ends: (controller: CInt, terminal: CInt) = (-1, -1)
        guard openpty(&ends.controller, &ends.terminal, nil, nil, nil) == 0 else {
            throw EmulationError(what: "cannot open a pseudo-terminal", code: errno, remedy: "Check that /dev/pts is mounted.")
        }
        controller = OwnedDescriptor(adopting: ends.controller)
        // Only for its settings: without a reader of its own the terminal is known to have none.
        let terminal = OwnedDescriptor(adopting: ends.terminal)
        path = MeterTerminal.name(of: terminal.raw)
        MeterTerminal.makeRaw(terminal.raw)
        for (command, flag) in [(F_SETFL, O_NONBLOCK), (F_SETFD, FD_CLOEXEC)] { _ = fcntl(controller.raw, command, flag) }
        self.link = link
        if let link { try MeterTerminal.makeLink(link, to: path) }
    }

    deinit {
        // Another emulator may have taken over the name.
        if let link, SystemFile.linkTarget(link) == path { unlink(link) }
    }

    /// What to poll.
    var raw: CInt { controller.raw }

    /// Whether somebody has opened the terminal.
    var hasReader: Bool {
        var polled = pollfd(fd: controller.raw, events: 0, revents: 0)
        return poll(&polled, 1, 0) >= 0 && Int32(polled.revents) & POLLHUP == 0
    }

    /// Writes without waiting; -1 with `errno`.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        writeBytes(controller.raw, bytes.baseAddress, bytes.count)
    }

    /// Waits until the reader has taken everything (at most two seconds): what is still inside when the terminal goes is
    /// lost. False on a request to stop.
    func drain(_ wait: inout EmulationWait) -> Bool {
        let opened = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else { return true }
        let terminal = OwnedDescriptor(adopting: opened)
        wait.watch([])
        let limit = Moment.now().monotonic + 2000
        var isEmpty = 0
        while isEmpty < 3, Moment.now().monotonic < limit {
            var unread: CInt = 0
            guard ioctl(terminal.raw, UInt(FIONREAD), &unread) == 0 else { return true }
            // The system moves bytes on in steps; between two of them it says that there are none.
            isEmpty = unread == 0 ? isEmpty + 1 : 0
            guard wait.wait(until: Moment.now().monotonic + 10) else { return false }
        }
        return true
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

    private static func makeLink(_ link: String, to path: String) throws(EmulationError) {
        if let target = SystemFile.linkTarget(link), target.hasPrefix("/dev/pts/") { unlink(link) }
        guard symlink(path, link) == 0 else {
            throw EmulationError(
                what: "cannot make the link \(link)", code: errno, remedy: "Name a path that does not exist, in a folder you may write to.")
        }
    }
}
