/// How long the broker thread waits for what, in milliseconds.
package struct BrokerPace: Sendable {
    /// For a connection, from TCP to the broker's answer.
    package var connect: Int64 = 10_000
    /// For what an earlier run left at the broker, before anything is published.
    package var recall: Int64 = 5000
    /// Between two attempts: the first pause and the longest.
    package var pause: ClosedRange<Int64> = 1000...30_000
    /// At a shutdown, for what waits in the outbox.
    package var flush: Int64 = 1500
    /// At a shutdown, for the confirmation of the farewell.
    package var farewell: Int64 = 1800
    /// Between two turns of the loop, which take a second at most: after this the thread is stuck.
    package var turn: Int64 = 15_000
    /// For the system's resolver: three servers asked twice for each name of a search list, and all of it twice.
    package var lookUp: Int64 = 300_000
    /// After this the thread is left behind, wherever it hangs.
    package var shutdown: Int64 = 3800

    package init() {}
}

/// What the connection to the broker went through since the start.
package struct BrokerCounters: Sendable, Equatable {
    /// Connections that the broker accepted.
    package var connections = 0
    /// Attempts and connections that failed.
    package var failures = 0
    /// Messages that the broker or libmosquitto would not take.
    package var rejected = 0
    /// Messages of subscriptions that were too large or too many to be looked at.
    package var ignored = 0

    package init(connections: Int = 0, failures: Int = 0, rejected: Int = 0, ignored: Int = 0) {
        self.connections = connections
        self.failures = failures
        self.rejected = rejected
        self.ignored = ignored
    }
}
