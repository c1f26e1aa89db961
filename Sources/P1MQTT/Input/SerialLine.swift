import Glibc

/// Speed and framing of a serial line, as the terminal driver takes them.
struct SerialLine: Equatable, Sendable {
    var speed: SerialSpeed
    var dataBits = DataBits.eight
    var parity = Parity.none
    var stopBits = StopBits.one

    /// Takes what the settings say. Without a word on the framing the line is 8N1, in which the bytes themselves show
    /// their parity; 7 data bits mean even parity and a parity means 7 data bits, as on every P1 port that has one.
    init(_ settings: SerialSettings, speed: SerialSpeed) {
        self.speed = speed
        switch (settings.dataBits, settings.parity) {
        case (let bits?, let parity?): (dataBits, self.parity) = (bits, parity)
        case (.seven, nil): (dataBits, parity) = (.seven, .even)
        case (nil, let parity?): (dataBits, self.parity) = (parity == .none ? .eight : .seven, parity)
        default: break
        }
        stopBits = settings.stopBits ?? .one
    }

    /// "115200 baud 8N1"
    var text: String {
        let letter =
            switch parity {
            case .none: "N"
            case .even: "E"
            case .odd: "O"
            }
        return "\(speed.rawValue) baud \(dataBits.rawValue)\(letter)\(stopBits.rawValue)"
    }

    /// Raw input, no flow control, no hang-up of the data request when the descriptor is closed by a crash. A byte of
    /// wrong parity is read as NUL.
    func applied(to old: termios) -> termios {
        var line = old
        cfmakeraw(&line)
        line.c_cflag &= ~tcflag_t(CSIZE | PARENB | PARODD | CSTOPB | HUPCL)
        line.c_cflag &= ~tcflag_t(CRTSCTS)
        line.c_cflag |= tcflag_t(CLOCAL | CREAD) | tcflag_t(dataBits == .seven ? CS7 : CS8)
        if parity != .none { line.c_cflag |= tcflag_t(PARENB) }
        if parity == .odd { line.c_cflag |= tcflag_t(PARODD) }
        if stopBits == .two { line.c_cflag |= tcflag_t(CSTOPB) }
        line.c_iflag &= ~tcflag_t(IXON | IXOFF | IXANY | IGNPAR | PARMRK | INPCK)
        if parity != .none { line.c_iflag |= tcflag_t(INPCK) }
        withUnsafeMutableBytes(of: &line.c_cc) { control in
            // One byte is enough to return; so a read of 0 always means that the line is gone.
            control[Int(VMIN)] = 1
            control[Int(VTIME)] = 0
        }
        cfsetispeed(&line, speed.code)
        cfsetospeed(&line, speed.code)
        return line
    }
}
