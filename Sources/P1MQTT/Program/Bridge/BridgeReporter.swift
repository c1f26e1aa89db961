import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// What the bridge says of itself, on the input thread: `bridge/info` and `bridge/topics` when they changed,
/// `bridge/health` once a minute; and what it does when the broker reports something.
final class BridgeReporter {
    private static let minute: Int64 = 60_000
    /// How often a change is looked for; the first telegrams bring many.
    private static let look: Int64 = 1000
    /// Everything is sent again for Home Assistant at most so often, however often it says that it has started.
    private static let announcementPause: Int64 = 30_000
    /// Bytes of other programs' `bridge/info` that are read from one look to the next.
    private static let infoLimit = JSONReader.maximumSize

    let identity: BridgeIdentity
    let topics: BridgeTopics
    private let share: WorkerShare?
    private let discovery: BridgeDiscovery
    /// `nil` when nothing is announced.
    private let discoveryPrefix: String?
    /// Where the page of metrics is; `nil` without one.
    private let metricsAddress: String?
    typealias Meter = (pipeline: MeterPipeline, feed: Feed)
    private let meters: [Meter]
    private let fleet: Fleet?
    private var fleetPlaces = FleetPlaces()
    let outbox: Outbox
    let inbox: Inbox
    let broker: BrokerMemory
    private let keepsHistory: Bool
    private let logger: Logger

    /// Documents of an outage that are posted at a time, and milliseconds between two looks for room: a day of one
    /// meter follows within some seconds, and the outbox never holds many.
    private static let portion = 32
    private static let historyPause: Int64 = 50

    private var isAnnounced = false
    private var started: Int64?
    /// When everything is sent again for Home Assistant, which has started.
    private var announcement: Int64?
    private var lastAnnouncement: Int64?
    private var infoBytes = 0
    private var nextLook: Int64 = .min
    private var nextHealth: Int64 = .min
    private var nextHistory: Int64 = .min
    /// What was said last in `bridge/info` and `bridge/topics`; `nil` before, and where it is to be said again.
    private var lastStatus: BridgeStatus?
    /// The broker that took the last connection.
    private(set) var connectedTo: BrokerAddress?
    private var lastInfo: [UInt8] = []
    private var lastTopics: [UInt8] = []
    private var otherInstances: Set<String> = []
    /// Equipment ids of several meters that were reported.
    private var sharedIds: Set<String> = []
    /// Of those; ids come from the wire.
    private static let maximumSharedIds = 64
    private var watch: StateWatch
    private var corrections = LogBudget()

    init(
        identity: BridgeIdentity, startedAt started: Moment? = nil, settings: Settings, meters: [(pipeline: MeterPipeline, feed: Feed)],
        fleet: Fleet? = nil, outbox: Outbox, inbox: Inbox, broker: BrokerMemory, logger: Logger
    ) {
        self.identity = identity
        self.started = started?.monotonic
        topics = settings.bridgeTopics
        share = settings.share.share
        watch = StateWatch(topics, meters: meters.map(\.pipeline.publication.topics), fleet: settings.fleetNames)
        discovery = BridgeDiscovery(
            settings: settings.homeAssistant, prefix: topics.prefix, worker: topics.worker, version: P1MQTTCommand.version,
            meters: meters.map { DiscoveryTopics($0.pipeline.publication.topics) })
        discoveryPrefix = settings.homeAssistant.enabled ? settings.homeAssistant.prefix : nil
        metricsAddress = settings.metrics.listen?.description
        self.meters = meters
        self.fleet = fleet
        self.outbox = outbox
        self.inbox = inbox
        self.broker = broker
        keepsHistory = settings.publish.history
        self.logger = logger
    }

    /// Does what is due; returns the monotonic milliseconds of the next time.
    func turn(at now: Moment) -> Int64? {
        if !isAnnounced {
            isAnnounced = true
            started = started ?? now.monotonic
            outbox.post([discovery.message].compactMap(\.self))
        }
        if now.monotonic >= nextLook {
            nextLook = now.monotonic + Self.look
            infoBytes = 0
            reportChanges()
        }
        if let due = announcement, now.monotonic >= due {
            announcement = nil
            lastAnnouncement = now.monotonic
            // Discovery first, then availability, then values: what Home Assistant missed while it was away.
            outbox.sendAgain()
        }
        putRight(at: now)
        if now.monotonic >= nextHealth {
            nextHealth = now.monotonic + Self.minute
            post("health", BridgeDocuments.health(health(at: now)), qos: 0)
        }
        let historyDue = sendHistory(at: now) ? now.monotonic + Self.historyPause : .max
        return min(nextLook, nextHealth, announcement ?? .max, watch.due ?? .max, historyDue)
    }

