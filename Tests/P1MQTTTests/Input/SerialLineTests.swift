import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Serial line")
struct SerialLineTests {
    @Test(
        "completes what the settings leave out",
        arguments: [
            (nil, nil, nil, "9600 baud 8N1"), (7, nil, nil, "9600 baud 7E1"), (8, nil, nil, "9600 baud 8N1"),
            (nil, Parity.even, nil, "9600 baud 7E1"), (nil, .odd, 2, "9600 baud 7O2"),
            (nil, Parity.none, nil, "9600 baud 8N1"), (8, .even, 1, "9600 baud 8E1"), (7, Parity.none, nil, "9600 baud 7N1"),
        ] as [(Int?, Parity?, Int?, String)])
    func completes(_ dataBits: Int?, _ parity: Parity?, _ stopBits: Int?, _ text: String) {
        let settings = SerialSettings(path: "/dev/ttyUSB0", parity: parity, dataBits: dataBits, stopBits: stopBits)
        #expect(SerialLine(settings, speed: 9600).text == text)
    }

    @Test("refuses a speed that serial ports do not have, and lists those they have")
    func speed() {
        let line = SerialLine(SerialSettings(path: "/dev/ttyUSB0"), speed: 115_201)
        let error = #expect(throws: SourceError.self) { try line.applied(to: .init()) }
        #expect(error?.cause == .setting)
        #expect(error?.remedy?.contains("9600, 19200") == true)
    }
}
