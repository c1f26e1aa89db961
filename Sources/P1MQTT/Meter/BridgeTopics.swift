/// Where the program says what it says of itself: `p1/bridge/...`, or `p1/bridge/2/...` for the second of several that
/// share the meters under one prefix.
package struct BridgeTopics: Sendable, Equatable {
    /// The prefix of all topics, `p1`.
    package let prefix: String
    /// Which of several programs it is; `nil` where it is the only one.
    package let worker: Int?

    package init(prefix: String, worker: Int? = nil) {
        self.prefix = prefix
        self.worker = worker
    }

    /// What all of them begin with.
    package var root: String { prefix + "/bridge" + (worker.map { "/\($0)" } ?? "") }
    /// Says whether the program is there.
    package var state: String { root + "/state" }
    package var info: String { root + "/info" }
    package var health: String { root + "/health" }
    package var event: String { root + "/event" }
}
