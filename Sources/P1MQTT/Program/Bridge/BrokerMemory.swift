import P1MQTTBroker
import P1MQTTMeter

/// What the input thread knows of the broker from its events: whether it is there, and the documents that an earlier run
/// left at it, which count as the values before the first telegram. Lives on the input thread.
final class BrokerMemory {
    /// Bytes; a document is some kilobytes, and what is far larger is none of ours.
    static let maximumSize = 64 * 1024
    /// Up to this many meters each document is asked for by its name, which a broker's access list is more likely to allow.
    private static let maximumNames = 16

    /// When the program was started, or the meters joined, from when on earlier documents are waited for.
    private(set) var started: Moment
    /// Away until the first connection is ready: a round trip after it was accepted.
    private(set) var isAway = true
    /// Whether no document of an earlier run will come any more.
    private(set) var isRecallOver: Bool
    /// Where the documents are, one for each meter.
    private var topics: Set<String>
    private var documents: [String: [UInt8]] = [:]

    /// - Parameter meters: those whose earlier documents are asked for.
    init(recalling meters: [MeterTopics] = [], startedAt now: Moment) {
        started = now
        topics = Set(meters.map(\.document))
        isRecallOver = meters.isEmpty
    }

    /// Waits for the earlier documents of meters that joined while the program runs.
    func recall(_ meters: [MeterTopics], at now: Moment) {
        started = now
        topics = Set(meters.map(\.document))
        isRecallOver = meters.isEmpty
    }

    func note(_ event: BrokerEvent) {
        switch event {
        case .connected: isAway = false
        case .disconnected: isAway = true
        case .recalled: isRecallOver = true
        case .message(let message):
            guard message.isRetained, !isRecallOver, message.payload.count <= Self.maximumSize, topics.contains(message.topic)
            else { return }
            documents[message.topic] = message.payload
        }
    }

    /// The document of an earlier run on a topic, once.
    func takeDocument(_ topic: String) -> [UInt8]? { documents.removeValue(forKey: topic) }

    /// What to subscribe to for the documents of these meters.
    static func filters(_ meters: [MeterTopics]) -> [String] {
        guard meters.count > maximumNames else { return meters.map(\.document) }
        let named = meters.first { $0.prefix != $0.bridgePrefix }.map { [$0.bridgePrefix + "/+/json"] } ?? []
        return meters.filter { $0.prefix == $0.bridgePrefix }.map(\.document) + named
    }
}
