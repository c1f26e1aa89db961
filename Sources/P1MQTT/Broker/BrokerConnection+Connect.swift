import CMosquitto
import Glibc
import P1MQTTMeter
import P1MQTTSystem

/// Connecting and waiting: with `poll`, because the loops of the library use `select`, which fails once a descriptor is 1024
/// or more.
extension BrokerConnection {
    /// Connects and waits for the broker's answer. The addresses of a name are tried one after the other, in the order of
    /// the system's resolver, until one accepts or refuses this client.
    /// - Parameters:
    ///   - inbox: where messages of subscriptions go.
    ///   - limit: milliseconds for all of it but the look-up of the name, which the resolver limits; the addresses that are
    ///     left share what is left of it.
    ///   - maximumQoS: of messages; more than that was found not to work.
    ///   - wake: ends the wait to ask `isStopping`.
    ///   - lookUp: the addresses of the host, as text; at least one.
    /// - Returns: `nil` when `isStopping` said so.
    static func connect(
        settings: MQTTSettings, broker: BrokerAddress, clientId: String, will: Message?, inbox: Inbox, limit: Int64, wake: WakeDescriptor,
        maximumQoS: CInt = 2, lookUp: (BrokerAddress) throws(MosquittoError) -> [String] = BrokerConnection.addresses(of:),
        isStopping: () -> Bool
    ) throws(MosquittoError) -> BrokerConnection? {
        var addresses = try lookUp(broker)[...]
        let deadline = Moment.now().monotonic + limit
        var failure: MosquittoError?
        while let address = addresses.popFirst() {
            let share = (deadline - Moment.now().monotonic) / Int64(addresses.count + 1)
            do throws(MosquittoError) {
                let connection = try BrokerConnection(
                    settings: settings, broker: broker, clientId: clientId, will: will, inbox: inbox, maximumQoS: maximumQoS)
                try connection.start(at: address)
                return try connection.awaitAccept(limit: share, wake: wake, isStopping: isStopping) ? connection : nil
            } catch {
                guard error.cause.isOfAddress else { throw error }
                // Where somebody answers, what is wrong there says more than that nobody is at another address.
                if failure?.cause.isOfTCP ?? true { failure = error }
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// The addresses of the host as text, in the order of the system's resolver; at least one. May block.
    static func addresses(of broker: BrokerAddress) throws(MosquittoError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        var code = getaddrinfo(broker.host, nil, &hints, &list)
        defer { if list != nil { freeaddrinfo(list) } }
        var addresses: [String] = []
        var next = code == 0 ? list : nil
        while let entry = next {
            next = entry.pointee.ai_next
            // The longest is one of IPv6 with the name of an interface.
            var text = [CChar](repeating: 0, count: 128)
            code = getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, 128, nil, 0, NI_NUMERICHOST)
            guard code == 0 else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if !addresses.contains(address) { addresses.append(address) }
        }
        if addresses.isEmpty { throw MosquittoError(broker: "\(broker)", cause: .unknownHost(String(cString: gai_strerror(code)))) }
        return addresses
    }

    /// - Returns: whether the broker accepted; `false` only when `isStopping` said so.
    private func awaitAccept(
        limit: Int64, wake: WakeDescriptor, isStopping: () -> Bool
    ) throws(MosquittoError) -> Bool {
        let deadline = Moment.now().monotonic + limit
        var (isEstablished, isMQTT) = (false, settings.tls.enabled)
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
            if !isMQTT { isMQTT = try beginsAsMQTT() }
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
        if !awaitedAnswers.isEmpty || !awaitedEnds.isEmpty { acknowledgeAtOnce() }
        let isMoreToRead = holdsBytesBack
        let events = wait(
            for: CInt(POLLIN) | (wantsWrite ? CInt(POLLOUT) : 0), wake: wake, timeout: isMoreToRead ? 0 : timeout)
        if events & ~CInt(POLLOUT) != 0 || isMoreToRead { try read() }
        // Also what was answered to what was just read.
        if socket >= 0 { try write() }
        if socket >= 0 { try keepAlive() }
        // A DISCONNECT of MQTT 5 ends the connection without an error code.
        if socket < 0 { throw MosquittoError(broker: broker, cause: .dismissed(code: diagnosis.disconnect ?? 0), words: diagnosis.words) }
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

    /// Looks at the beginning of the answer before libmosquitto takes it for MQTT.
    /// - Returns: whether it has come.
    private func beginsAsMQTT() throws(MosquittoError) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = recv(socket, &bytes, bytes.count, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
        guard count > 0 else { return false }
        if let answer = ForeignAnswer(bytes.prefix(count)) { throw MosquittoError(broker: broker, cause: .notMQTT(answer)) }
        return true
    }

    /// Why TCP did not connect; 0: it did.
    private func pendingSocketError() -> CInt {
        var number: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        if getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0 { return errno }
        var peer = sockaddr()
        var length = socklen_t(MemoryLayout<sockaddr>.size)
        if number != 0 || getpeername(socket, &peer, &length) == 0 || errno != ENOTCONN { return number }
        // OpenSSL's first write has taken the error away. So soon it can only be that of a port of this machine.
        return ECONNREFUSED
    }

    /// POLLRDHUP, which Swift's module of the C library leaves out; the value is the same on all of Linux but SPARC.
    private var hangUpOfPeer: CInt { 0x2000 }
}
