import Glibc
import P1MQTTSystem
import SystemPackage

/// The socket on which the service manager listens: a datagram for each notice, as sd_notify(3) sends it. By hand, because
/// libsystemd would be one more library to install for these forty lines. Nothing here ever waits.
final class SystemdSocket: Sendable {
    private let descriptor: OwnedDescriptor
    private let path: String
    private let address: sockaddr_un
    private let length: socklen_t

    /// - Parameter path: of `NOTIFY_SOCKET`: a path, or `@` and the name of an abstract socket.
    init(_ path: String) throws(SystemdSocketError) {
        self.path = path
        guard let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), path.utf8.count > 1 else {
            throw SystemdSocketError(path: path, reason: "is neither a path nor the name of an abstract socket")
        }
        var address = sockaddr_un()
        var bytes = Array(path.utf8)
        // In the kernel's form the name of an abstract socket begins with a zero and has no end mark.
        if first == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemdSocketError(path: path, reason: "is too long")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.address = address
        length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + bytes.count } ?? 0)
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = OwnedDescriptor(adopting: socket(AF_UNIX, kind, 0))
        guard descriptor.raw >= 0 else { throw SystemdSocketError(path: path, reason: "cannot be made: \(Errno(rawValue: errno))") }
    }

    func send(_ notice: String) throws(SystemdSocketError) {
        let bytes = Array(notice.utf8)
        let count = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor.raw, bytes, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT), $0, length)
            }
        }
        guard count < 0 else { return }
        throw SystemdSocketError(path: path, reason: "cannot be written to: \(Errno(rawValue: errno))")
    }
}

/// Why nothing can be sent to the service manager.
struct SystemdSocketError: Error, Equatable, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String {
        "the service manager's socket \(path) (NOTIFY_SOCKET) \(reason); it does not learn that this service runs"
    }
}
