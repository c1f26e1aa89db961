import Glibc

/// An IPv4 or IPv6 address with a port, as the socket calls take it. By hand, because swift-system has no sockets.
package struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private let length: socklen_t

    var family: CInt { CInt(storage.ss_family) }

    /// `host` as a literal address ("192.168.1.5", "fe80::1%eth0"); `nil` when it is a name.
    static func numeric(_ host: String, port: Int) -> SocketAddress? {
        guard case .success(let addresses) = find(host, port: port, flags: AI_NUMERICHOST) else { return nil }
        return addresses.first
    }

    /// All addresses of a name. May block for many seconds.
    static func lookUp(_ host: String, port: Int) -> Result<[SocketAddress], LookUpFailure> {
        find(host, port: port, flags: AI_ADDRCONFIG)
    }

    package struct LookUpFailure: Error {
        /// The resolver's words.
        var text: String
    }

    func withPort(_ port: Int) -> SocketAddress {
        var copy = self
        let value = in_port_t(truncatingIfNeeded: port).bigEndian
        // `ss_family` tells which of the two the storage is; both fit in it.
        withUnsafeMutablePointer(to: &copy.storage) { pointer in
            if pointer.pointee.ss_family == sa_family_t(AF_INET6) {
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_port = value }
            } else {
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port = value }
            }
        }
        return copy
    }

    /// The result of `connect`: 0 or -1 with errno.
    func connect(_ socket: CInt) -> CInt {
        withUnsafePointer(to: storage) { pointer in
            // Every socket call takes `sockaddr`, the head of what `sockaddr_storage` holds.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Self.connect(socket, $0, length) }
        }
    }

    /// "192.168.1.5" or "fe80::1%2"
    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let code = withUnsafePointer(to: storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getnameinfo($0, length, buffer.baseAddress, 64, nil, 0, NI_NUMERICHOST)
                }
            }
            guard code == 0, let base = buffer.baseAddress else { return "an unknown address" }
            return String(cString: base)
        }
    }

    private static func connect(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
        Glibc.connect(socket, address, length)
    }

    private static func find(_ host: String, port: Int, flags: CInt) -> Result<[SocketAddress], LookUpFailure> {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { return .failure(LookUpFailure(text: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            let length = entry.pointee.ai_addrlen
            guard let address = entry.pointee.ai_addr, length <= MemoryLayout<sockaddr_storage>.size else { continue }
            var storage = sockaddr_storage()
            // Fits: its length was compared with that of the storage.
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: .init(start: address, count: Int(length))) }
            addresses.append(SocketAddress(storage: storage, length: length).withPort(port))
        }
        return addresses.isEmpty ? .failure(LookUpFailure(text: "it has no address")) : .success(addresses)
    }
}
