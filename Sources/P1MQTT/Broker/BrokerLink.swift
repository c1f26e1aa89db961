import P1MQTTMeter

/// The life of the link to the broker as a pure value: when to try again, and what to tell the user.
///
/// Each cause of an outage is told once, and so is its end. A link that is accepted and breaks again within seconds
/// is told once as unstable instead of twice a round.
struct BrokerLink: Sendable {
    enum State: Sendable, Equatable {
        case idle
        case connecting
        /// Since a monotonic time in milliseconds.
        case connected(since: Int64)
        /// Until a monotonic time in milliseconds.
        case backingOff(until: Int64)
    }

    enum Report: Equatable {
        /// The first connection since the start, with nothing gone wrong before.
        case connected
        /// A cause that was not told in this outage yet.
        case failed(MosquittoError)
        /// Connected again, after so many failures and so many milliseconds.
        case recovered(failures: Int, outage: Int64)
        /// Accepted and lost again within seconds, several times in a row.
        case unstable(MosquittoError)
    }

    private(set) var state = State.idle
    /// Milliseconds of the first and of the longest pause.
    private let pause: ClosedRange<Int64>
    /// Milliseconds after which a connection counts as a lasting one.
    private let steadyAfter: Int64 = 10_000
    /// Short connections in a row that are told as unstable.
    private let unstableAfter = 3

    private var failures = 0
    private var outageSince: Int64?
    private var told: [MosquittoError.Cause] = []
    private var shortConnections = 0
    private var isToldUnstable = false

    init(pause: ClosedRange<Int64> = 1000...30_000) {
        self.pause = pause
    }

    mutating func connecting() {
        state = .connecting
    }

    /// The broker accepted.
    mutating func accepted(at now: Moment) -> Report? {
        state = .connected(since: now.monotonic)
        if isToldUnstable { return nil }
        told = []
        guard let since = outageSince else { return .connected }
        return .recovered(failures: failures, outage: now.monotonic - since)
    }

    /// To be asked now and then while connected: forgets earlier trouble once the connection has lasted.
    mutating func lasts(at now: Moment) -> Report? {
        guard case .connected(let since) = state, outageSince != nil, now.monotonic - since >= steadyAfter else {
            return nil
        }
        let wasUnstable = isToldUnstable
        let report = Report.recovered(failures: failures, outage: since - (outageSince ?? since))
        shortConnections = 0
        isToldUnstable = false
        failures = 0
        outageSince = nil
        told = []
        return wasUnstable ? report : nil
    }

    /// An attempt failed or the connection ended.
    /// - Parameter jitter: 0 up to 1, so that many clients do not return in the same instant.
    mutating func failed(_ error: MosquittoError, at now: Moment, jitter: Double) -> Report? {
        if case .connected(let since) = state {
            if now.monotonic - since >= steadyAfter {
                _ = lasts(at: now)
            } else {
                shortConnections += 1
            }
        }
        if outageSince == nil { outageSince = now.monotonic }
        let ceiling = min(pause.upperBound, pause.lowerBound << Int64(min(failures, 16)))
        state = .backingOff(until: now.monotonic + ceiling / 2 + Int64(Double(ceiling / 2) * jitter))
        failures += 1
        if shortConnections >= unstableAfter, !isToldUnstable {
            isToldUnstable = true
            told = [error.cause]
            return .unstable(error)
        }
        if told.contains(error.cause) { return nil }
        // A handful of causes exists; the bound is for a broker that invents reason codes.
        if told.count < 32 { told.append(error.cause) }
        return .failed(error)
    }
}
