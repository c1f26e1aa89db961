import Foundation
import TestSupport
@testable import P1MQTT
@testable import P1MQTTSystem

/// A network between a client and a broker on the loopback, that a test breaks: a proxy on a thread of its own.
final class BrokenLink: @unchecked Sendable {
    // Sendable: what a test changes is behind a lock, and one task changes it; descriptors belong to the thread.
    enum State: Sendable, Equatable {
        case well
        /// Nothing passes in either direction, and nobody learns of it: a cable that was pulled.
        case dropped
        /// What the broker says does not arrive; what is sent to it does.
        case deaf
        /// So many bytes in 10 milliseconds, towards the broker only.
        case slow(Int)
        /// Connections end at once.
        case cut
    }

    let port: Int
    private let target: Int
    private let listener: CInt
    private let shared = Locked(Shared())
    private let isTaken = DispatchSemaphore(value: 0)

    private struct Shared: Sendable {
        var state = State.well
        /// A state that the thread has not taken yet.
        var next: State?
        var isOver = false
    }

    private struct Pair {
        let client, broker: CInt
    }

    /// Stands before the broker at a port.
    init(to target: Int) throws {
        self.target = target
        port = try freePort()
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var (address, yes) = (loopback(port: port), CInt(1))
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, listen(listener, 8) == 0 else { throw SupportFailure("port \(port): errno \(errno)") }
        Thread.detachNewThread { [shared, listener, target, isTaken] in
            Self.carry(shared, isTaken, listener, target)
            isTaken.signal()
        }
    }

    deinit {
        shared.withLock { $0.isOver = true }
        isTaken.wait()
    }

    /// Returns when the link is so.
    func become(_ state: State) {
        shared.withLock { $0.next = state }
        isTaken.wait()
    }

    // MARK: - Its thread

    private static func carry(_ shared: Locked<Shared>, _ isTaken: DispatchSemaphore, _ listener: CInt, _ target: Int) {
        var pairs: [Pair] = []
        while true {
            let (state, isNew, isOver) = shared.withLock { shared in
                let next = shared.next.take()
                shared.state = next ?? shared.state
                return (shared.state, next != nil, shared.isOver)
            }
            if isOver || state == .cut {
                for pair in pairs { end(pair) }
                pairs = []
            }
            if isNew { isTaken.signal() }
            if isOver { break }
            if state != .dropped, case let client = accept(listener, nil, nil), client >= 0 {
                if let pair = pair(client, target), state != .cut { pairs.append(pair) } else { close(client) }
            }
            var waits = pairs.flatMap { [$0.client, $0.broker] }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            waits.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
            // Short, for the state may change: what a test waits for waits no longer than this.
            if state == .well { poll(&waits, nfds_t(waits.count), 5) } else { usleep(10_000) }
            if state == .dropped || state == .cut { continue }
            pairs.removeAll { pair in
                let limit = if case .slow(let bytes) = state { bytes } else { 64 * 1024 }
                let upwards = pass(pair.client, pair.broker, limit)
                let downwards = state == .deaf ? 0 : pass(pair.broker, pair.client, 64 * 1024)
                if upwards != nil, downwards != nil { return false }
                end(pair)
                return true
            }
        }
        close(listener)
    }

    private static func pair(_ client: CInt, _ target: Int) -> Pair? {
        let broker = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var (address, yes) = (loopback(port: target), CInt(1))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(broker, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(broker)
            return nil
        }
        for descriptor in [client, broker] {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        }
        return Pair(client: client, broker: broker)
    }

    /// Passes on what is there, at most so many bytes.
    /// - Returns: how many; `nil` when that side has ended.
    private static func pass(_ source: CInt, _ sink: CInt, _ limit: Int) -> Int? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(source, &buffer, limit, CInt(MSG_DONTWAIT))
        if count < 0 { return errno == EAGAIN ? 0 : nil }
        var sent = 0
        while sent < count {
            let written = buffer[sent..<count].withUnsafeBytes { send(sink, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if written <= 0 { return nil }
            sent += written
        }
        return count == 0 ? nil : count
    }

    private static func end(_ pair: Pair) {
        close(pair.client)
        close(pair.broker)
    }
}
