/// What the rest of the program needs to know of the broker.
package enum BrokerState: Sendable, Equatable {
    /// The broker accepted; subscriptions are on their way.
    case connected
    /// Every subscription was answered, so retained messages that the broker had for them have come or are coming.
    case subscribed
    /// What was to be recalled has come: a further round trip is over since it was asked for.
    case recalled
    /// No connection, and why.
    case disconnected(reason: String)
}

/// What the link to the broker went through since the start.
package struct BrokerCounters: Sendable, Equatable {
    /// Connections that the broker accepted.
    package var connections = 0
    /// Attempts and connections that failed.
    var failures = 0
    /// Messages that the broker or libmosquitto would not take.
    package var rejected = 0
    /// Messages of subscriptions that were too large or too many to be looked at.
    package var ignored = 0
}

/// How long the broker thread waits for what, in milliseconds.
package struct BrokerPace: Sendable {
    /// For a connection, from TCP to the broker's answer.
    var connect: Int64 = 10_000
    /// Between two attempts: the first pause and the longest.
    var pause: ClosedRange<Int64> = 1000...30_000
    /// At a shutdown, for what waits in the outbox.
    var flush: Int64 = 1500
    /// At a shutdown, for the confirmation of the farewell.
    var farewell: Int64 = 1800
    /// Between two turns of the loop, which take a second at most: after this the thread is stuck.
    var turn: Int64 = 15_000
    /// For the system's resolver: three servers asked twice for each name of a search list, and all of it twice.
    var lookUp: Int64 = 300_000
    /// After this the thread is left behind, wherever it hangs.
    var shutdown: Int64 = 3800
}
