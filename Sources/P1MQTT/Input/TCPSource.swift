import Glibc
package import P1MQTTMeter
import P1MQTTSystem

/// A raw socket of ser2net, an ESPHome dongle or the like. Connecting, looking its name up included, has a limit;
/// all addresses of a name are tried; a peer that vanishes without a word is found by keep-alive.
package final class TCPSource: ByteSource {
    /// Milliseconds for the name and all addresses together.
    static let connectLimit: Int64 = 10_000

    package let name: String
    package let traits = SourceTraits.tcp

    private let host: String
    private let port: Int
    private let resolver: NameResolver
    private let limit: Int64

    private enum State {
        case closed
        case resolving(NameResolver.LookUp, until: Int64)
        case connecting(remaining: [SocketAddress], until: Int64, end: Int64)
        case connected
    }

    private var state = State.closed
    private var descriptor: OwnedDescriptor?
    private var attempts = 0
    /// The address being tried, or connected to.
    private var current = ""
    private var failures: [SourceError] = []
    private var telnet = TelnetFilter()

    package init(host: String, port: Int, resolver: NameResolver, connectLimit: Int64 = TCPSource.connectLimit) {
        self.host = host
        self.port = port
        self.resolver = resolver
        limit = connectLimit
        name = host.utf8.contains(UInt8(ascii: ":")) ? "tcp [\(host)]:\(port)" : "tcp \(host):\(port)"
    }

    package var interest: PollInterest? {
        guard descriptor != nil else { return nil }
        let events = if case .connected = state { POLLIN } else { POLLOUT }
        return PollInterest(descriptor: raw, events: Int16(events), generation: attempts)
    }

    package var deadline: Int64? {
        switch state {
        case .closed, .connected: nil
        case .resolving(let lookUp, let until): lookUp.outcome == nil ? until : .min
        case .connecting(_, let until, _): until
        }
    }

    package var evidence: String? {
        telnet.isTelnet ? "telnet, \(telnet.removed) bytes of its commands skipped" : nil
    }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        let end = now.monotonic + limit
        guard let address = SocketAddress.numeric(host, port: port) else {
            state = .resolving(resolver.lookUp(host), until: end)
            return .pending
        }
        guard let event = connect(to: [address], at: now, end: end) else { return .pending }
        if case .failed(let error) = event { throw error }
        return .opened("connected")
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        switch state {
        case .closed: nil
        case .resolving(let lookUp, let until): resolved(lookUp, at: now, end: until)
        case .connecting(let remaining, let until, let end):
            connectionProgress(ready, remaining: remaining, until: until, at: now, end: end)
        case .connected: receive(ready, buffer: buffer, deliver: deliver)
        }
    }

    package func close() {
        state = .closed
        descriptor = nil
        failures = []
        telnet = TelnetFilter()
    }

    private var raw: CInt { descriptor?.raw ?? -1 }

    private func receive(
        _ ready: Int16, buffer: UnsafeMutableRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        guard ready != 0 else { return nil }
        let count = recv(raw, buffer.baseAddress, buffer.count, 0)
        let code = errno
        if count > 0 {
            // On a copy, for the consumer may ask for `evidence` meanwhile.
            var filter = telnet
            filter.filter(UnsafeRawBufferPointer(rebasing: buffer[..<count]), deliver)
            telnet = filter
            return nil
        }
        if count == 0 {
            var filter = telnet
            filter.finish(deliver)
            telnet = filter
            return .failed(
                SourceError(
                    .closedByPeer, "the peer closed the connection",
                    remedy: "Many readers serve one client only: check that no other takes its place."))
        }
        return code == EINTR || code == EAGAIN ? nil : .failed(explained(code))
    }
}

// MARK: - Connecting

extension TCPSource {
    private func resolved(_ lookUp: NameResolver.LookUp, at now: Moment, end: Int64) -> SourceEvent? {
        switch lookUp.outcome {
        case .success(let addresses)?:
            return connect(to: addresses.map { $0.withPort(port) }, at: now, end: end)
        case .failure(let failure)?:
            return .failed(unresolved(failure.text))
        case nil where now.monotonic >= end:
            return .failed(unresolved("no answer within \(limit / 1000) s"))
        case nil:
            return nil
        }
    }

    private func unresolved(_ why: String) -> SourceError {
        SourceError(
            .unresolved, "the name \(host) cannot be looked up: \(why)",
            remedy: "Check the name, or set the IP address as host.")
    }

    /// Tries one address after the other; each gets its share of the time that is left.
    /// Returns `nil` while an attempt is under way.
    private func connect(to addresses: [SocketAddress], at now: Moment, end: Int64) -> SourceEvent? {
        var remaining = addresses[...]
        while let address = remaining.popFirst() {
            current = address.text
            switch start(address) {
            case 0: return connected()
            case EINPROGRESS:
                let share = max(0, end - now.monotonic) / Int64(remaining.count + 1)
                state = .connecting(remaining: Array(remaining), until: now.monotonic + share, end: end)
                return nil
            case let code: failures.append(explained(code))
            }
        }
        // The first address is the one the system prefers; what became of it matters most.
        return .failed(failures.first ?? unresolved("it has no address"))
    }

    private func connectionProgress(
        _ ready: Int16, remaining: [SocketAddress], until: Int64, at now: Moment, end: Int64
    ) -> SourceEvent? {
        if ready == 0 {
            guard now.monotonic >= until else { return nil }
            failures.append(explained(ETIMEDOUT))
            return connect(to: remaining, at: now, end: end)
        }
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return .failed(explained(errno)) }
        guard code != 0 else { return connected() }
        failures.append(explained(code))
        return connect(to: remaining, at: now, end: end)
    }

    private func connected() -> SourceEvent {
        state = .connected
        failures = []
        return .opened(current == host ? "connected" : "connected to \(current)")
    }

    /// Begins to connect; returns 0 or an errno.
    private func start(_ address: SocketAddress) -> CInt {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = socket(address.family, kind, 0)
        guard socket >= 0 else { return errno }
        descriptor = OwnedDescriptor(adopting: socket)
        attempts += 1
        // Dead peers are found after a minute: 30 s of silence and three probes ten seconds apart.
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(CInt(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        set(CInt(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(CInt(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000)
        return address.connect(socket) == 0 ? 0 : errno
    }

    /// A kernel that refuses one of these options leaves the silence limit to find dead peers.
    private func set(_ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private func explained(_ code: CInt) -> SourceError {
        let whom = current == host ? "" : " by \(current)"
        switch code {
        case ECONNREFUSED:
            return SourceError(
                .refused, "the connection was refused\(whom)",
                remedy: "Check the port, and that the reader at the other end is running and serves P1 data there.")
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN:
            return SourceError(
                .unreachable, "\(current) cannot be reached (\(SourceError.text(code)))",
                remedy: "Check the address, the network, and that the reader is powered.")
        case ETIMEDOUT:
            return SourceError(
                .timedOut, "\(current) does not answer",
                remedy: "Check the address, that the reader is powered and in the network, and any firewall.")
        case ECONNRESET, EPIPE:
            return SourceError(
                .closedByPeer, "the peer broke the connection off",
                remedy: "Many readers serve one client only: check that no other takes its place.")
        case EMFILE, ENFILE:
            return SourceError(
                .system(code), "no descriptor is left: \(SourceError.text(code))",
                remedy: "Raise the limit of open files (systemd: LimitNOFILE, docker: --ulimit nofile).")
        default: return .system("the connection to \(current)", code)
        }
    }
}
