package import P1MQTTMeter
package import P1MQTTSystem

/// From the input thread, which must never wait, to the broker thread, which may have to: see `OutboxQueue`.
package final class Outbox: Sendable {
    /// Readable when there is something to take after there was nothing; also what ends a wait at a shutdown.
    package let wake = WakeDescriptor()
    private let state: Locked<State>

    private struct State: Sendable {
        var queue: OutboxQueue
        /// Whether the taker found too little and waits to be woken; spares a system call for each post.
        var takerWaits = true
        var isHeld: Bool
        /// Another session that is to take the place of the present one.
        var change: SessionPlan.Change?
    }

    /// - Parameter isHeld: whether nothing is to be sent before `release()`.
    package init(maximumTopics: Int = 200_000, maximumEvents: Int = 100, isHeld: Bool = false) {
        let queue = OutboxQueue(maximumTopics: maximumTopics, maximumEvents: maximumEvents)
        state = Locked(State(queue: queue, isHeld: isHeld))
    }

    // MARK: - The input thread

    /// Makes room for the meters of another configuration. What waits already stays.
    package func allow(topics: Int, events: Int) {
        state.withLock { ($0.queue.maximumTopics, $0.queue.maximumEvents) = (topics, events) }
    }

    /// Hands messages over in this order. Never waits for the broker.
    package func post(_ batch: [Message]) {
        change { $0.post(batch) }
    }

    /// Deletes retained topics at the broker and keeps them no longer.
    package func forget(_ topics: [String]) {
        change { $0.forget(topics) }
    }

    /// Sends all state once more, for a subscriber that has started anew.
    package func sendAgain() {
        change { $0.sendAgain() }
    }

    /// What an earlier run left at the broker is known, and what is no more true of it was posted.
    package func release() {
        state.withLock { state in
            state.isHeld = false
            // In the order of a start, whatever was posted meanwhile.
            state.queue.sendAgain()
            state.takerWaits = false
        }
        wake.wake()
    }

    /// Lets another session take the place of the present one, as soon as that has sent what waits.
    package func change(to next: SessionPlan.Change) {
        state.withLock { $0.change = next }
        wake.wake()
    }

    /// Whether the present session is still the old one.
    package var isChanging: Bool { state.withLock { $0.change != nil } }

    /// What was posted last as the availability on a topic; `nil` when that was nothing.
    package func availability(_ topic: String) -> Bool? { state.withLock { $0.queue.availability(topic) } }

    package var counters: OutboxCounters { state.withLock { $0.queue.counters } }

    /// Whether nothing waits.
    package var isEmpty: Bool { state.withLock { $0.queue.isEmpty } }

    // MARK: - The broker thread

    var change: SessionPlan.Change? { state.withLock(\.change) }

    func takeChange() -> SessionPlan.Change? {
        state.withLock { state in
            defer { state.change = nil }
            return state.change
        }
    }

    var isHeld: Bool { state.withLock(\.isHeld) }

    /// The next messages in order: see `OutboxQueue.take`. What is left behind for want of room is not woken for.
    func takePending(limit: Int, bytes: Int = .max, window: Int = .max) -> [Message] {
        state.withLock { state in
            let batch = state.queue.take(limit: limit, bytes: bytes, window: window)
            state.takerWaits = state.queue.isEmpty
            return batch
        }
    }

    /// A connection was accepted: this message and all state wait to be sent.
    func connected(_ birth: Message) {
        change {
            $0.post([birth])
            $0.sendAgain()
        }
    }

    /// Takes back what a lost connection never confirmed.
    func takeBack(_ unconfirmed: [Message]) {
        if !unconfirmed.isEmpty { change { $0.takeBack(unconfirmed) } }
    }

    /// Replaces all that waits by the farewell, which ends with this message.
    func sayFarewell(_ will: Message) {
        change { $0.sayFarewell(will) }
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
