import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Source listener", .ownThreads)
struct SourceListenerIntegrationTests {
    @Test("says what it hears on a port")
    func hears() {
        let terminal = PseudoTerminal()
        var turns = 0
        let heard = SourceListener.listen(
            to: SerialPort(SerialSettings(path: terminal.path)), seconds: 20, wake: WakeDescriptor(),
            stopped: {
                turns += 1
                terminal.send("/TST5\\2SIMULATED\r\n\r\n1-0:1.8.1(001234.567*kWh)\r\n!\r\n")
                return false
            })
        #expect(turns > 0)
        #expect(heard.goodFrames >= SourceListener.enough && heard.withoutChecksum == heard.goodFrames)
        #expect(heard.header == "/TST5\\2SIMULATED")
        #expect(heard.evidence?.hasPrefix("115200 baud, seen in 2 telegrams; 8N1, seen in ") == true)
        #expect(PortsTable.lines(for: heard).last == "This is a P1 port that works.")
    }

    @Test("says what to do when nothing or no telegram is heard", arguments: ["", "hello"])
    func hearsNoTelegram(_ noise: String) {
        let terminal = PseudoTerminal()
        var turns = 0
        let heard = SourceListener.listen(
            to: SerialPort(SerialSettings(path: terminal.path)), seconds: 20, wake: WakeDescriptor(),
            stopped: {
                turns += 1
                if turns == 1, !noise.isEmpty { terminal.send(noise) }
                return turns == 3
            })
        #expect(heard.bytes == noise.utf8.count)
        #expect(PortsTable.lines(for: heard).last?.contains("Check") == true)
    }

    @Test("does not wait when the port cannot be opened")
    func cannotOpen() {
        let heard = SourceListener.listen(
            to: SerialPort(SerialSettings(path: "/dev/ttyNOWHERE")), seconds: 3600, wake: WakeDescriptor())
        #expect(heard.reports.map(\.kind) == [.failed])
        #expect(PortsTable.lines(for: heard).count == 1)
    }
}
