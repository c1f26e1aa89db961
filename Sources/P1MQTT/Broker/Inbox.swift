import DequeModule
import P1MQTTMeter
package import P1MQTTSystem

/// From the broker thread to the input thread: what happened at the broker, in order, and how the broker thread fares.
///
/// Bounded: of too many messages the oldest goes and is counted, as does one that is too large. What tells of the
/// connection outlives all messages.
package final class Inbox: Sendable {
    /// Bytes of one payload. The largest that is read is `bridge/info` of another bridge with a thousand meters.
    package static let maximumPayload = 1_000_000

    private let wake: WakeDescriptor
    private let state: Locked<State>

    private struct State: Sendable {
        var maximumEvents: Int
        var maximumBytes: Int
        var events: Deque<BrokerEvent> = []
        var bytes = 0
        var ignored = 0
        var counters = BrokerCounters()
        var pulse = Pulse()

        mutating func append(_ event: BrokerEvent) {
            events.append(event)
            bytes += event.size
            while events.count > maximumEvents || bytes > maximumBytes {
                let oldest = events.firstIndex { $0.message != nil } ?? events.startIndex
                bytes -= events.remove(at: oldest).size
                ignored += 1
            }
        }
    }

    /// - Parameters:
    ///   - wake: is woken when there is something to take after there was nothing.
    ///   - maximumEvents: that wait; a turn of the input thread takes them all.
    ///   - maximumBytes: of topics and payloads that wait.
    package init(wake: WakeDescriptor, maximumEvents: Int = 10_000, maximumBytes: Int = 4_000_000) {
        self.wake = wake
        state = Locked(State(maximumEvents: maximumEvents, maximumBytes: maximumBytes))
    }

    /// Makes room for the meters of another configuration.
    package func allow(events: Int, bytes: Int) {
        state.withLock { ($0.maximumEvents, $0.maximumBytes) = (events, bytes) }
    }

    package func post(_ event: BrokerEvent) {
        let isFirst = state.withLock { state in
            guard event.message?.payload.count ?? 0 <= Self.maximumPayload else {
                state.ignored += 1
                return false
            }
            defer { state.append(event) }
            return state.events.isEmpty
        }
        if isFirst { wake.wake() }
    }

    /// All that was posted since the last time, in order.
    package func take() -> [BrokerEvent] {
        state.withLock { state in
            defer { (state.events, state.bytes) = ([], 0) }
            return Array(state.events)
        }
    }

    // MARK: - How the broker thread fares

    /// To be called on each turn of the broker thread.
    /// - Parameter limit: milliseconds until the next turn at the latest.
    func beat(at now: Moment, limit: Int64, counters: BrokerCounters) {
        state.withLock { state in
            state.pulse.beat(at: now, limit: limit)
            state.counters = counters
        }
    }

    /// The sign of life of the broker thread.
    package var pulse: Pulse { state.withLock { $0.pulse } }

    package var counters: BrokerCounters {
        state.withLock { state in
            var counters = state.counters
            counters.ignored += state.ignored
            return counters
        }
    }
}
