import CCurl
import Glibc
package import P1MQTTMeter
package import P1MQTTSystem

/// Requests to one server that never block: the same one again and again on one connection, or a WebSocket. The name is
/// looked up by `NameResolver`, for the look-ups of libcurl cannot be given up. For one thread.
package final class HTTPExchange {
    package struct Request {
        package var url: HTTPURL
        package var token: Secret?
        package var trust = TLSTrust()
        /// What is posted, as JSON; `nil`: nothing, the answer is fetched.
        package var body: String?

        package init(url: HTTPURL, token: Secret? = nil, trust: TLSTrust = TLSTrust(), body: String? = nil) {
            self.url = url
            self.token = token
            self.trust = trust
            self.body = body
        }
    }

    package enum Outcome {
        case answer(HTTPAnswer)
        case failed(SourceError)
    }

    /// What an exchange may take and cost.
    package struct Limits {
        /// Milliseconds for a request, the look-up of the name included; for a WebSocket until it is open.
        package var time: Int64 = 10_000
        /// Bytes of an answer; the largest telegram has 16 kB.
        package var body = 65_536
        /// Bytes of all lines of its header.
        package var header = 16_384

        package init() {}
    }

    private enum State {
        case idle
        case resolving(NameResolver.LookUp)
        case asking
    }

    private let url: HTTPURL
    private let limits: Limits
    private let resolver: NameResolver
    private let isStream: Bool
    /// Not by libcurl as its own copy: see `p1_exchange_set_name`.
    private let serverName: UnsafeMutablePointer<CChar>?
    private let exchange: OpaquePointer
    private var state = State.idle
    private var hasAddresses: Bool
    /// Monotonic milliseconds at which the request has failed.
    private var end: Int64 = .max
    /// The same for the next call of `turn`.
    private var due: Int64?

    package init(_ request: Request, resolver: NameResolver, limits: Limits = Limits()) throws(SourceError) {
        try CurlLibrary.need(request.url.scheme)
        guard let exchange = p1_exchange_new() else { throw .system("making a connection", errno) }
        self.exchange = exchange
        self.resolver = resolver
        url = request.url
        isStream = url.scheme == .ws || url.scheme == .wss
        var limits = limits
        // Of a WebSocket it is what may come between two looks.
        if isStream { limits.body *= 16 }
        self.limits = limits
        hasAddresses = SocketAddress.numeric(url.host, port: url.port) != nil
        serverName = request.trust.verify ? request.trust.serverName.flatMap { strdup($0) } : nil
        try prepare(request)
    }

    deinit {
        p1_exchange_free(exchange)
        free(serverName)
    }

    /// Readable when `turn` has something to do.
    package var descriptor: CInt { p1_exchange_descriptor(exchange) }

    /// Monotonic milliseconds at which `turn` is due without that.
    package var deadline: Int64? {
        switch state {
        case .idle: nil
        case .resolving(let lookUp): lookUp.outcome == nil ? end : .min
        case .asking: due
        }
    }

    /// Whether the server has accepted the WebSocket.
    package var isUpgraded: Bool {
        isStream && p1_exchange_has_header(exchange) && p1_exchange_number(exchange, CURLINFO_RESPONSE_CODE) == 101
    }

    /// Begins a request, in the place of one that is under way.
    package func begin(at now: Moment) {
        end = now.monotonic + limits.time
        if hasAddresses { ask(at: now) } else { state = .resolving(resolver.lookUp(url.host)) }
    }

    /// Does what is to do; the outcome once there is one.
    package func turn(at now: Moment) -> Outcome? {
        switch state {
        case .idle: return nil
        case .resolving(let lookUp):
            guard let outcome = lookUp.outcome else {
                return now.monotonic < end ? nil : fail(.unresolved(url.host, "no answer within \(limits.time / 1000) s"))
            }
            switch outcome {
            case .failure(let failure): return fail(.unresolved(url.host, failure.text))
            case .success(let addresses):
                if let error = use(addresses) { return fail(error) }
                ask(at: now)
                return nil
            }
        case .asking: return proceed(at: now)
        }
    }

    /// Whether `takeBytes` has something to hand on.
    package var hasBytes: Bool { !body.isEmpty }

    /// Hands on what has come over a WebSocket.
    package func takeBytes(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        let bytes = body
        guard !bytes.isEmpty else { return }
        deliver(bytes)
        p1_exchange_forget_body(exchange)
    }

    private var body: UnsafeRawBufferPointer {
        var count = 0
        let start = p1_exchange_body(exchange, &count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    private func ask(at now: Moment) {
        state = .asking
        // A request that cannot begin ends with its time.
        due = p1_exchange_begin(exchange) == CURLM_OK ? .min : end
    }

    private func proceed(at now: Moment) -> Outcome? {
        var code = CURLE_OK
        guard p1_exchange_turn(exchange, &code) else {
            let wait = p1_exchange_wait(exchange)
            due = wait < 0 ? nil : now.monotonic + Int64(wait)
            guard !isUpgraded else { return nil }
            // libcurl ends a request in time, but not the opening of a WebSocket, and none that it could not begin.
            let last = isStream ? end : end + 1_000
            due = min(due ?? last, last)
            return now.monotonic < last ? nil : fail(fault(CURLE_OPERATION_TIMEDOUT))
        }
        state = .idle
        let status = p1_exchange_number(exchange, CURLINFO_RESPONSE_CODE)
        let isAnswer = code == CURLE_OK || isStream && status != 0 && status != 101
        guard isAnswer, status != 101 else { return .failed(fault(code == CURLE_OK ? CURLE_GOT_NOTHING : code)) }
        return .answer(HTTPAnswer(status: status, body: Array(body)))
    }

    private func fail(_ error: SourceError) -> Outcome {
        state = .idle
        p1_exchange_stop(exchange)
        return .failed(error)
    }

    private func fault(_ code: CURLcode) -> SourceError {
        let words = String(cString: p1_exchange_error(exchange))
        return HTTPFault(
            code: code, osError: CInt(truncatingIfNeeded: p1_exchange_number(exchange, CURLINFO_OS_ERRNO)),
            verification: p1_exchange_number(exchange, CURLINFO_SSL_VERIFYRESULT), hasHeader: p1_exchange_has_header(exchange),
            words: words.isEmpty ? String(cString: p1_curl_text(code)) : words
        ).error(of: url, limits)
    }
}

// MARK: - Options

extension HTTPExchange {
    private func prepare(_ request: Request) throws(SourceError) {
        try set(CURLOPT_URL, url.text)
        try set(CURLOPT_PROTOCOLS_STR, isStream ? "ws,wss" : "http,https")
        // Who is asked is in the house, and the token is for it alone: no redirect is followed, no proxy asked.
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_USERAGENT, "p1mqtt")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_BUFFERSIZE, 16_384)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.time))
        try set(CURLOPT_TIMEOUT_MS, isStream ? 0 : Int(limits.time))
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        p1_exchange_set_limits(exchange, limits.body, limits.header)
        if isStream { p1_exchange_expect_frames(exchange) }
        try prepare(request.trust)
        if let token = request.token { try check(p1_exchange_add_header(exchange, "Authorization: Bearer \(token.exposed)")) }
        // The second version of HomeWizard's interface wants it; others do not mind.
        if request.token != nil || request.body != nil { try check(p1_exchange_add_header(exchange, "X-Api-Version: 2")) }
        guard let body = request.body else { return }
        try check(p1_exchange_add_header(exchange, "Content-Type: application/json"))
        try set(CURLOPT_COPYPOSTFIELDS, body)
    }

    private func prepare(_ trust: TLSTrust) throws(SourceError) {
        let checksHost = trust.verify && trust.verifiesName && serverName == nil
        try set(CURLOPT_SSL_VERIFYPEER, trust.verify ? 1 : 0)
        try set(CURLOPT_SSL_VERIFYHOST, checksHost ? 2 : 0)
        if let file = trust.caFile {
            try set(CURLOPT_CAINFO, file)
            // Nor those of the system beside them.
            try check(p1_exchange_set_text(exchange, CURLOPT_CAPATH, nil))
        }
        if let serverName { try check(p1_exchange_set_name(exchange, serverName)) }
    }

    private func set(_ option: CURLoption, _ text: String) throws(SourceError) {
        try check(p1_exchange_set_text(exchange, option, text))
    }

    private func set(_ option: CURLoption, _ number: Int) throws(SourceError) {
        try check(p1_exchange_set_number(exchange, option, number))
    }

    private func check(_ code: CURLcode) throws(SourceError) {
        guard code != CURLE_OK else { return }
        throw SourceError(
            .library, "libcurl \(String(cString: p1_curl_version())) refuses an option: \(String(cString: p1_curl_text(code)))",
            remedy: "Install the one of the system that uses OpenSSL: `apt install libcurl4`.")
    }

    /// Tells libcurl the addresses of the host.
    private func use(_ addresses: [SocketAddress]) -> SourceError? {
        // libcurl takes no address with the name of an interface.
        let texts = addresses.map(\.text).filter { !$0.contains("%") }.map { $0.contains(":") ? "[\($0)]" : $0 }
        guard !texts.isEmpty else { return .unresolved(url.host, "it has no address but link-local ones") }
        hasAddresses = p1_exchange_set_addresses(exchange, "\(url.host):\(url.port):\(texts.joined(separator: ","))") == CURLE_OK
        return hasAddresses ? nil : .unresolved(url.host, "libcurl takes none of its addresses")
    }
}

extension SourceError {
    fileprivate static func unresolved(_ host: String, _ why: String) -> SourceError {
        SourceError(
            .unresolved, "the name \(host) cannot be looked up: \(why)", remedy: "Check the name, or put the IP address into the URL.")
    }
}
