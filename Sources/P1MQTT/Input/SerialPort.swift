import Glibc
package import P1MQTTMeter
import P1MQTTSystem

/// A serial port with a P1 cable, or a pseudo-terminal; by hand, because swift-system knows no terminals. While open it is locked, its data request lines are raised,
/// and its old settings are kept for the end.
package final class SerialPort: ByteSource {
    package let name: String
    package let traits: SourceTraits

    private let settings: SerialSettings
    private var path: String
    private var descriptor: OwnedDescriptor?
    private var oldLine: termios?
    /// `nil` when the settings name the speed.
    private var probe: SpeedProbe?

    package init(_ settings: SerialSettings) {
        self.settings = settings
        path = settings.path
        name = "serial port \(settings.path)"
        traits = .serial(mayCarryParity: settings.parity == nil && settings.dataBits == nil)
    }

    package var interest: PollInterest? {
        descriptor == nil ? nil : PollInterest(descriptor: raw, events: Int16(POLLIN))
    }

    package var deadline: Int64? { descriptor == nil ? nil : probe?.deadline }

    package var evidence: String? {
        probe?.evidence ?? settings.baudRate.map { "\($0.rawValue) baud, as configured" }
    }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        path = try PortPath.resolve(settings.path)
        if settings.baudRate == nil {
            if probe == nil { probe = SpeedProbe(at: now.monotonic) }
            probe?.restart(at: now.monotonic)
        }
        do throws(SourceError) {
            try openDescriptor()
            try lock()
            try keepOldLine()
            try configure()
        } catch {
            close()
            throw error
        }
        raiseDataRequest()
        let found = path == settings.path ? "" : " \(path)"
        return .opened("opened\(found) at \(line.text)\(probe == nil ? "" : " (auto)")")
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        guard descriptor != nil else { return nil }
        if ready == 0 { return probe?.tick(at: now.monotonic) == true ? changeSpeed() : nil }
        let count = read(raw, buffer.baseAddress, buffer.count)
        guard count > 0 else { return ending(count, errno, ready) }
        let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        deliver(chunk)
        return probe?.heard(chunk, at: now.monotonic) == true ? changeSpeed() : nil
    }

    package func heardGoodFrames(_ count: Int, at now: Moment) {
        for _ in 0..<min(count, 2) { probe?.frameSeen() }
    }

    package func close() {
        guard descriptor != nil else { return }
        if var oldLine { tcsetattr(raw, TCSANOW, &oldLine) }
        _ = ioctl(raw, UInt(TIOCNXCL))
        // Explicitly, for a child that has just been forked shares the lock until it becomes another program.
        _ = flock(raw, LOCK_UN)
        oldLine = nil
        descriptor = nil
    }

    private var raw: CInt { descriptor?.raw ?? -1 }

    private var line: SerialLine {
        SerialLine(settings, speed: settings.baudRate ?? probe?.speed ?? SpeedProbe.candidates[0])
    }

    /// A read that gave nothing: not yet, or never again.
    private func ending(_ count: Int, _ code: CInt, _ ready: Int16) -> SourceEvent? {
        let isGone = ready & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
        if count < 0, code == EINTR || code == EAGAIN, !isGone { return nil }
        let why = count == 0 || code == EAGAIN ? "the port hung up" : SourceError.text(code)
        return .failed(
            SourceError(
                .unplugged, "\(path) is gone (\(why))",
                remedy: "Plug the adapter in again. If that happens often, it may lack power or have a bad contact."))
    }
}

// MARK: - Opening, step by step

extension SerialPort {
    private func openDescriptor() throws(SourceError) {
        let raw = Self.openFile(path)
        let code = errno
        guard raw >= 0 else { throw openFailure(code) }
        descriptor = OwnedDescriptor(adopting: raw)
        guard isatty(raw) == 1 else {
            throw SourceError(
                .notASerialPort, "\(path) is not a serial port",
                remedy: "`p1mqtt ports` lists the serial ports. For a capture use a source of type \"file\".")
        }
    }

    /// Outside of the instance, where `open` would be the method.
    private static func openFile(_ path: String) -> CInt {
        Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    }

    private var isPseudoTerminal: Bool {
        (SystemFile.linkTarget("/proc/self/fd/\(raw)") ?? path).hasPrefix("/dev/pts/")
    }

    private func openFailure(_ code: CInt) -> SourceError {
        switch code {
        case ENOENT, ENODEV, ENXIO, EIO:
            SourceError(
                .notFound, "\(path) does not exist (\(SourceError.text(code)))",
                remedy: "Plug the P1 cable in; `p1mqtt ports` shows the ports that this system has. A path in "
                    + "/dev/serial/by-id stays the same after a restart. In a container pass the device in (--device).")
        case EACCES, EPERM: DeviceAccess.refusal(of: path, code: code)
        case EBUSY: DeviceAccess.busy(path, by: DeviceAccess.holders(of: path))
        default: .system("opening \(path)", code)
        }
    }

    /// Keeps everybody else out: TIOCEXCL stops later openings by other users, the file lock stops a second p1mqtt
    /// even of root, and /proc tells of programs that had the port open before.
    private func lock() throws(SourceError) {
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw DeviceAccess.busy(path, by: DeviceAccess.lockHolders(of: path))
        }
        // The other side of a pseudo-terminal is a program, which often keeps this side open too.
        let holders = isPseudoTerminal ? [] : DeviceAccess.holders(of: path)
        guard holders.isEmpty else { throw DeviceAccess.busy(path, by: holders) }
        // A driver that does not know it leaves the file lock.
        _ = ioctl(raw, UInt(TIOCEXCL))
    }

    private func keepOldLine() throws(SourceError) {
        var old = termios()
        guard tcgetattr(raw, &old) == 0 else { throw .system("reading the settings of \(path)", errno) }
        oldLine = old
    }

    private func configure() throws(SourceError) {
        guard let oldLine else { return }
        var wanted = line.applied(to: oldLine)
        guard tcsetattr(raw, TCSANOW, &wanted) == 0 else { throw .system("setting \(path) to \(line.text)", errno) }
        var actual = termios()
        guard tcgetattr(raw, &actual) == 0 else { throw .system("reading the settings of \(path)", errno) }
        guard cfgetospeed(&actual) == cfgetospeed(&wanted) else {
            throw SourceError(
                .setting, "\(path) does not take \(line.text)",
                remedy: "Set baudRate to \"auto\" or to \(SpeedProbe.candidates[0].rawValue).")
        }
        // What came at another speed is no text.
        tcflush(raw, TCIFLUSH)
    }

    /// The meter sends while its data request line is high; cables feed it from RTS, some from DTR. A pseudo-terminal
    /// has neither and says so, and an adapter without these lines gets its level elsewhere.
    private func raiseDataRequest() {
        var lines = CInt(TIOCM_RTS | TIOCM_DTR)
        _ = ioctl(raw, UInt(TIOCMBIS), &lines)
    }

    private func changeSpeed() -> SourceEvent {
        do throws(SourceError) {
            try configure()
            return .restarted
        } catch {
            return .failed(error)
        }
    }
}
