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
    private let state = Locked((items: [Item](), dropped: 0))
    private let wake: WakeDescriptor

    init(wake: WakeDescriptor) {
        self.wake = wake
    }

    func post(_ item: Item) {
        state.withLock { state in
            if state.items.count < Self.limit { state.items.append(item) } else { state.dropped += 1 }
        }
        wake.wake()
    }

    func take() -> [Item] {
        state.withLock { state in
            defer { state.items.removeAll(keepingCapacity: true) }
            return state.items
        }
    }

    var dropped: Int { state.withLock { $0.dropped } }
}
