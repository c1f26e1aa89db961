package import Glibc

/// A serial port. `nil` stands for `"auto"`: found from the bytes.
package struct SerialSettings: Sendable, Equatable {
    /// A device, or a glob that matches exactly one.
    package var path: String
    package var baudRate: SerialSpeed?
    package var parity: Parity?
    package var dataBits: DataBits?
    package var stopBits: StopBits?

    package init(
        path: String, baudRate: SerialSpeed? = nil, parity: Parity? = nil, dataBits: DataBits? = nil, stopBits: StopBits? = nil
    ) {
        self.path = path
        self.baudRate = baudRate
        self.parity = parity
        self.dataBits = dataBits
        self.stopBits = stopBits
    }
}

package enum Parity: String, Sendable, CaseIterable {
    case none, even, odd
}

package enum DataBits: Int, Sendable, CaseIterable {
    case seven = 7
    case eight = 8
}

package enum StopBits: Int, Sendable, CaseIterable {
    case one = 1
    case two = 2
}

/// Bits a second: the speeds that Linux has a constant for and that serial adapters know.
package enum SerialSpeed: Int, Sendable, CaseIterable {
    case baud300 = 300
    case baud600 = 600
    case baud1200 = 1200
    case baud1800 = 1800
    case baud2400 = 2400
    case baud4800 = 4800
    case baud9600 = 9600
    case baud19200 = 19200
    case baud38400 = 38400
    case baud57600 = 57600
    case baud115200 = 115_200
    case baud230400 = 230_400
    case baud460800 = 460_800
    case baud500000 = 500_000
    case baud576000 = 576_000
    case baud921600 = 921_600

    /// What the terminal driver calls it.
    package var code: speed_t {
        let code =
            switch self {
            case .baud300: B300
            case .baud600: B600
            case .baud1200: B1200
            case .baud1800: B1800
            case .baud2400: B2400
            case .baud4800: B4800
            case .baud9600: B9600
            case .baud19200: B19200
            case .baud38400: B38400
            case .baud57600: B57600
            case .baud115200: B115200
            case .baud230400: B230400
            case .baud460800: B460800
            case .baud500000: B500000
            case .baud576000: B576000
            case .baud921600: B921600
            }
        return speed_t(code)
    }
}
