import Logging

/// What the bridge says of itself, on the input thread: `bridge/info` and `bridge/topics` when they changed,
/// `bridge/health` once a minute; and what it does on word from the broker.
final class BridgeReporter {
    private static let minute: Int64 = 60_000
    /// How often a change is looked for; the first telegrams bring many.
    private static let look: Int64 = 1000

    private let identity: BridgeIdentity
    private let prefix: String
    private let meters: [(pipeline: MeterPipeline, feed: Feed)]
    private let outbox: Outbox
    private let inbox: BridgeInbox
    private let brokerCounters: () -> BrokerCounters
    private let logger: Logger

    private var started: Int64?
    private var nextLook: Int64 = .min
    private var nextHealth: Int64 = .min
    private var lastInfo: [UInt8] = []
    private var lastTopics: [UInt8] = []
    private var otherInstances: Set<String> = []

    init(
        identity: BridgeIdentity, prefix: String, meters: [(pipeline: MeterPipeline, feed: Feed)], outbox: Outbox,
        inbox: BridgeInbox, brokerCounters: @escaping () -> BrokerCounters, logger: Logger
    ) {
        self.identity = identity
        self.prefix = prefix
        self.meters = meters
        self.outbox = outbox
        self.inbox = inbox
        self.brokerCounters = brokerCounters
        self.logger = logger
    }

    /// Does what is due; returns the monotonic milliseconds of the next time.
    func turn(at now: Moment) -> Int64? {
        if started == nil { started = now.monotonic }
        for item in inbox.take() { handle(item) }
        if now.monotonic >= nextLook {
            nextLook = now.monotonic + Self.look
            reportChanges()
        }
        if now.monotonic >= nextHealth {
            nextHealth = now.monotonic + Self.minute
            post("health", BridgeDocuments.health(health(at: now)), retain: false, kind: .passing)
        }
        return min(nextLook, nextHealth)
    }

    private func reportChanges() {
        let status = meters.map { pipeline, feed in
            MeterStatus(
                name: pipeline.settings.name, topic: pipeline.topics.prefix, source: feed.source.name, line: feed.evidence,
                identity: pipeline.identity)
        }
        let info = BridgeDocuments.info(identity, version: P1MQTTCommand.version, meters: status)
        if info != lastInfo { post("info", info, retain: true, kind: .info) }
        lastInfo = info
        let topics = BridgeDocuments.topics(meters.map { ($0.pipeline.topics, $0.pipeline.identity) })
        if topics != lastTopics { post("topics", topics, retain: true, kind: .info) }
        lastTopics = topics
    }

    private func handle(_ item: BridgeInbox.Item) {
        switch item {
        case .homeAssistantOnline: break
        case .bridgeInfo(let payload): notice(payload)
        }
    }

    /// Another instance that publishes under our prefix, right now.
    private func notice(_ payload: [UInt8]) {
        guard let tree = try? JSONReader.read(payload), case .text(let instance)? = tree["instance"],
            instance != identity.instance, otherInstances.count < 8, otherInstances.insert(instance).inserted
        else { return }
        let host: String = if case .text(let name)? = tree["host"] { "host \(name.sanitised)" } else { "another host" }
        logger.error(
            "another p1mqtt on \(host) publishes under the same prefix \(prefix): give one of them another mqtt.topicPrefix, or stop it")
        // So that the other one notices too.
        post("info", lastInfo, retain: true, kind: .info)
    }

    private func health(at now: Moment) -> BridgeHealth {
        BridgeHealth(
            now: now, uptime: (now.monotonic - (started ?? now.monotonic)) / 1000,
            telegrams: meters.reduce(TelegramCounts()) { $0 + $1.pipeline.counts }, outbox: outbox.counters,
            broker: brokerCounters(), memory: BridgeHealth.residentMemory())
    }

    private func post(_ level: String, _ payload: [UInt8], retain: Bool, kind: Message.Kind) {
        outbox.post([Message(topic: "\(prefix)/bridge/\(level)", payload: payload, qos: retain ? 1 : 0, retain: retain, kind: kind)])
    }
}
