package import P1MQTTMeter
package import P1MQTTSystem

/// Between the input thread, which must never wait, and the broker thread, which may have to: see `OutboxQueue`.
package final class Outbox: Sendable {
    /// Readable when there is something to take after there was nothing; also what ends a wait at a shutdown.
    package let wake = WakeDescriptor()
    private let state: Locked<State>

    private struct State: Sendable {
        var queue: OutboxQueue
        /// Whether the taker found too little and waits to be woken; spares a system call for each post.
        var takerWaits = true
    }

    package init(maximumTopics: Int = 200_000, maximumEvents: Int = 100) {
        state = Locked(
            State(queue: OutboxQueue(maximumTopics: maximumTopics, maximumEvents: maximumEvents)))
    }

    /// Hands messages over in this order. Never waits for the broker.
    package func post(_ batch: [Message]) {
        change { $0.post(batch) }
    }

    /// Deletes retained topics at the broker and keeps them no longer.
    package func forget(_ topics: [String]) {
        change { $0.forget(topics) }
    }

    /// The next messages in order, at most `limit`; the one that exceeds `bytes` is the last.
    func takePending(limit: Int, bytes: Int = .max) -> [Message] {
        state.withLock { state in
            let batch = state.queue.take(limit: limit, bytes: bytes)
            state.takerWaits = state.queue.isEmpty
            return batch
        }
    }

    /// Tells that a connection was accepted: all state waits again.
    package func connected() {
        change { $0.connected() }
    }

    /// Sends all state once more, for a subscriber that has started anew.
    package func sendAgain() {
        change { $0.connected() }
    }

    /// Takes back what a lost connection never confirmed.
    func takeBack(_ unconfirmed: [Message]) {
        change { $0.takeBack(unconfirmed) }
    }

    package var counters: OutboxCounters {
        state.withLock { $0.queue.counters }
    }

    private func change(_ body: (inout OutboxQueue) -> Void) {
        let mustWake = state.withLock { state in
            body(&state.queue)
            guard state.takerWaits, !state.queue.isEmpty else { return false }
            state.takerWaits = false
            return true
        }
        if mustWake { wake.wake() }
    }
}
