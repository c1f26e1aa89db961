import Foundation
import TestSupport
import Testing

/// A port where clients connect and hear nothing, or exactly what a test says.
final class Listener: @unchecked Sendable {
    // Sendable: a test speaks for it from one task at a time.
    let port: Int
    private let descriptor: CInt
    private let host: UInt32
    private var client: CInt = -1
    private var fillers: [CInt] = []

    /// - Parameters:
    ///   - port: `nil` for any that is free.
    ///   - host: the last number of its address on the loopback.
    ///   - backlog: connections that the system accepts ahead.
    init(port: Int? = nil, host: UInt32 = 1, backlog: CInt = 4) throws {
        self.host = host
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.port = try port ?? freePort()
        var address = loopback(port: self.port, host: host)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0 && listen(descriptor, backlog) == 0)
    }

    deinit {
        close(descriptor)
        for filler in fillers { close(filler) }
        if client >= 0 { close(client) }
    }

    /// Whether a connection waits to be accepted; stays so, as none is.
    var hasClient: Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1
    }

    /// Accepts the connection that waits and sends it these bytes.
    func answer(_ bytes: [UInt8]) {
        client = accept(descriptor, nil, nil)
        write(client, bytes, bytes.count)
    }

    /// Accepts the connection that waits and sends it these bytes, as fast as it reads them. Ends early when it hangs up.
    func say(_ bytes: [UInt8], times: Int = 1) async throws {
        client = accept(descriptor, nil, nil)
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        for _ in 0..<times {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
                if count < 0, errno != EAGAIN { return }
                rest = rest.dropFirst(max(0, count))
                if count < 0 { pause(milliseconds: 2) }
            }
        }
    }

    /// Takes up the backlog, after which the port no longer answers, like a host that is gone.
    func fill() {
        for _ in 0..<4 {
            let filler = socket(
                AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var address = loopback(port: port, host: host)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
    }
}
