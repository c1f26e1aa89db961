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

    // MARK: - Visitors

    /// Readable while somebody waits for an answer.
    package var raw: CInt { descriptor.raw }

    /// Says this to everybody who waits, and hangs up. Never waits for any of them.
    /// - Parameter text: less than what a socket takes at once, some 100 kB.
    /// - Returns: `false` when the system lets nobody in for now, as without a free descriptor.
    package func answer(_ text: () -> String) -> Bool {
        while true {
            let visitor = OwnedDescriptor(adopting: accept(descriptor.raw, nil, nil))
            guard visitor.raw >= 0 else { return errno == EAGAIN || errno == ECONNABORTED }
            let bytes = Array(text().utf8)
            // One that has gone already misses nothing.
            _ = send(visitor.raw, bytes, bytes.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }

    /// Why there is no answer.
    package enum Silence: Error, Equatable {
        /// No process has the name.
        case nobody
        /// A process has it and says nothing.
        case stuck
        /// `errno`.
        case impossible(errno: CInt)
    }

    /// Asks the process that has a name.
    /// - Parameter limit: whole seconds to wait for it.
    package static func ask(_ name: String, limit: Int) throws(Silence) -> String {
        guard let address = UnixAddress(path(of: name)) else { throw .impossible(errno: ENAMETOOLONG) }
        let visitor = OwnedDescriptor(adopting: Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        guard visitor.raw >= 0 else { throw .impossible(errno: errno) }
        var wait = timeval(tv_sec: limit, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(visitor.raw, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
        }
        guard address.withPointer({ connect(visitor.raw, $0, $1) }) == 0 else { throw silence(errno) }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1_000_000 {
            let count = recv(visitor.raw, &part, part.count, 0)
            if count < 0 { throw silence(errno) }
            if count == 0 { break }
            answer += part.prefix(count)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func silence(_ code: CInt) -> Silence {
        switch code {
        case ECONNREFUSED, ENOENT: .nobody
        // A full queue of visitors whom nobody lets in is the same.
        case EAGAIN, EINPROGRESS: .stuck
        default: .impossible(errno: code)
        }
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
