import CMosquitto
import Glibc
import P1MQTTMeter
import P1MQTTSystem

/// Connecting and waiting: with `poll`, because the loops of the library use `select`, which fails once a descriptor is 1024
/// or more.
extension BrokerConnection {
    /// Connects and waits for the broker's answer.
    ///
    /// Addresses of IPv6 and IPv4 are tried one after the other: without blocking, libmosquitto itself stops at the
    /// first address of a name, so `localhost` would fail where a broker listens on 127.0.0.1 only.
    /// - Parameters:
    ///   - inbox: where messages of subscriptions go.
    ///   - limit: milliseconds for all of it but the look-up of the name, which the system's resolver limits.
    ///   - wake: ends the wait to ask `isStopping`.
    /// - Returns: `nil` when `isStopping` said so.
    static func connect(
        settings: MQTTSettings, clientId: String, will: Message?, inbox: Inbox, limit: Int64, wake: WakeDescriptor,
        isStopping: () -> Bool
    ) throws(MosquittoError) -> BrokerConnection? {
        let sources = try localAddresses(toReach: settings)
        let deadline = Moment.now().monotonic + limit
        for (index, source) in sources.enumerated() {
            let connection = try BrokerConnection(settings: settings, clientId: clientId, will: will, inbox: inbox)
            let remaining = deadline - Moment.now().monotonic
            let share = index + 1 < sources.count ? remaining / 2 : remaining
            do throws(MosquittoError) {
                try connection.start(from: source)
                return try connection.awaitAccept(
                    limit: share, wake: wake, isStopping: isStopping) ? connection : nil
            } catch {
                switch error.cause {
                case .unreachable, .noAnswer: if index + 1 == sources.count { throw error }
                default: throw error
                }
            }
        }
        return nil
    }

    /// What to bind to so that each family of addresses of the host has its turn, in the resolver's order.
    private static func localAddresses(toReach settings: MQTTSettings) throws(MosquittoError) -> [String?] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(settings.host, nil, &hints, &list)
        guard code == 0, let list else {
            throw MosquittoError(
                broker: settings.broker, cause: .unknownHost(String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(list) }
        var families: [CInt] = []
        for entry in sequence(first: list, next: { $0.pointee.ai_next })
        where !families.contains(entry.pointee.ai_family) {
            families.append(entry.pointee.ai_family)
        }
        return families.count < 2 ? [nil] : families.map { $0 == AF_INET6 ? "::" : "0.0.0.0" }
    }

    /// - Returns: whether the broker accepted; `false` only when `isStopping` said so.
    private func awaitAccept(
        limit: Int64, wake: WakeDescriptor, isStopping: () -> Bool
    ) throws(MosquittoError) -> Bool {
        let deadline = Moment.now().monotonic + limit
        var isEstablished = false
        while diagnosis.connack == nil {
            let remaining = deadline - Moment.now().monotonic
            if isStopping() { return false }
            if remaining <= 0 { throw MosquittoError(broker: broker, cause: isEstablished ? .silent : .noAnswer) }
            // In a TLS handshake libmosquitto does not say whether it waits to read or to write. A flight of it fits
            // any socket buffer, so waiting to read is right; the short limit covers the case that it is not.
            let events = wait(
                for: isEstablished ? CInt(POLLIN) | hangUpOfPeer : CInt(POLLOUT), wake: wake,
                timeout: isEstablished && settings.tls.enabled ? min(remaining, 200) : remaining)
            if !isEstablished {
                if events == 0 { continue }
                let failure = pendingSocketError()
                if failure != 0 { throw MosquittoError(broker: broker, cause: .unreachable(errno: failure)) }
                isEstablished = true
            }
            try read()
            // The first read may have finished the handshake; what the broker says to that is read before a write
            // can fail and lose it.
            if socket >= 0 && settings.tls.enabled { try read() }
            if socket >= 0 { try write() }
            let isHungUp = events & (CInt(POLLHUP) | CInt(POLLERR) | hangUpOfPeer) != 0
            // What the broker said before it hung up may be the reason, such as an alert of TLS.
            for _ in 0..<2 where isHungUp && socket >= 0 && diagnosis.connack == nil { try read() }
            // libmosquitto takes a TLS handshake that was cut off for one that goes on.
            if (isHungUp || socket < 0) && diagnosis.connack == nil {
                throw MosquittoError(broker: broker, cause: .closedBeforeAccept)
            }
        }
        try takeOverWriting()
        return true
    }

    /// One wait for the broker or the wake descriptor, and then all that is due at the socket.
    ///
    /// libmosquitto may leave a message in a TLS record that OpenSSL has taken from the socket: it ends its loop when it
    /// finds an `errno` that its own wake-up socket, which nobody reads here, has left behind.
    /// - Parameter timeout: milliseconds; at most a second, so that pings go out in time.
    func turn(wake: WakeDescriptor, timeout: Int64) throws(MosquittoError) {
        let isMoreToRead = holdsBytesBack
        let events = wait(
            for: CInt(POLLIN) | (wantsWrite ? CInt(POLLOUT) : 0), wake: wake, timeout: isMoreToRead ? 0 : timeout)
        if events & ~CInt(POLLOUT) != 0 || isMoreToRead { try read() }
        // Also what was answered to what was just read.
        if socket >= 0 { try write() }
        if socket >= 0 { try keepAlive() }
        // A DISCONNECT of MQTT 5 ends the connection without an error code.
        if socket < 0 { throw MosquittoError(broker: broker, cause: .dismissed(code: diagnosis.disconnect ?? 0)) }
    }

    /// - Returns: what `poll` said of the socket; 0 after the time, a signal or the wake descriptor.
    private func wait(for events: CInt, wake: WakeDescriptor, timeout: Int64) -> CInt {
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { waits in
            waits[0] = pollfd(fd: socket, events: Int16(truncatingIfNeeded: events), revents: 0)
            waits[1] = pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0)
            guard poll(waits.baseAddress, 2, CInt(clamping: timeout)) > 0 else { return 0 }
            if waits[1].revents != 0 { wake.drain() }
            return CInt(waits[0].revents)
        }
    }

    private func pendingSocketError() -> CInt {
        var number: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) == 0 ? number : errno
    }

    /// POLLRDHUP, which Swift's module of the C library leaves out; the value is the same on all of Linux but SPARC.
    private var hangUpOfPeer: CInt { 0x2000 }
}
