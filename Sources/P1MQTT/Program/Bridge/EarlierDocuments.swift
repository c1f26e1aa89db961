import P1Parser

import P1MQTTMeter
import P1MQTTSystem

/// The documents that an earlier run left at the broker, on their way from the broker thread to the pipelines, where
/// they count as the values before the first telegram. At most one for each meter.
///
/// It is over when the first connection has been asked for them, whatever came.
final class EarlierDocuments: Sendable {
    /// A document is some kilobytes; what is far larger is none of ours.
    static let maximumSize = 64 * 1024

    /// Up to this many meters each topic is asked for by its name, which a broker's access list is more likely to allow.
    private static let maximumNames = 16

    private let filters: [String]
    private let state: Locked<State>

    private struct State: Sendable {
        var awaited: Set<String>
        var documents: [String: [UInt8]] = [:]
        var isOver = false
    }

    init(_ topics: [MeterTopics]) {
        let documents = topics.map(\.document)
        if documents.count <= Self.maximumNames {
            filters = documents
        } else {
            let named = topics.first { $0.prefix != $0.bridgePrefix }.map { [$0.bridgePrefix + "/+/json"] } ?? []
            filters = topics.filter { $0.prefix == $0.bridgePrefix }.map(\.document) + named
        }
        state = Locked(State(awaited: Set(documents)))
    }

    /// What to subscribe to on a new connection.
    var wanted: [String] { isOver ? [] : filters }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// A retained message has come.
    func offer(_ payload: [UInt8], on topic: String) {
        guard payload.count <= Self.maximumSize else { return }
        state.withLock { state in
            if !state.isOver, state.awaited.contains(topic) { state.documents[topic] = payload }
        }
    }

    /// The broker has sent all it had.
    func end() {
        state.withLock { $0.isOver = true }
    }

    /// The earlier document on a topic, once.
    func take(_ topic: String) -> [UInt8]? {
        state.withLock { $0.documents.removeValue(forKey: topic) }
    }
}

/// The first telegrams of a meter, while it is not known what an earlier run published, which comes before them.
struct WaitingTelegrams {
    /// Milliseconds from the start of the program after which they wait no longer. A broker in the house answers within 10,
    /// one behind a slow link within some hundred; what comes later is ignored.
    static let limit: Int64 = 2000
    /// So many wait at most; a capture brings many at once.
    static let maximum = 10

    private(set) var telegrams: [(telegram: Telegram, at: Moment)] = []
    /// When they have waited long enough, monotonic milliseconds.
    let deadline: Int64

    /// - Parameter start: of the program.
    init(from start: Moment) {
        deadline = start.monotonic + Self.limit
    }

    /// Adds one. Returns whether the wait is over.
    mutating func add(_ telegram: Telegram, at now: Moment) -> Bool {
        telegrams.append((telegram, now))
        return now.monotonic >= deadline || telegrams.count > Self.maximum
    }
}
