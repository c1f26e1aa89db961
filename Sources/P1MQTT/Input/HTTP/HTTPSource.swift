import Glibc
package import P1MQTTMeter
import P1MQTTSystem

/// A device that is asked for its newest telegram again and again: HomeWizard's, a DSMR-logger. The same telegram fetched
/// twice is one telegram.
package final class HTTPSource: ByteSource {
    package let name: String
    package let traits: SourceTraits

    private enum State {
        case closed
        case asking(since: Int64)
        /// Answered; the telegram goes on with the next call, behind the report that the source is open.
        case holding([UInt8], next: Int64)
        case waiting(until: Int64)
    }

    private let settings: HTTPSettings
    private let resolver: NameResolver
    private let limits: HTTPExchange.Limits
    private var exchange: HTTPExchange?
    private var state = State.closed
    private var hasAnswered = false
    /// The request before this one was lost.
    private var hasMissed = false
    private var openings = 0
    private var repeats = RepeatFilter()

    package init(_ settings: HTTPSettings, resolver: NameResolver, limits: HTTPExchange.Limits = .init()) {
        self.settings = settings
        self.resolver = resolver
        self.limits = limits
        name = settings.url.shown
        var traits = SourceTraits.http
        traits.interval = settings.interval
        self.traits = traits
    }

    package var interest: PollInterest? {
        exchange.map { PollInterest(descriptor: $0.descriptor, events: Int16(POLLIN), generation: openings) }
    }

    package var deadline: Int64? {
        switch state {
        case .closed: nil
        case .asking: exchange?.deadline
        case .holding: .min
        case .waiting(let until): until
        }
    }

    package var evidence: String? {
        let seconds = settings.interval % 1000 == 0 ? "\(settings.interval / 1000)" : "\(Double(settings.interval) / 1000)"
        return "asked every \(seconds) s"
            + (settings.url.scheme.isTLS ? settings.trust.verify ? ", certificate verified" : ", certificate not verified" : "")
    }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        let request = HTTPExchange.Request(url: settings.url, token: try token(), trust: settings.trust)
        exchange = try HTTPExchange(request, resolver: resolver, limits: limits)
        openings += 1
        (hasAnswered, hasMissed) = (false, false)
        ask(at: now)
        return .pending
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        switch state {
        case .closed: return nil
        case .waiting(let until):
            if until <= now.monotonic { ask(at: now) }
            return nil
        case .holding(let telegram, let next):
            state = .waiting(until: next)
            telegram.withUnsafeBytes(deliver)
            return nil
        case .asking(let since):
            switch exchange?.turn(at: now) {
            case nil: return nil
            case .failed(let error): return miss(error, askedAt: since, at: now)
            case .answer(let answer): return take(answer.meaning(hasToken: hasToken), askedAt: since, at: now)
            }
        }
    }

    package func close() {
        state = .closed
        exchange = nil
    }

    private var hasToken: Bool { settings.token != nil || settings.tokenFile != nil }

    private func ask(at now: Moment) {
        state = .asking(since: now.monotonic)
        exchange?.begin(at: now)
    }

    private func take(_ meaning: HTTPAnswer.Meaning, askedAt: Int64, at now: Moment) -> SourceEvent? {
        let next = next(askedAt: askedAt, at: now)
        state = .waiting(until: next)
        switch meaning {
        case .fault(let error): return miss(error, askedAt: askedAt, at: now)
        case .telegram(let telegram) where repeats.isNew(telegram, at: now): state = .holding(telegram, next: next)
        case .telegram, .silence: break
        }
        defer { (hasAnswered, hasMissed) = (true, false) }
        return hasAnswered ? nil : .opened("it answers")
    }

    /// A device with a radio that answers now and then loses a request: one is no fault, two in a row are.
    private func miss(_ error: SourceError, askedAt: Int64, at now: Moment) -> SourceEvent? {
        guard hasAnswered, !hasMissed, error.cause.mayPass else { return .failed(error) }
        hasMissed = true
        state = .waiting(until: next(askedAt: askedAt, at: now))
        return nil
    }

    /// A device that is slow is left alone for a while.
    private func next(askedAt: Int64, at now: Moment) -> Int64 {
        max(askedAt + settings.interval, now.monotonic + settings.interval / 2)
    }

    private func token() throws(SourceError) -> Secret? {
        guard let file = settings.tokenFile else { return settings.token }
        do throws(SmallFile.Failure) {
            let token = try SecretFile.read(file).secret
            if HTTPSettings.isToken(token.exposed) { return token }
        } catch {
            throw SourceError(.setting, "the file \(file) with the token \(error.reason)", remedy: "Check tokenFile, and who may read it.")
        }
        throw SourceError(.setting, "the file \(file) holds no token", remedy: "`p1mqtt pair HOST` writes one.")
    }
}

extension SourceError.Cause {
    /// Whether the next request may well be answered.
    fileprivate var mayPass: Bool {
        switch self {
        case .timedOut, .closedByPeer: true
        case .answer(let status): status >= 500 || status == 429
        default: false
        }
    }
}

extension SourceTraits {
    static let http = SourceTraits(
        silence: .reopened(
            advice: "Check that the device hears its meter: its cable, and that the grid operator has activated the P1 port."),
        unreadableAdvice: "Check that the URL is the one of the telegram as the meter sends it. "
            + "An encrypted meter needs its decryptionKey.",
        isPaced: true, mayCarryParity: false)
}
