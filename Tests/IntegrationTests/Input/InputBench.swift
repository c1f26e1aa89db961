import Glibc
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// Writes down what one source gives. A good frame is a line that starts with `!`.
final class Recorder: ChunkConsumer {
    private(set) var bytes: [UInt8] = []
    private(set) var reports: [SourceReport] = []
    private(set) var goodFrames = 0
    let deadline: Int64? = nil
    /// Asked for its evidence with each chunk, as the pipeline of a meter may do.
    weak var feed: Feed?
    private(set) var evidence: String?

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var kinds: [SourceReport.Kind] { reports.map(\.kind) }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        bytes += chunk
        evidence = feed?.evidence
        goodFrames += chunk.count { $0 == UInt8(ascii: "!") }
    }

    func begin(at now: Moment) {}
    func report(_ report: SourceReport, at now: Moment) { reports.append(report) }
    func tick(at now: Moment) {}
}

/// Runs a loop on the calling thread and plays the other end between its turns.
enum InputBench {
    /// Milliseconds, generous: a turn ends as soon as its event comes.
    static let limit: Int64 = 20_000

    /// Runs until `isDone`, which is asked after every turn and may play the other end. `false`: it did not come.
    static func run(
        _ feeds: [Feed], wake: WakeDescriptor = WakeDescriptor(), onWake: @escaping (Moment) -> Void = { _ in },
        until isDone: @escaping () -> Bool
    ) -> Bool {
        let end = Moment.now().monotonic + limit
        var done = false
        let loop = InputLoop(
            feeds: feeds, wake: wake, onWake: onWake,
            everyTurn: { now in
                done = done || isDone()
                return done ? nil : now.monotonic + 2
            })
        loop.run { done || Moment.now().monotonic > end }
        return done || isDone()
    }
}

/// A pseudo-terminal; the master is the meter's end.
final class PseudoTerminal {
    private(set) var master: CInt
    let path: String

    init() {
        var (master, slave): (CInt, CInt) = (-1, -1)
        precondition(openpty(&master, &slave, nil, nil, nil) == 0)
        _ = fcntl(master, F_SETFD, FD_CLOEXEC)
        self.master = master
        path = SystemFile.linkTarget("/proc/self/fd/\(slave)") ?? ""
        close(slave)
    }

    deinit { unplug() }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        precondition(write(master, bytes, bytes.count) == bytes.count)
    }

    /// What hangs up for whoever has the other end open.
    func unplug() {
        if master >= 0 { close(master) }
        master = -1
    }

    /// The settings of the line, as both ends see them.
    var line: termios {
        var line = termios()
        tcgetattr(master, &line)
        return line
    }
}

/// A listener on 127.0.0.1 and the connections it took.
final class LoopbackServer {
    private(set) var listener: CInt
    private(set) var connections: [CInt] = []
    let port: Int

    /// `port` 0: any free one.
    init(port wanted: Int = 0) {
        listener = socket(AF_INET, Self.kind, 0)
        var yes: CInt = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(wanted).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let code = bind(descriptor, address, length)
                getsockname(descriptor, address, &length)
                return code
            }
        }
        precondition(code == 0 && listen(listener, 512) == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit {
        hangUp()
        stopListening()
    }

    /// Takes whoever knocks; never waits.
    func acceptAll() {
        while listener >= 0 {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            connections.append(connection)
        }
    }

    func send(_ bytes: [UInt8], to index: Int) {
        precondition(write(connections[index], bytes, bytes.count) == bytes.count)
    }

    func hangUp() {
        for connection in connections { close(connection) }
        connections = []
    }

    func stopListening() {
        if listener >= 0 { close(listener) }
        listener = -1
    }

    private static let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
}
