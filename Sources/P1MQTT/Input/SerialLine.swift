import Glibc

/// Speed and framing of a serial line, as the terminal driver is told.
struct SerialLine: Equatable, Sendable {
    var speed: Int
    var dataBits = 8
    var parity = Parity.none
    var stopBits = 1

    /// Takes what the settings say. Without a word on the framing the line is 8N1, in which the bytes themselves show
    /// their parity; 7 data bits mean even parity and a parity means 7 data bits, as on every P1 port that has one.
    init(_ settings: SerialSettings, speed: Int) {
        self.speed = speed
        switch (settings.dataBits, settings.parity) {
        case (let bits?, let parity?): (dataBits, self.parity) = (bits, parity)
        case (7, nil): (dataBits, parity) = (7, .even)
        case (nil, let parity?): (dataBits, self.parity) = (parity == .none ? 8 : 7, parity)
        default: break
        }
        stopBits = settings.stopBits ?? 1
    }

    /// "115200 baud 8N1"
    var text: String {
        let letter =
            switch parity {
            case .none: "N"
            case .even: "E"
            case .odd: "O"
            }
        return "\(speed) baud \(dataBits)\(letter)\(stopBits)"
    }

    /// Raw input, no flow control, no hang-up of the data request when the descriptor is closed by a crash. A byte of
    /// wrong parity is read as NUL.
    func applied(to old: termios) throws(SourceError) -> termios {
        guard let code = Self.codes[speed] else {
            let known = Self.codes.keys.sorted().map(String.init).joined(separator: ", ")
            throw SourceError(
                .setting, "a speed of \(speed) baud is not one that serial ports have",
                remedy: "Set baudRate to \"auto\" or to one of \(known).")
        }
        var line = old
        cfmakeraw(&line)
        line.c_cflag &= ~tcflag_t(CSIZE | PARENB | PARODD | CSTOPB | HUPCL)
        line.c_cflag &= ~tcflag_t(CRTSCTS)
        line.c_cflag |= tcflag_t(CLOCAL | CREAD) | tcflag_t(dataBits == 7 ? CS7 : CS8)
        if parity != .none { line.c_cflag |= tcflag_t(PARENB) }
        if parity == .odd { line.c_cflag |= tcflag_t(PARODD) }
        if stopBits == 2 { line.c_cflag |= tcflag_t(CSTOPB) }
        line.c_iflag &= ~tcflag_t(IXON | IXOFF | IXANY | IGNPAR | PARMRK | INPCK)
        if parity != .none { line.c_iflag |= tcflag_t(INPCK) }
        withUnsafeMutableBytes(of: &line.c_cc) { control in
            // One byte is enough to return; so a read of 0 always means that the line is gone.
            control[Int(VMIN)] = 1
            control[Int(VTIME)] = 0
        }
        cfsetispeed(&line, code)
        cfsetospeed(&line, code)
        return line
    }

    private static let codes: [Int: speed_t] = [
        300: speed_t(B300), 600: speed_t(B600), 1200: speed_t(B1200), 2400: speed_t(B2400), 4800: speed_t(B4800),
        9600: speed_t(B9600), 19200: speed_t(B19200), 38400: speed_t(B38400), 57600: speed_t(B57600),
        115_200: speed_t(B115200), 230_400: speed_t(B230400), 460_800: speed_t(B460800), 921_600: speed_t(B921600),
    ]
}
