import Glibc
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Serial port on a pseudo-terminal", .ownThreads)
struct SerialPortIntegrationTests {
    private let quick = SourceSupervisor.Limits(firstDelay: 20, longestDelay: 50)

    private func feed(_ settings: SerialSettings, _ recorder: Recorder) -> Feed {
        let feed = Feed(source: SerialPort(settings), consumer: recorder, seed: 1, limits: quick)
        recorder.feed = feed
        return feed
    }

    @Test("reads raw bytes at the speed asked for and gives the line back as it was")
    func readsAndRestores() throws {
        let terminal = PseudoTerminal()
        // As a login shell would have it: with echo, line by line, with carriage returns changed.
        let before = terminal.line
        let port = SerialPort(SerialSettings(path: terminal.path, baudRate: .baud9600))
        #expect(try port.open(at: .now()) == .opened("opened at 9600 baud 8N1"))
        var during = terminal.line
        #expect(during.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0)
        #expect(during.c_cflag & tcflag_t(HUPCL) == 0)
        #expect(cfgetispeed(&during) == speed_t(B9600))
        port.close()
        var after = terminal.line
        #expect(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag && after.c_cflag == before.c_cflag)
        var old = before
        #expect(cfgetospeed(&after) == cfgetospeed(&old))
    }

    @Test("hands on each byte of a 7E1 line that is read as 8N1")
    func parity() {
        let terminal = PseudoTerminal()
        let recorder = Recorder()
        let feed = feed(SerialSettings(path: terminal.path), recorder)
        let text = "/TST5\\2SIMULATED\r\n\r\n1-0:1.8.1(001234.567*kWh)\r\n1-0:2.7.0(00.000*kW)\r\n!\r\n"
        var isSent = false
        let done = InputBench.run([feed]) {
            if !isSent, recorder.kinds == [.connected] {
                isSent = true
                let sent = text.utf8.map { $0.nonzeroBitCount & 1 == 0 ? $0 : $0 | 0x80 }
                precondition(write(terminal.master, sent, sent.count) == sent.count)
            }
            return recorder.text == text
        }
        #expect(done, "\(recorder.text)")
        #expect(feed.evidence?.contains("7E1, seen in") == true)
        #expect(recorder.reports.first?.reason == "opened at 115200 baud 8N1 (auto)")
    }

    @Test("says that the port is gone and takes it back under its link, whatever its new name")
    func unplugged() throws {
        let folder = try TemporaryFolder()
        let link = "\(folder.path)/usb-P1"
        var terminal = PseudoTerminal()
        symlink(terminal.path, link)
        let recorder = Recorder()
        let feed = feed(SerialSettings(path: "\(folder.path)/*"), recorder)
        var step = 0
        let done = InputBench.run([feed]) {
            switch step {
            case 0 where recorder.kinds == [.connected]:
                terminal.send("first")
                step = 1
            case 1 where recorder.text == "first":
                unlink(link)
                terminal.unplug()
                step = 2
            case 2 where recorder.kinds == [.connected, .failed, .failed]:
                terminal = PseudoTerminal()
                symlink(terminal.path, link)
                terminal.send("second")
                step = 3
            default: break
            }
            // What was sent before the port was opened at its speed is no text and is thrown away.
            if step == 3, recorder.kinds.last != .recovered { terminal.send("second") }
            return recorder.kinds.last == .recovered
        }
        #expect(done, "\(recorder.reports)")
        #expect(recorder.kinds == [.connected, .failed, .failed, .recovered])
        #expect(recorder.reports[1].reason.contains("is gone"))
        #expect(recorder.reports[2].reason.hasPrefix("no serial port matches"))
    }

    @Test("opens nothing when a glob matches two ports, and names both (core 108361, 110029)")
    func twoMatches() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (PseudoTerminal(), PseudoTerminal())
        symlink(first.path, "\(folder.path)/a")
        symlink(second.path, "\(folder.path)/b")
        let port = SerialPort(SerialSettings(path: "\(folder.path)/*"))
        let error = #expect(throws: SourceError.self) { try port.open(at: .now()) }
        #expect(error?.cause == .ambiguous)
        #expect(error?.reason.hasSuffix("matches 2 serial ports: \(folder.path)/a, \(folder.path)/b") == true)
        #expect(port.interest == nil)
    }

    @Test("takes two links to one device as one port")
    func twoLinks() throws {
        let folder = try TemporaryFolder()
        let terminal = PseudoTerminal()
        symlink(terminal.path, "\(folder.path)/a")
        symlink(terminal.path, "\(folder.path)/b")
        let port = SerialPort(SerialSettings(path: "\(folder.path)/*"))
        #expect(try port.open(at: .now()) == .opened("opened \(folder.path)/a at 115200 baud 8N1 (auto)"))
        port.close()
    }

    @Test("keeps a second reader out until it closes")
    func locked() throws {
        let terminal = PseudoTerminal()
        let first = SerialPort(SerialSettings(path: terminal.path))
        let second = SerialPort(SerialSettings(path: terminal.path))
        _ = try first.open(at: .now())
        let line = terminal.line
        let error = #expect(throws: SourceError.self) { try second.open(at: .now()) }
        #expect(error?.cause == .busy)
        #expect(error?.reason.hasPrefix("\(terminal.path) is in use by ") == true)
        #expect(terminal.line.c_lflag == line.c_lflag)
        first.close()
        _ = try second.open(at: .now())
        second.close()
    }

    @Test("says what is wrong with a path that is no serial port")
    func wrongPaths() {
        let file = SerialPort(SerialSettings(path: "/dev/null"))
        #expect(throws: SourceError.self) { try file.open(at: .now()) }
        let missing = SerialPort(SerialSettings(path: "/dev/ttyNOWHERE"))
        let error = #expect(throws: SourceError.self) { try missing.open(at: .now()) }
        #expect(error?.cause == .notFound)
        #expect(error?.remedy?.contains("p1mqtt ports") == true)
    }

    @Test("names owner, group and remedy of a port that may not be opened (dsmr-reader 1550, sml2mqtt 44)")
    func forbidden() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/port"
        close(open(path, O_CREAT | O_WRONLY, 0o660))
        chmod(path, 0o660)
        // A group that nobody here is in; only root may give files away, so otherwise the own group stays.
        let isGiven = chown(path, 0, 54_321) == 0
        let error = DeviceAccess.refusal(of: path, code: EACCES)
        #expect(error.cause == .forbidden)
        #expect(error.reason.contains("0660"))
        if isGiven {
            #expect(error.reason.contains("belongs to root:54321 0660"))
            #expect(error.remedy?.contains("sudo usermod -aG 54321") == true)
            #expect(error.remedy?.contains("--group-add 54321") == true)
        }
    }
}
