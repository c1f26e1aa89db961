package import Foundation
import Synchronization

/// A port of the loopback that nothing listens on. It is none of those that the system gives to connections, and no
/// other test of this process was given it: nobody takes it before it is used.
package func freePort() throws -> Int {
    for _ in 0..<1000 {
        let port = 10_000 + nextPort.wrappingAdd(1, ordering: .relaxed).oldValue % 20_000
        if canListen(port: port) { return port }
    }
    throw SupportFailure("no free port")
}

/// Every process begins elsewhere.
private let nextPort = Atomic<Int>(Int(getpid()) * 97)

/// - Parameter host: the last number of an address of the loopback, 127.0.0.1 to 127.0.0.254.
package func loopback(port: Int, host: UInt32 = 1) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0000 + host).bigEndian
    return address
}

package func isListening(port: Int) -> Bool {
    withSocket(port) { connect($0, $1, $2) == 0 }
}

private func canListen(port: Int) -> Bool {
    withSocket(port) { bind($0, $1, $2) == 0 }
}

private func withSocket(_ port: Int, _ body: (CInt, UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var (address, yes) = (loopback(port: port), CInt(1))
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
