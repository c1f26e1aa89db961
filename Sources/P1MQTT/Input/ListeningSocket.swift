import Glibc
import P1MQTTSystem
import SystemPackage

/// A TCP port of this machine on which readers may connect.
package final class ListeningSocket {
    private let descriptor: OwnedDescriptor
    /// The port, also where the system chose it.
    package let port: Int

    /// What helps when the process has no descriptor left.
    static let descriptorRemedy = "Raise the limit of open files (\(DescriptorLimit.remedy)), or have fewer meters."

    /// What to poll.
    package var raw: CInt { descriptor.raw }

    /// - Parameters:
    ///   - host: a literal address of this machine, of IPv4 or IPv6.
    ///   - port: 0 for one that the system chooses.
    package init(host: String, port: Int) throws(OutputError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let address = list?.pointee else {
            throw OutputError(
                what: "cannot listen on \(host)", code: .invalidArgument,
                remedy: "Give an address of this machine such as 127.0.0.1, or 0.0.0.0 for all.")
        }
        defer { freeaddrinfo(list) }
        let opened = socket(address.ai_family, address.ai_socktype, 0)
        guard opened >= 0 else {
            throw OutputError(
                what: "cannot open a socket", code: Errno(rawValue: errno),
                remedy: Self.descriptorRemedy)
        }
        descriptor = OwnedDescriptor(adopting: opened)
        Self.prepare(opened)
        Self.set(opened, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(opened, address.ai_addr, address.ai_addrlen) == 0, listen(opened, 16) == 0 else {
            let code = errno
            throw OutputError(
                what: "cannot listen on \(host), port \(port)", code: Errno(rawValue: code), remedy: Self.remedy(for: code, port))
        }
        self.port = Self.port(of: opened)
    }

    private static func remedy(for code: CInt, _ port: Int) -> String {
        switch code {
        case EADDRINUSE: "Another program has the port: `ss -ltnp 'sport = \(port)'` shows which. Stop it, or choose another port."
        case EADDRNOTAVAIL: "This machine has no such address: `ip address` lists those it has; 0.0.0.0 stands for all."
        default: "Choose a port that is free and above 1023."
        }
    }

    /// A reader that has connected, or `nil` with the reason in `errno`.
    func accept() -> CInt? {
        let accepted = Glibc.accept(raw, nil, nil)
        guard accepted >= 0 else { return nil }
        Self.prepare(accepted)
        // The tail of a telegram must not wait for the acknowledgement of its head.
        Self.set(accepted, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        // A reader that takes nothing shows after some dozen telegrams, not after megabytes.
        Self.set(accepted, SOL_SOCKET, SO_SNDBUF, 65536)
        // One that vanished without a word gives its place back: after two minutes, also while there are no telegrams.
        Self.set(accepted, SOL_SOCKET, SO_KEEPALIVE, 1)
        Self.set(accepted, CInt(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        Self.set(accepted, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, 120_000)
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
