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
    /// Meters that may appear, whose documents are asked for too.
    private var fleet: FleetNames?
    /// Where the documents of those are that are there already.
    private var present: Set<String> = []
    /// Bytes that documents of meters that may appear take at most, for each; most are some 2 kB.
    private static let sizeEach = 8 * 1024
    private var bytes = 0
    /// Documents that there was no room for.
    private(set) var ignored = 0
    private var documents: [String: [UInt8]] = [:]

    /// - Parameter meters: those whose earlier documents are asked for.
    init(recalling meters: [MeterTopics] = [], startedAt now: Moment) {
        started = now
        topics = Set(meters.map(\.document))
        isRecallOver = meters.isEmpty
    }

    /// Waits for the earlier documents of meters that joined while the program runs.
    /// - Parameters:
    ///   - fleet: meters that may appear.
    ///   - present: those of them that are there already.
    func recall(_ meters: [MeterTopics], fleet: FleetNames? = nil, present: [MeterTopics] = [], at now: Moment) {
        started = now
        topics = Set(meters.map(\.document))
        self.fleet = fleet
        self.present = Set(present.map(\.document))
        ignored = 0
        isRecallOver = meters.isEmpty && fleet == nil
    }

    func note(_ event: BrokerEvent) {
        switch event {
        case .connected: isAway = false
        case .disconnected: isAway = true
        case .recalled: isRecallOver = true
        case .message(let message):
            guard message.isRetained, !isRecallOver, message.payload.count <= Self.maximumSize else { return }
            if topics.contains(message.topic) || hasRoom(for: message) { documents[message.topic] = message.payload }
        }
    }

    /// Whether a document is that of a meter that may appear, and there is room for it.
    private func hasRoom(for message: BrokerMessage) -> Bool {
        guard let fleet, fleet.name(in: message.topic, before: "/json") != nil, !present.contains(message.topic) else { return false }
        // One that has not appeared since an earlier look comes again.
        let known = documents[message.topic]
        let size = message.payload.count - (known?.count ?? 0)
        guard known != nil || documents.count < topics.count + fleet.maximum, bytes + size <= fleet.maximum * Self.sizeEach
        else {
            ignored += 1
            return false
        }
        bytes += size
        return true
    }

    /// The document of an earlier run on a topic, once.
    func takeDocument(_ topic: String) -> [UInt8]? {
        guard let document = documents.removeValue(forKey: topic) else { return nil }
        if !topics.contains(topic) { bytes -= document.count }
        return document
    }

    /// Names of meters of an earlier run that have not appeared.
    var unheard: [String] {
        guard let fleet else { return [] }
        return documents.keys.filter { !topics.contains($0) }.compactMap { fleet.name(in: $0, before: "/json") }.sorted()
    }

    /// When the telegram of a document of an earlier run was sent, in milliseconds since 1970; `nil` where it does not say.
    func timeOfDocument(_ topic: String) -> Int64? {
        // One that is no JSON says nothing.
        guard let document = documents[topic], let tree = try? JSONReader.read(document) else { return nil }
        return tree["timestamp"]?.text.flatMap(UTCTime.secondsSince1970).map { $0 * 1000 }
    }

    /// What to subscribe to for the documents of these meters.
    /// - Parameter fleet: the prefix of meters that may appear.
    static func filters(_ meters: [MeterTopics], fleet: String? = nil) -> [String] {
        guard meters.count > maximumNames || fleet != nil else { return meters.map(\.document) }
        let prefix = fleet ?? meters.first { $0.prefix != $0.bridgePrefix }?.bridgePrefix
        let named = prefix.map { [$0 + "/+/json"] } ?? []
        return meters.filter { $0.prefix == $0.bridgePrefix }.map(\.document) + named
    }
}
