import Glibc
import P1MQTTMeter

/// A name that one process of this machine has at a time. It is an abstract Unix socket that listens under the name: there
/// is no file that could be left behind, and the kernel takes the name back however the process ends.
///
/// Abstract sockets belong to a network namespace: containers with networks of their own do not see each other's.
package final class MachineLock: Sendable {
    /// Why the name cannot be had.
    package enum Refusal: Error, Equatable {
        /// Another process has it: its number, `nil` where the system does not say.
        case held(process: Int?)
        /// The system has no such socket for us: `errno`.
        case impossible(errno: CInt)
    }

    private let descriptor: OwnedDescriptor

    /// Takes the name until this object goes.
    package init(_ name: String) throws(Refusal) {
        guard let address = UnixAddress(Self.path(of: name)) else { throw .impossible(errno: ENAMETOOLONG) }
        descriptor = Self.socket()
        guard descriptor.raw >= 0 else { throw .impossible(errno: errno) }
        guard address.withPointer({ bind(descriptor.raw, $0, $1) }) == 0 else {
            let code = errno
            throw code == EADDRINUSE ? .held(process: Self.holder(of: address)) : .impossible(errno: code)
        }
        // Who finds the name taken connects to learn by whom.
        guard listen(descriptor.raw, 8) == 0 else { throw .impossible(errno: errno) }
    }

    /// The name of the socket: ours, with a hash where it is too long.
    static func path(of name: String) -> String {
        let path = "@p1mqtt/" + name
        return path.utf8.count <= UnixAddress.maximumLength ? path : "@p1mqtt/" + String(UInt64(hashing: name), radix: 16)
    }

    /// Neither inherited by other programs nor one that waits.
    private static func socket() -> OwnedDescriptor {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        return OwnedDescriptor(adopting: Glibc.socket(AF_UNIX, kind, 0))
    }

    /// The process that listens at an address.
    private static func holder(of address: UnixAddress) -> Int? {
        let visitor = socket()
        guard visitor.raw >= 0, address.withPointer({ connect(visitor.raw, $0, $1) }) == 0 else { return nil }
        // `struct ucred`, which Swift's module of the C library leaves out: process, user and group.
        var credentials: (process: CInt, user: CInt, group: CInt) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        let isKnown = getsockopt(visitor.raw, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0
        // 0: a process that this one cannot see.
        return isKnown && credentials.process > 0 ? Int(credentials.process) : nil
    }
}
