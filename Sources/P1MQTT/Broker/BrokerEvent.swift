/// What the broker thread reports to the input thread.
package enum BrokerEvent: Sendable, Equatable {
    /// The broker has accepted and answered every subscription: retained messages for them have come or are coming.
    case connected(to: BrokerAddress)
    /// There is no connection: it has ended, or an attempt has failed.
    case disconnected(reason: String)
    /// What an earlier run left has come, as messages; no more of it comes.
    case recalled
    case message(BrokerMessage)

    var message: BrokerMessage? { if case .message(let message) = self { message } else { nil } }

    /// Bytes that it takes to keep.
    var size: Int { message.map { $0.topic.utf8.count + $0.payload.count } ?? 0 }
}

/// A message of a subscription.
package struct BrokerMessage: Sendable, Equatable {
    package var topic: String
    package var payload: [UInt8]
    /// Whether the broker had kept it from before the subscription.
    package var isRetained: Bool

    package init(topic: String, payload: [UInt8], isRetained: Bool) {
        self.topic = topic
        self.payload = payload
        self.isRetained = isRetained
    }
}
