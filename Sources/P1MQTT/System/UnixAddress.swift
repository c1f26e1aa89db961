package import Glibc

/// The address of a Unix socket.
package struct UnixAddress: Sendable {
    /// Bytes of the longest path, and of the longest name of an abstract socket with its `@`.
    package static let maximumLength = 107

    private let address: sockaddr_un
    private let length: socklen_t

    /// - Parameter path: a path, or `@` and the name of an abstract socket.
    /// - Returns: `nil` when it is empty or too long.
    package init?(_ path: String) {
        var bytes = Array(path.utf8)
        guard (1...Self.maximumLength).contains(bytes.count) else { return nil }
        // In the kernel's form the name of an abstract socket begins with a zero and has no end mark.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.address = address
        length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + bytes.count } ?? 0)
    }

    /// Lends it to a call of the system.
    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
