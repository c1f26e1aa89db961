import Foundation
import TestSupport
@testable import P1MQTTInput

/// Somebody who connects to a port of the loopback.
final class TCPClient: @unchecked Sendable {
    // Sendable: a test reads with it from one task at a time.
    private let descriptor: CInt
    private(set) var received: [UInt8] = []
    private(set) var isClosed = false

    /// - Parameter receiveBuffer: bytes that the system holds for it.
    init(port: Int, receiveBuffer: CInt? = nil) throws {
        guard let address = SocketAddress.numeric("127.0.0.1", port: port) else { throw SupportFailure("no address") }
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size)) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        // In progress: more connect than the port has let in.
        guard address.connect(descriptor) == 0 || errno == EINPROGRESS else {
            let code = errno
            close(descriptor)
            throw SupportFailure("nobody listens on port \(port): errno \(code)")
        }
    }

    deinit { close(descriptor) }

    /// Takes what is there; what it received since the beginning.
    @discardableResult
    func read() -> [UInt8] {
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { isClosed = true }
            guard count > 0 else { return received }
            received += part.prefix(count)
        }
    }

    var text: String { String(decoding: read(), as: UTF8.self) }

    /// As much of it as the other end takes at once.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int { Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) }

    @discardableResult
    func send(_ text: String) -> Int { send(Array(text.utf8)) }

    /// Waits until the other end has hung up.
    func waitForEnd(_ what: String, within limit: Duration = .seconds(30)) async throws {
        let deadline = ContinuousClock.now + limit
        while !isClosed {
            guard ContinuousClock.now < deadline else { throw SupportFailure("not within \(limit): \(what)") }
            // Not `eventually`, which looks every 10 ms: some tests ask ten thousand times.
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&wait, 1, 100)
            read()
        }
    }
}
