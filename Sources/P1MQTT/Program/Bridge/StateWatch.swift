import P1MQTTBroker
import P1MQTTMeter

/// What the broker keeps under the topics that say whether the program and its meters are there, compared with the truth:
/// a pure value that decides what is to be said again, and when.
///
/// Others write there too: an earlier run that was killed, the will of a session that died elsewhere, which speaks minutes
/// later, or a hand. While another instance under the same prefix lives, its truth is another one, and nothing is put right:
/// the two would contradict each other without end.
struct StateWatch {
    /// Milliseconds for our own messages to come back from the broker, which are told from others' by what they say alone.
    private static let patience: Int64 = 1000
    /// Milliseconds between two corrections at least.
    private static let pause: Int64 = 10_000
    /// Up to this many meters each is listened to by its name, which a broker's access list is more likely to allow.
    private static let maximumNames = 16
    /// Instances that are remembered.
    private static let maximumInstances = 8

    /// Says whether the program is there.
    private let state: String
    private let topics: Set<String>
    /// Meters that may appear, whose topics are in no list.
    private let fleet: FleetNames?
    /// What to subscribe to.
    let filters: [String]

    /// What the broker has on topics whose message was not compared yet: whether it is `online`.
    private var news: [String: Bool] = [:]
    /// Instances that live, by what they said of themselves.
    private var others: Set<String> = []
    private var last: Int64?
    /// When the news are to be compared with the truth; monotonic milliseconds.
    private(set) var due: Int64?

    /// - Parameter fleet: meters that may appear.
    init(_ bridge: BridgeTopics, meters: [MeterTopics], fleet: FleetNames? = nil) {
        let bridgePrefix = bridge.prefix
        state = bridge.state
        self.fleet = fleet
        topics = Set([state] + meters.flatMap { meter in [meter.availability] + (1...4).map(meter.mbusAvailability) })
        let named = meters.filter { $0.prefix != bridgePrefix }
        let prefixes = named.count > Self.maximumNames || fleet != nil ? [bridgePrefix + "/+"] : named.map(\.prefix)
        let all = meters.filter { $0.prefix == bridgePrefix }.map(\.prefix) + prefixes
        filters = [state] + all.flatMap { [$0 + "/availability", $0 + "/mbus/+/availability"] }
    }

    // MARK: - What happens

    /// A message of the broker; those on other topics are nothing here.
    mutating func note(_ message: BrokerMessage, at now: Moment) {
        guard topics.contains(message.topic) || isOfFleet(message.topic) else { return }
        let isOnline = message.payload == Array("online".utf8)
        news[message.topic] = isOnline
        // Whoever said that there is no program under this prefix was one, or its will. Ours says so at our end only.
        if message.topic == state, !isOnline, !message.isRetained { others = [] }
        if others.isEmpty { due = due ?? max(now.monotonic + Self.patience, last.map { $0 + Self.pause } ?? .min) }
    }

    /// Whether a topic is about a meter that may appear. What others write there takes no more room than the meters would.
    private func isOfFleet(_ topic: String) -> Bool {
        guard let fleet, fleet.name(inAvailability: topic) != nil else { return false }
        return news.count < topics.count + 5 * fleet.maximum || news[topic] != nil
    }

    /// Another instance lives.
    mutating func met(_ instance: String) {
        if others.count < Self.maximumInstances { others.insert(instance) }
        due = nil
    }

    /// The connection has ended: all state is sent again with the next one.
    mutating func disconnected() {
        news = [:]
        due = nil
    }

    // MARK: - What is to be said

    /// What an earlier run left is known, and nothing was sent yet: what is to be said before the program says that it is there.
    /// - Parameter truth: whether what a topic is about is there; `nil` where that is not known.
    func leftBehind(_ truth: (String) -> Bool?) -> [Message] {
        let stale = news.filter { $0.key != state && $0.value && truth($0.key) == nil }
        return stale.keys.sorted().map { .availability($0, isOnline: false) }
    }

    /// What others changed, once it is due.
    mutating func corrections(at now: Moment, _ truth: (String) -> Bool?) -> [Message] {
        guard let due, due <= now.monotonic else { return [] }
        self.due = nil
        let wrong = news.sorted { $0.key < $1.key }.compactMap { topic, isOnline -> Message? in
            if topic == state { return isOnline ? nil : .availability(topic, isOnline: true, kind: .bridge) }
            let isThere = truth(topic)
            if isThere ?? false == isOnline { return nil }
            // What none of our meters has said is put right once and not kept: whoever may write here could fill the outbox.
            return .availability(topic, isOnline: isThere ?? false, kind: isThere == nil ? .passing : .availability)
        }
        news = [:]
        if !wrong.isEmpty { last = now.monotonic }
        return wrong
    }
}