    /// Those of the configuration, and those that have appeared.
    var everyMeter: [Meter] { meters + (fleet?.members.values.map { ($0.pipeline, $0.feed) } ?? []) }

    // MARK: - History

    /// Posts the next portion when the broker is there and has taken all before it.
    /// - Returns: whether there is more.
    private func sendHistory(at now: Moment) -> Bool {
        guard keepsHistory, !broker.isAway else { return false }
        guard now.monotonic >= nextHistory else { return true }
        nextHistory = now.monotonic + Self.historyPause
        guard outbox.counters.pending == 0 else { return hasHistory }
        for (pipeline, _) in everyMeter {
            let portion = pipeline.takeHistory(Self.portion)
            if portion.isEmpty { continue }
            outbox.post(portion)
            return hasHistory
        }
        return false
    }

    private var hasHistory: Bool {
        everyMeter.contains { $0.pipeline.publication.history.map { $0.count > 0 } ?? false }
    }

    /// Posts all that is left of it, at the end of the program.
    func sendRestOfHistory() {
        guard !broker.isAway else { return }
        for (pipeline, _) in everyMeter { outbox.post(pipeline.takeHistory(.max)) }
    }

    /// The status line that the service manager shows.
    var status: String {
        let telegrams = counts
        let connection = broker.isAway ? "No connection to the broker" : "Connected to the broker"
        return "\(connection); \(telegrams.good) telegrams read, \(telegrams.bad) refused"
    }

    /// What `p1mqtt health` is answered.
    var healthReport: HealthReport {
        HealthReport(
            broker: inbox.pulse, status: status,
            meters: everyMeter.map { pipeline, _ in
                let topics = pipeline.publication.topics
                return (pipeline.settings.name ?? topics.prefix, outbox.availability(topics.availability))
            })
    }

    private var counts: TelegramCounts { everyMeter.reduce(fleet?.earlierCounts ?? TelegramCounts()) { $0 + $1.pipeline.counts } }

    /// Topics to delete at a clean end: an emulated house leaves no device behind.
    var leftovers: [String] {
        discovery.message != nil && fleet == nil && meters.allSatisfy(\.pipeline.settings.isEmulated) ? [discovery.topic] : []
    }

    /// Topics to delete when the prefix is in the configuration no more.
    var retained: [String] { [discovery.topic] + ["info", "topics", "health"].map { "\(topics.root)/\($0)" } }

    private func reportChanges() {
        // Of many that appeared only the number is said.
        let isMany = meters.count + (fleet?.members.count ?? 0) > BridgeDiscovery.maximumMeters
        let hasNews = fleet.map { fleetPlaces.learn(from: $0) } ?? false
        let status = BridgeStatus(
            broker: connectedTo,
            meters: (isMany ? meters : everyMeter).map { pipeline, feed in
                MeterStatus(
                    name: pipeline.settings.name, topic: pipeline.publication.topics.prefix, source: feed.source.name, line: feed.evidence,
                    serve: pipeline.served?.address, identity: pipeline.publication.identity)
            }, fleets: fleet?.status ?? [])
        // The documents are made of nothing else that changes.
        guard status != lastStatus || hasNews else { return }
        lastStatus = status
        let info = BridgeDocuments.info(
            identity, version: P1MQTTCommand.version, discovery: discoveryPrefix, metrics: metricsAddress, share: share, status)
        if info != lastInfo { post("info", info) }
        if info != lastInfo || hasNews { reportSharedIds() }
        lastInfo = info
        let topics = BridgeDocuments.topics(
            meters.map { ($0.pipeline.publication.topics, $0.pipeline.publication.identity) }
                + (fleet == nil ? [] : [(fleetPlaces.topics(under: self.topics), fleetPlaces.identity)]))
        if topics != lastTopics { post("topics", topics) }
        lastTopics = topics
    }

