import P1MQTTSystem

/// A serial port as the system knows it.
package struct SerialPortInfo: Equatable, Sendable {
    /// What to write into the configuration: the link in /dev/serial/by-id, which stays the same whatever is plugged
    /// in, or else the device.
    package var path: String
    /// "/dev/ttyUSB0"
    package var device: String
    /// Of a USB adapter; `nil` for a port on the board.
    package var adapter: USBAdapter?
    /// `nil` when the device is not there: the system has it, but it was not passed into this container.
    package var access: DeviceAccess?

    package struct USBAdapter: Equatable, Sendable {
        /// "0403:6001"
        var id: String
        var manufacturer: String?
        var product: String?
        var serialNumber: String?

        /// "FTDI FT232R USB UART (0403:6001, A50285BI)"
        package var text: String {
            let names = [manufacturer, product].compactMap(\.self).joined(separator: " ")
            let ids = [id, serialNumber].compactMap(\.self).joined(separator: ", ")
            return names.isEmpty ? "USB adapter (\(ids))" : "\(names) (\(ids))"
        }
    }
}

/// The serial ports of this system, from /sys and /dev. Looking opens none of them: opening a port resets some
/// people's other sticks.
package enum SerialPorts {
    /// USB ports with a stable link first, then by device. `root` is for tests: the folder that holds `sys` and `dev`.
    package static func list(root: String = "") -> [SerialPortInfo] {
        let links = stableLinks(root)
        return SystemFile.names(in: "\(root)/sys/class/tty")
            .compactMap { port($0, root: root, links: links) }
            .sorted { ($0.path == $0.device ? 1 : 0, $0.path) < ($1.path == $1.device ? 1 : 0, $1.path) }
    }

    private static func port(_ name: String, root: String, links: [String: String]) -> SerialPortInfo? {
        let folder = "\(root)/sys/class/tty/\(name)"
        // Consoles and pseudo-terminals have no driver of a device behind them, and the places that the 8250 driver
        // keeps free for ports that do not exist are of type 0.
        let hasDriver = SystemFile.linkTarget("\(folder)/device/driver") != nil
        guard hasDriver, SystemFile.text("\(folder)/type") != "0" else { return nil }
        let device = "/dev/\(name)"
        return SerialPortInfo(
            path: links["\(root)\(device)"] ?? device,
            device: device,
            adapter: adapter(PortPath.resolvingLinks("\(folder)/device")),
            access: DeviceAccess("\(root)\(device)"))
    }

    /// Device to link, as far as udev made links.
    private static func stableLinks(_ root: String) -> [String: String] {
        let folder = "/dev/serial/by-id"
        var links: [String: String] = [:]
        for name in SystemFile.names(in: root + folder) {
            links[PortPath.resolvingLinks("\(root)\(folder)/\(name)")] = "\(folder)/\(name)"
        }
        return links
    }

    /// The USB device that a port belongs to stands one to three folders above it.
    private static func adapter(_ device: String) -> SerialPortInfo.USBAdapter? {
        var parts = device.split(separator: "/")
        for _ in 0..<4 {
            let folder = "/" + parts.joined(separator: "/")
            if let vendor = SystemFile.text("\(folder)/idVendor"), let product = SystemFile.text("\(folder)/idProduct") {
                return SerialPortInfo.USBAdapter(
                    id: "\(vendor):\(product)", manufacturer: SystemFile.text("\(folder)/manufacturer"),
                    product: SystemFile.text("\(folder)/product"), serialNumber: SystemFile.text("\(folder)/serial"))
            }
            guard !parts.isEmpty else { return nil }
            parts.removeLast()
        }
        return nil
    }
}
