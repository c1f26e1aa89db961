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

/// The first documents of a meter, while it is not known what an earlier run published, which comes before them.
struct WaitingDocuments {
    /// Milliseconds that they wait at most. A broker in the house answers within 10, one behind a slow link within some
    /// hundred; one that is away does not answer at all, and then the values would not be published in that second anyway.
    static let limit: Int64 = 1000
    /// So many wait at most; a capture brings many at once.
    static let maximum = 64

    private var documents: [(document: Document, at: Moment)] = []
    private var until: Int64?

    /// When they have waited long enough, monotonic milliseconds; `nil` when none waits.
    var deadline: Int64? { documents.isEmpty ? nil : until }

    /// Adds one. Returns whether nothing is waited for any longer.
    mutating func add(_ document: Document, at now: Moment) -> Bool {
        let until = until ?? now.monotonic + Self.limit
        self.until = until
        documents.append((document, now))
        return now.monotonic >= until || documents.count >= Self.maximum
    }

    mutating func take() -> [(document: Document, at: Moment)] {
        defer { documents = [] }
        return documents
    }
}