    /// Two meters with one equipment id are two settings for one meter, or two meters that nobody gave ids of their own.
    private func reportSharedIds() {
        var first: [String: MeterPipeline] = [:]
        for (pipeline, _) in everyMeter {
            let identity = pipeline.publication.identity
            guard let id = identity.equipmentId, identity.serialNumber != nil, let other = first.updateValue(pipeline, forKey: id) else {
                continue
            }
            first[id] = other
            guard sharedIds.count < Self.maximumSharedIds, sharedIds.insert(id).inserted else { continue }
            let names = [other, pipeline].map { "\($0.settings.name ?? "the one without a name") (\($0.publication.topics.prefix))" }
            logger.warning(
                "two meters have the same equipment id \(id.sanitised): \(names[0]) and \(names[1]). If they are one, remove one of them from the configuration; Home Assistant gets a device for each"
            )
        }
    }

    private var historyDropped: Int? {
        let buffers = everyMeter.compactMap(\.pipeline.publication.history)
        return buffers.isEmpty ? nil : buffers.reduce(0) { $0 + $1.dropped }
    }

    private var served: (clients: Int, dropped: Int)? {
        let all = meters.compactMap(\.pipeline.served)
        return all.isEmpty ? nil : all.reduce((0, 0)) { ($0.0 + $1.readers, $0.1 + $1.dropped) }
    }

    // MARK: - On word from the broker

    func note(_ event: BrokerEvent, at now: Moment) {
        switch event {
        case .message(let message): watch.note(message, at: now)
        case .disconnected: watch.disconnected()
        case .recalled:
            outbox.post(watch.leftBehind(outbox.availability))
            outbox.release()
        case .connected(let broker):
            guard connectedTo != broker else { return }
            connectedTo = broker
            // With what goes out first on this connection, if nothing has yet.
            lastStatus = nil
            reportChanges()
        }
    }

    private func putRight(at now: Moment) {
        let wrong = watch.corrections(at: now, outbox.availability)
        guard !wrong.isEmpty else { return }
        outbox.post(wrong)
        guard let quiet = corrections.note(at: now) else { return }
        let topics = wrong.prefix(4).map(\.topic).joined(separator: ", ") + (wrong.count > 4 ? " and others" : "")
        logger.notice(
            "put right what another client, or the will of an earlier session, said on \(topics); if it comes again, look for a program that writes there\(quiet)"
        )
    }

    /// Home Assistant has started.
    func homeAssistantStarted(at now: Moment) {
        // Not at once: every bridge of the house hears this at the same moment.
        let earliest = lastAnnouncement.map { $0 + Self.announcementPause } ?? .min
        announcement = announcement ?? max(earliest, now.monotonic + .random(in: 500...3000))
    }

    /// A live instance has published its `bridge/info` under our prefix.
    func heard(info payload: [UInt8]) {
        infoBytes += payload.count
        guard infoBytes <= Self.infoLimit else { return }
        // Anybody may publish there: only another p1mqtt counts.
        guard let tree = try? JSONReader.read(payload), case .text(let instance)? = tree["instance"],
            instance != identity.instance
        else { return }
        watch.met(instance)
        guard otherInstances.count < 8, otherInstances.insert(instance).inserted else { return }
        let host: String = if case .text(let name)? = tree["host"] { "host \(name.sanitised)" } else { "another host" }
        logger.error(
            "another p1mqtt on \(host) publishes under the same prefix \(topics.prefix)\(share.map { " as worker \($0.worker)" } ?? ""): give one of them another \(share == nil ? "mqtt.topicPrefix" : "share.worker"), or stop it"
        )
        // Ours again, so that the other one notices too.
        (lastStatus, lastInfo) = (nil, [])
        nextLook = .min
    }

    private func health(at now: Moment) -> BridgeHealth {
        BridgeHealth(
            now: now, uptime: (now.monotonic - (started ?? now.monotonic)) / 1000,
            telegrams: counts, outbox: outbox.counters,
            clockOffsets: fleet != nil || meters.count > BridgeDiscovery.maximumMeters
                ? [] : meters.compactMap { pipeline, _ in pipeline.publication.clockOffset.map { (pipeline.settings.name ?? "", $0) } },
            broker: inbox.counters, historyDropped: historyDropped, served: served, memory: BridgeHealth.residentMemory(),
            fleet: fleet.map { fleet in
                FleetHealth(
                    meters: fleet.members.count, online: fleet.members.values.count { outbox.availability($0.topics.availability) == true },
                    forgotten: fleet.forgotten, refusals: fleet.refusals)
            })
    }

    /// All of it is retained, so that who comes later (or starts anew, as Home Assistant does) need not wait for it.
    private func post(_ level: String, _ payload: [UInt8], qos: CInt = 1) {
        outbox.post([Message(topic: "\(topics.root)/\(level)", payload: payload, qos: qos, retain: true, kind: .info)])
    }
}
