import P1MQTTMeter
import P1MQTTSystem

/// What the broker thread has for the input thread: messages of subscriptions and the state of the connection.
/// Bounded: past the limit the newest is dropped and counted.
final class BridgeInbox: Sendable {
    enum Item: Sendable, Equatable {
        /// Home Assistant has started.
        case homeAssistantOnline
        /// A live instance published its `bridge/info` under our prefix.
        case bridgeInfo([UInt8])
    }

    private static let limit = 64
    private static let byteLimit = 2 * JSONReader.maximumSize
    private let state = Locked((items: [Item](), bytes: 0, dropped: 0))
    private let wake: WakeDescriptor

    init(wake: WakeDescriptor) {
        self.wake = wake
    }

    func post(_ item: Item) {
        let size = if case .bridgeInfo(let payload) = item { payload.count } else { 0 }
        state.withLock { state in
            guard state.items.count < Self.limit, state.bytes + size <= Self.byteLimit else {
                state.dropped += 1
                return
            }
            state.items.append(item)
            state.bytes += size
        }
        wake.wake()
    }

    func take() -> [Item] {
        state.withLock { state in
            defer {
                state.items.removeAll(keepingCapacity: true)
                state.bytes = 0
            }
            return state.items
        }
    }

    var dropped: Int { state.withLock { $0.dropped } }
}
