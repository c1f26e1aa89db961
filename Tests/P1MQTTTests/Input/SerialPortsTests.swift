import Foundation
import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Serial ports of the system")
struct SerialPortsTests {
    /// A system with a USB adapter, a port on the board, a free place of the 8250 driver and a console.
    private func system() throws -> URL {
        let files = FileManager.default
        let root = URL(fileURLWithPath: PortPath.resolvingLinks(NSTemporaryDirectory()))
            .appendingPathComponent("p1mqtt-ports-\(UUID().uuidString)")
        func folder(_ path: String) throws {
            try files.createDirectory(at: root.appendingPathComponent(path), withIntermediateDirectories: true)
        }
        func file(_ path: String, _ text: String) throws {
            try Data(text.utf8).write(to: root.appendingPathComponent(path))
        }
        func link(_ path: String, _ target: String) throws {
            try files.createSymbolicLink(
                atPath: root.appendingPathComponent(path).path, withDestinationPath: target)
        }
        let adapter = "sys/devices/usb1/1-1"
        try folder("\(adapter)/1-1:1.0/ttyUSB0")
        try file("\(adapter)/idVendor", "0403\n")
        try file("\(adapter)/idProduct", "6001\n")
        try file("\(adapter)/manufacturer", "FTDI\n")
        try file("\(adapter)/product", "P1 Converter Cable\n")
        try file("\(adapter)/serial", "P1ABC\n")
        try link("\(adapter)/1-1:1.0/ttyUSB0/driver", "../../../../../bus/usb-serial/drivers/ftdi_sio")
        try folder("sys/devices/platform/uart/driver-of-board")
        try link("sys/devices/platform/uart/driver", "driver-of-board")
        for name in ["ttyUSB0", "ttyAMA0", "ttyS3", "tty1"] { try folder("sys/class/tty/\(name)") }
        try link("sys/class/tty/ttyUSB0/device", "../../../devices/usb1/1-1/1-1:1.0/ttyUSB0")
        try link("sys/class/tty/ttyAMA0/device", "../../../devices/platform/uart")
        try link("sys/class/tty/ttyS3/device", "../../../devices/platform/uart")
        try file("sys/class/tty/ttyS3/type", "0\n")
        try folder("dev/serial/by-id")
        try file("dev/ttyUSB0", "")
        try link("dev/serial/by-id/usb-FTDI_P1_Converter_Cable_P1ABC-if00-port0", "../../ttyUSB0")
        return root
    }

    @Test("lists what is really there, links that stay the same first")
    func list() throws {
        let root = try system()
        defer { try? FileManager.default.removeItem(at: root) }
        let ports = SerialPorts.list(root: root.path)
        #expect(
            ports.map(\.path) == ["/dev/serial/by-id/usb-FTDI_P1_Converter_Cable_P1ABC-if00-port0", "/dev/ttyAMA0"])
        #expect(ports.map(\.device) == ["/dev/ttyUSB0", "/dev/ttyAMA0"])
        #expect(ports.map { $0.adapter?.text } == ["FTDI P1 Converter Cable (0403:6001, P1ABC)", nil])
        #expect(ports[0].access?.isReadable == true)
        #expect(ports[1].access == nil)
    }

    @Test("prints them in columns, and says what to do when there are none")
    func table() throws {
        let root = try system()
        defer { try? FileManager.default.removeItem(at: root) }
        let lines = PortsTable.lines(for: SerialPorts.list(root: root.path))
        #expect(lines.count == 3)
        let column = try #require(lines[0].range(of: "DEVICE")?.lowerBound)
        #expect(lines[1][column...].hasPrefix("/dev/ttyUSB0  FTDI P1 Converter Cable (0403:6001, P1ABC)  "))
        #expect(lines[2][column...].hasPrefix("/dev/ttyAMA0  on the board"))
        #expect(lines[2].hasSuffix("not here: pass it into the container (--device /dev/ttyAMA0)"))
        #expect(PortsTable.lines(for: [SerialPortInfo]()).first == "This system has no serial port.")
    }
}
