import Foundation
import Testing

/// A port where clients connect and hear nothing, or exactly what a test says.
final class Listener {
    let port: Int
    private let descriptor: CInt
    private var client: CInt = -1

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try freePort()
        var address = loopback(port: port)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0 && listen(descriptor, 4) == 0)
    }

    deinit {
        close(descriptor)
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
}
