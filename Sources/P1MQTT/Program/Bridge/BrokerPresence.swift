import P1MQTTBroker
import P1MQTTSystem

/// Whether there is a broker to publish to: written by the broker thread, read by the input thread.
final class BrokerPresence: Sendable {
    private let state = Locked(false)

    /// Away until the first connection is ready: a round trip after it was accepted.
    var isAway: Bool { !state.withLock { $0 } }

    func note(_ broker: BrokerState) {
        switch broker {
        case .subscribed: state.withLock { $0 = true }
        case .disconnected: state.withLock { $0 = false }
        case .connected, .recalled: break
        }
    }
}
