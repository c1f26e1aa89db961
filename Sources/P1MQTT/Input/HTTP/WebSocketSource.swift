import Glibc
package import P1MQTTMeter
import P1MQTTSystem

/// A device that sends its telegrams over a WebSocket, in frames that may be cut anywhere: Homey's dongle.
package final class WebSocketSource: ByteSource {
    package let name: String
    package let traits = SourceTraits.webSocket

    private let url: HTTPURL
    private let resolver: NameResolver
    private let limits: HTTPExchange.Limits
    private var exchange: HTTPExchange?
    private var isOpen = false
    private var openings = 0

    package init(_ url: HTTPURL, resolver: NameResolver, limits: HTTPExchange.Limits = .init()) {
        self.url = url
        self.resolver = resolver
        self.limits = limits
        name = url.shown
    }

    package var interest: PollInterest? {
        exchange.map { PollInterest(descriptor: $0.descriptor, events: Int16(POLLIN), generation: openings) }
    }

    /// What came together with the upgrade follows at once behind the report of it.
    package var deadline: Int64? { isOpen && exchange?.hasBytes == true ? .min : exchange?.deadline }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        let exchange = try HTTPExchange(HTTPExchange.Request(url: url), resolver: resolver, limits: limits)
        exchange.begin(at: now)
        openings += 1
        (self.exchange, isOpen) = (exchange, false)
        return .pending
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        guard let exchange else { return nil }
        let outcome = exchange.turn(at: now)
        // What came together with the end still counts.
        if isOpen { exchange.takeBytes(deliver) }
        switch outcome {
        case .failed(let error): return .failed(error)
        case .answer(let answer): return .failed(answer.refusal)
        case nil: break
        }
        guard !isOpen, exchange.isUpgraded else { return nil }
        isOpen = true
        return .opened("connected")
    }

    package func close() {
        exchange = nil
        isOpen = false
    }
}

extension HTTPAnswer {
    /// What it means to who asked for a WebSocket.
    fileprivate var refusal: SourceError {
        if case .fault(let error) = meaning(hasToken: false), error.cause == .answer(status) { return error }
        return SourceError(
            .answer(status), "the device has no WebSocket at this path (HTTP \(status))", remedy: "Check the path of the URL.")
    }
}

extension SourceTraits {
    static let webSocket = SourceTraits(
        silence: .reopened(
            advice: "Check that the device hears its meter: its cable, and that the grid operator has activated the P1 port."),
        unreadableAdvice: "Check that the URL is the one of the telegrams as the meter sends them. "
            + "An encrypted meter needs its decryptionKey.",
        isPaced: true, mayCarryParity: false, reopensAfter: 30_000)
}
