import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Advice without a source") struct NoSourceAdviceTests {
    private let port = SerialPortInfo(path: "/dev/serial/by-id/usb-P1", device: "/dev/ttyUSB0", adapter: nil, access: nil)

    @Test("names the ports and the lines to put into the configuration, which can be read") func lines() throws {
        let text = NoSourceAdvice.text(file: "config.json", ports: [port])
        #expect(text.contains("No meter is configured in config.json."))
        #expect(text.contains("Serial ports found:\n  /dev/serial/by-id/usb-P1\n"))
        #expect(text.contains("p1mqtt run --emulator nl-dsmr42"))
        let line = try #require(text.split(separator: "\n").first { $0.contains("{") })
        #expect(try loadSettings(String(line)).settings.meters.map(\.source) == [.serial(SerialSettings(path: port.path))])
    }

    @Test("without a port or a file it says so, and the lines still can be read") func none() throws {
        let text = NoSourceAdvice.text(file: nil, ports: [])
        #expect(text.contains("there is no config.json here and none in /etc/p1mqtt. No serial port was found."))
        let line = try #require(text.split(separator: "\n").first { $0.contains("{") })
        #expect(try loadSettings(String(line)).settings.meters.map(\.source) == [.serial(SerialSettings(path: "/dev/serial/by-id/*"))])
    }
}

@Suite("Table of ports") struct PortsTableTests {
    @Test("has columns, and says who may use a port") func columns() throws {
        let adapter = SerialPortInfo.USBAdapter(id: "0403:6001", manufacturer: "FTDI", product: "FT232R", serialNumber: "A5")
        let access = try #require(DeviceAccess("/dev/null"))
        let lines = PortsTable.lines(for: [
            SerialPortInfo(path: "/dev/serial/by-id/usb-P1", device: "/dev/ttyUSB0", adapter: adapter, access: access),
            SerialPortInfo(path: "/dev/ttyS0", device: "/dev/ttyS0", adapter: nil, access: nil),
        ])
        #expect(
            lines == [
                "PATH                      DEVICE        ADAPTER                      ACCESS",
                "/dev/serial/by-id/usb-P1  /dev/ttyUSB0  FTDI FT232R (0403:6001, A5)  \(access.text), yours",
                "/dev/ttyS0                /dev/ttyS0    on the board                 not here: pass it into the container (--device /dev/ttyS0)",
            ])
    }

    @Test("says what to do when there is none") func none() {
        #expect(PortsTable.lines(for: []).first == "This system has no serial port.")
    }
}
