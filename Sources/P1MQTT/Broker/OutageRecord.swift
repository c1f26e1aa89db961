import P1MQTTMeter

/// What is remembered of outages, as a pure value: when to try again, and what the user should know.
///
/// Each cause of an outage is reported once, and so is its end. A broker that accepts and is lost again within seconds is
/// reported once as unstable instead of twice a round.
struct OutageRecord: Sendable {
    enum Report: Sendable, Equatable {
        /// The first connection since the start, with nothing gone wrong before.
        case connected
        /// A cause that was not reported in this outage yet.
        case failed(MosquittoError)
        /// Connected again, after so many failures and so many milliseconds.
        case recovered(failures: Int, outage: Int64)
        /// Accepted and lost again within seconds, several times in a row.
        case unstable(MosquittoError)
    }

    /// Milliseconds of the first and of the longest pause.
    private let pause: ClosedRange<Int64>
    /// How many are tried in turn: pauses grow once a round.
    private let brokers: Int
    /// Milliseconds after which a connection counts as a lasting one.
    private static let steadyAfter: Int64 = 10_000
    /// Short connections in a row that are reported as unstable.
    private static let unstableAfter = 3

    /// Monotonic milliseconds; `nil` while there is no connection.
    private var connectedSince: Int64?
    private var failures = 0
    private var outageSince: Int64?
    private var reported: [MosquittoError] = []
    private var shortConnections = 0
    private var isReportedUnstable = false

    init(pause: ClosedRange<Int64> = 1000...30_000, brokers: Int = 1) {
        self.pause = pause
        self.brokers = brokers
    }

    /// The broker accepted.
    mutating func accepted(at now: Moment) -> Report? {
        connectedSince = now.monotonic
        if isReportedUnstable { return nil }
        reported = []
        guard let since = outageSince else { return .connected }
        return .recovered(failures: failures, outage: now.monotonic - since)
    }

    /// To be asked now and then while connected: forgets earlier trouble once the connection has lasted.
    mutating func lasts(at now: Moment) -> Report? {
        guard let since = connectedSince, let outageSince, now.monotonic - since >= Self.steadyAfter else { return nil }
        let report = isReportedUnstable ? Report.recovered(failures: failures, outage: since - outageSince) : nil
        self = OutageRecord(pause: pause, brokers: brokers)
        connectedSince = since
        return report
    }

    /// An attempt failed or the connection ended.
    /// - Parameter jitter: 0 up to 1, so that many clients do not return in the same instant.
    /// - Returns: what to report, and the monotonic milliseconds of the next attempt.
    mutating func failed(_ error: MosquittoError, at now: Moment, jitter: Double) -> (report: Report?, retryAt: Int64) {
        if let since = connectedSince.take() {
            if now.monotonic - since >= Self.steadyAfter {
                self = OutageRecord(pause: pause, brokers: brokers)
            } else {
                shortConnections += 1
            }
        }
        outageSince = outageSince ?? now.monotonic
        let longest = min(pause.upperBound, pause.lowerBound << Int64(min(failures / brokers, 16)))
        failures += 1
        return (report(error), now.monotonic + longest / 2 + Int64(Double(longest / 2) * jitter))
    }

    private mutating func report(_ error: MosquittoError) -> Report? {
        if shortConnections >= Self.unstableAfter, !isReportedUnstable {
            isReportedUnstable = true
            reported = [error.withoutWords]
            return .unstable(error)
        }
        if reported.contains(error.withoutWords) { return nil }
        // A handful of causes exists; the bound is for a broker that invents reason codes.
        if reported.count < 32 * brokers { reported.append(error.withoutWords) }
        return .failed(error)
    }
}
