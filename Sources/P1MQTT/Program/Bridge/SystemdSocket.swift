import Glibc
import P1MQTTSystem
import SystemPackage

/// The socket on which the service manager listens: a datagram for each notice, as sd_notify(3) sends it. By hand, because
/// libsystemd would be one more library to install for these forty lines. Nothing here ever waits.
final class SystemdSocket: Sendable {
    private let descriptor: OwnedDescriptor
    private let path: String
    private let address: UnixAddress

    /// - Parameter path: of `NOTIFY_SOCKET`: a path, or `@` and the name of an abstract socket.
    init(_ path: String) throws(SystemdSocketError) {
        self.path = path
        guard let first = path.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), path.utf8.count > 1 else {
            throw SystemdSocketError(path: path, reason: "is neither a path nor the name of an abstract socket")
        }
        guard let address = UnixAddress(path) else { throw SystemdSocketError(path: path, reason: "is too long") }
        self.address = address
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = OwnedDescriptor(adopting: socket(AF_UNIX, kind, 0))
        guard descriptor.raw >= 0 else { throw SystemdSocketError(path: path, reason: "cannot be made: \(Errno(rawValue: errno))") }
    }

    func send(_ notice: String) throws(SystemdSocketError) {
        let bytes = Array(notice.utf8)
        let count = address.withPointer {
            sendto(descriptor.raw, bytes, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT), $0, $1)
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
