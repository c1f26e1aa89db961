import Glibc
import P1MQTTSystem
import SystemPackage

/// A TCP port on which an emulated meter waits for readers.
final class ListeningSocket {
    private let descriptor: OwnedDescriptor
    /// The port, also where the system chose it.
    let port: Int

    /// What to poll.
    var raw: CInt { descriptor.raw }

    /// - Parameters:
    ///   - host: a literal address of this machine, of IPv4 or IPv6.
    ///   - port: 0 for one that the system chooses.
    init(host: String, port: Int) throws(EmulationError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let address = list?.pointee else {
            throw EmulationError(
                what: "cannot listen on \(host)", code: .invalidArgument,
                remedy: "Give an address of this machine such as 127.0.0.1, or 0.0.0.0 for all.")
        }
        defer { freeaddrinfo(list) }
        let opened = socket(address.ai_family, address.ai_socktype, 0)
        guard opened >= 0 else {
            throw EmulationError(
                what: "cannot open a socket", code: Errno(rawValue: errno),
                remedy: "Raise the limit of open files (ulimit -n), or emulate fewer meters.")
        }
        descriptor = OwnedDescriptor(adopting: opened)
        ListeningSocket.prepare(opened)
        ListeningSocket.set(opened, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(opened, address.ai_addr, address.ai_addrlen) == 0, listen(opened, 16) == 0 else {
            throw EmulationError(
                what: "cannot listen on \(host), port \(port)", code: Errno(rawValue: errno),
                remedy: "Choose ports that are free and above 1023.")
        }
        self.port = ListeningSocket.port(of: opened)
    }

    /// A reader that has connected, or `nil` with the reason in `errno`.
    func accept() -> CInt? {
        let accepted = acceptConnection(raw)
        guard accepted >= 0 else { return nil }
        ListeningSocket.prepare(accepted)
        // The tail of a telegram must not wait for the acknowledgement of its head.
        ListeningSocket.set(accepted, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        // A reader that takes nothing shows after some dozen telegrams, not after megabytes.
        ListeningSocket.set(accepted, SOL_SOCKET, SO_SNDBUF, 65536)
        return accepted
    }

    private static func prepare(_ descriptor: CInt) {
        for (command, flag) in [(F_SETFL, O_NONBLOCK), (F_SETFD, FD_CLOEXEC)] { _ = fcntl(descriptor, command, flag) }
    }

    private static func set(_ descriptor: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func port(of descriptor: CInt) -> Int {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &address) {
            // The call takes `sockaddr`, the head of what `sockaddr_storage` holds.
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // In both families the port is the second pair of bytes, in network order.
        return withUnsafeBytes(of: address) { Int($0[2]) << 8 | Int($0[3]) }
    }
}

/// `accept` of the system, within a type that has a method of that name.
private func acceptConnection(_ descriptor: CInt) -> CInt {
    accept(descriptor, nil, nil)
}
