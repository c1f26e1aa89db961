import Foundation
import TestSupport

/// The meter's end of a line to the program: a port where it connects, or a pseudo-terminal. Never waits.
final class SourceEnd {
    /// The source as the configuration has it.
    let configuration: String
    /// The connection or the master; -1 without one.
    private(set) var descriptor: CInt
    /// Times that the program ended a connection which the meter had not.
    var givenUp = 0
    /// Bytes that the line did not take yet.
    private var pending: ArraySlice<UInt8> = []
    private let listener: CInt

    /// Room of a connection, so that little is under way when many telegrams are sent.
    private static let room: CInt = 16 * 1024

    private init(configuration: String, listener: CInt, descriptor: CInt) {
        self.configuration = configuration
        self.listener = listener
        self.descriptor = descriptor
    }

    static func tcp() throws -> SourceEnd {
        let port = try freePort()
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var (yes, room) = (CInt(1), room)
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<CInt>.size))
        var address = loopback(port: port)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, listen(listener, 1) == 0 else { throw SupportFailure("port \(port): errno \(errno)") }
        return SourceEnd(
            configuration: #"{"type": "tcp", "host": "127.0.0.1", "port": \#(port)}"#, listener: listener, descriptor: -1)
    }

    static func terminal() throws -> SourceEnd {
        var (master, slave) = (CInt(-1), CInt(-1))
        guard openpty(&master, &slave, nil, nil, nil) == 0 else {
            throw SupportFailure("no pseudo-terminal: errno \(errno)")
        }
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(slave)")
        close(slave)
        keep(master)
        return SourceEnd(
            configuration: #"{"type": "serial", "path": "\#(path)"}"#, listener: -1, descriptor: master)
    }

    var canHangUp: Bool { listener >= 0 }
    var isConnected: Bool { descriptor >= 0 }
    var isFlushed: Bool { pending.isEmpty }
    /// What to wait for: who connects, and what the other end says or takes.
    var interest: [pollfd] {
        let events = Int16(POLLIN) | (pending.isEmpty ? 0 : Int16(POLLOUT))
        let connection = listener < 0 && pending.isEmpty ? -1 : descriptor
        return [pollfd(fd: listener, events: Int16(POLLIN), revents: 0), pollfd(fd: connection, events: events, revents: 0)]
    }

    /// Takes who connects, notices who left, writes what waits.
    func turn() {
        if listener >= 0, case let connection = accept(listener, nil, nil), connection >= 0 {
            Self.keep(connection)
            if descriptor >= 0 { close(descriptor) }
            (descriptor, pending) = (connection, [])
        }
        guard descriptor >= 0 else { return }
        var echo = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &echo, echo.count)
        if listener >= 0, count == 0 || count < 0 && errno != EAGAIN {
            givenUp += 1
            hangUp()
        }
        flush()
    }

    func send(_ bytes: [UInt8]) {
        pending += bytes
        flush()
    }

    /// Ends the connection; what was written still arrives.
    func hangUp() {
        close(descriptor)
        (descriptor, pending) = (-1, [])
    }

    /// From programs that are started, and from waits.
    private static func keep(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    private func flush() {
        while descriptor >= 0, !pending.isEmpty {
            let count = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            pending = pending.dropFirst(count)
        }
        if pending.isEmpty { pending = [] }
    }
}
