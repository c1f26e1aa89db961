import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Serial line")
struct SerialLineTests {
    @Test(
        "completes what the settings leave out",
        arguments: [
            (nil, nil, nil, "9600 baud 8N1"), (.seven, nil, nil, "9600 baud 7E1"), (.eight, nil, nil, "9600 baud 8N1"),
            (nil, Parity.even, nil, "9600 baud 7E1"), (nil, .odd, .two, "9600 baud 7O2"),
            (nil, Parity.none, nil, "9600 baud 8N1"), (.eight, .even, .one, "9600 baud 8E1"), (.seven, Parity.none, nil, "9600 baud 7N1"),
        ] as [(DataBits?, Parity?, StopBits?, String)])
    func completes(_ dataBits: DataBits?, _ parity: Parity?, _ stopBits: StopBits?, _ text: String) {
        let settings = SerialSettings(path: "/dev/ttyUSB0", parity: parity, dataBits: dataBits, stopBits: stopBits)
        #expect(SerialLine(settings, speed: .baud9600).text == text)
    }

    @Test("sets each speed that it names", arguments: SerialSpeed.allCases)
    func speed(_ speed: SerialSpeed) {
        var line = SerialLine(SerialSettings(path: "/dev/ttyUSB0"), speed: speed).applied(to: termios())
        #expect(cfgetispeed(&line) == speed.code && cfgetospeed(&line) == speed.code)
        #expect(Set(SerialSpeed.allCases.map(\.code)).count == SerialSpeed.allCases.count)
    }
}
