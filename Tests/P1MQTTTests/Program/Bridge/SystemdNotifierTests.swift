import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// The other end of NOTIFY_SOCKET.
final class ServiceManagerSocket {
    /// As it stands in NOTIFY_SOCKET.
    let name: String
    private let descriptor: CInt

    /// - Parameter name: a path, or `@` and a name.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 } else { bytes.append(0) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path) + bytes.count)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(code == 0, "errno \(errno)")
    }

    deinit { close(descriptor) }

    /// The datagrams that have come.
    func notices() -> [String] {
        var notices: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
            notices.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
        return notices
    }
}

@Suite("Notifier of systemd") struct SystemdNotifierTests {
    private let log = RecordingLog()
    private let inbox = Inbox(wake: WakeDescriptor())
    private let now = Moment(monotonic: 1000, utc: 0)

    private func notifier(_ environment: [String: String]) -> SystemdNotifier {
        inbox.beat(at: now, limit: 100, counters: BrokerCounters())
        return SystemdNotifier(environment: environment, inbox: inbox, logger: log.logger)
    }

    @Test("a socket with a path, and one with an abstract name", arguments: [true, false]) func sockets(_ isAbstract: Bool) throws {
        let folder = try TemporaryFolder()
        let manager = try ServiceManagerSocket(isAbstract ? "@p1mqtt-\(UUID().uuidString)" : folder.path + "/notify")
        let notifier = notifier(["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "3000000"])
        #expect(notifier.turn(at: now) { "fine" } == 2000)
        notifier.stopping()
        #expect(manager.notices() == ["READY=1\nSTATUS=fine\nWATCHDOG=1", "STOPPING=1\nSTATUS=Saying goodbye to the broker"])
        #expect(log.lines.isEmpty)
    }

    @Test("without a service manager nothing is sent and nothing is due") func none() {
        let notifier = notifier(["WATCHDOG_USEC": "3000000"])
        #expect(notifier.turn(at: now) { "fine" } == .max)
        notifier.stopping()
        #expect(log.lines.isEmpty)
    }

    @Test(
        "a name that cannot be one is reported, and the service goes on",
        arguments: ["relative", "@", "vsock:2:1", "/" + String(repeating: "x", count: 108)])
    func badName(_ name: String) {
        let notifier = notifier(["NOTIFY_SOCKET": name])
        #expect(notifier.turn(at: now) { "fine" } == .max)
        #expect(log.lines.count == 1 && log.lines[0].contains("(NOTIFY_SOCKET) is "), "\(log.lines)")
    }

    @Test("a manager that is away is reported once, and once when it is back") func recovers() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/notify"
        let notifier = notifier(["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"])
        for turn in 0..<5 { _ = notifier.turn(at: now.advanced(byMilliseconds: Int64(turn) * 10)) { "fine" } }
        _ = notifier.turn(at: now.advanced(byMilliseconds: 6000)) { "finer" }
        #expect(log.lines.count == 1 && log.lines[0].contains("cannot be written to: No such file or directory"), "\(log.lines)")
        let manager = try ServiceManagerSocket(path)
        _ = notifier.turn(at: now.advanced(byMilliseconds: 20_000)) { "finest" }
        #expect(manager.notices() == ["STATUS=finest"])
        #expect(log.lines.count == 2)
    }
}
