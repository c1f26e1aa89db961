import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem

/// What runs on the input thread with one configuration: sources, meters, and what the bridge says of itself. When the
/// configuration changes another one takes its place, and with it the meters that are the same in both.
final class BridgeInput {
    /// What stays while configurations come and go.
    struct Surroundings {
        let identity: BridgeIdentity
        let started: Moment
        let wake: WakeDescriptor
        let outbox: Outbox
        let inbox: Inbox
        let resolver: NameResolver
        let numbers: EventNumbers
        let notifier: SystemdNotifier
    }

    private typealias Meter = (prefix: String, pipeline: MeterPipeline, feed: Feed)

    private let settings: Settings
    private let surroundings: Surroundings
    private let logger: Logger
    private let memory: BrokerMemory
    private let claims: DiscoveryClaims
    private let debugLog: DebugLog?
    private let meters: [Meter]
    private let pushes: [String: PushSource]
    private let reporter: BridgeReporter
    private let health: HealthAnswer
    /// `nil` where no page is served.
    private let metrics: MetricsEndpoint?
    /// The meters that go on in the next one, by the prefix of their topics.
    private var kept: Set<String> = []

    private var outbox: Outbox { surroundings.outbox }

    /// - Parameter earlier: the one whose place this one takes: its `kept` meters go on here.
    init(_ settings: Settings, _ surroundings: Surroundings, logger: Logger, after earlier: BridgeInput? = nil, at now: Moment) {
        self.settings = settings
        self.surroundings = surroundings
        self.logger = logger
        let goesOn = earlier.map { $0.settings.isSameBridge(as: settings) } ?? false
        let old = goesOn ? earlier : nil
        let all = settings.meterTopics
        claims = old?.claims ?? DiscoveryClaims()
        claims.order(all.map(\.prefix))
        memory = old?.memory ?? BrokerMemory(startedAt: now)
        let staying = Dictionary(uniqueKeysWithValues: (old?.meters ?? []).map { ($0.prefix, $0) }).filter {
            old?.kept.contains($0.key) ?? false
        }
        let joining = all.filter { staying[$0.prefix] == nil }
        memory.recall(settings.mqtt.retain ? joining : [], at: now)
        debugLog = old == nil && settings.debug.enabled ? DebugLog(settings.debug, logger: logger) : old?.debugLog
        var pushes: [String: PushSource] = [:]
        for topic in settings.pushTopics { pushes[topic] = old?.pushes[topic] ?? PushSource(name: "mqtt topic \(topic)") }
        self.pushes = pushes
        let (memory, claims, debugLog) = (memory, claims, debugLog)
        meters = zip(settings.meters, all).map { meter, topics in
            if let same = staying[topics.prefix] { return same }
            let pipeline = MeterPipeline(
                settings: meter, all: settings, outbox: surroundings.outbox, logger: logger, debugLog: debugLog, broker: memory,
                claims: claims, numbers: surroundings.numbers)
            let feed = Feed(source: Self.source(of: meter, pushes, surroundings.resolver), consumer: pipeline)
            return (topics.prefix, pipeline, feed)
        }
        reporter = BridgeReporter(
            identity: surroundings.identity, startedAt: earlier.map { _ in surroundings.started }, settings: settings,
            meters: meters.map { ($0.pipeline, $0.feed) },
            outbox: surroundings.outbox, inbox: surroundings.inbox, broker: memory, logger: logger)
        let name = HealthAnswer.name(prefix: settings.mqtt.topicPrefix, clientId: SessionPlan(settings).clientId)
        for meter in meters { meter.pipeline.keepSamples(settings.metrics.listen != nil) }
        let served = earlier?.metrics.flatMap { $0.port.address == settings.metrics.listen ? $0 : nil }
        metrics = served ?? settings.metrics.listen.map { MetricsEndpoint(on: $0, logger: logger) }
        health = earlier.flatMap { $0.health.name == name ? $0.health : nil } ?? HealthAnswer(name: name)
    }

    // MARK: - Its run

    /// Runs until `isStopping` says so, every source is at its end, or there is another configuration.
    /// - Returns: that configuration.
    func run(until isStopping: () -> Bool, _ reload: Reload) -> Settings? {
        let served = meters.compactMap(\.pipeline.served?.port)
        metrics?.show(metrics: reporter.metrics, health: { [reporter] _ in reporter.healthReport })
        let loop = InputLoop(
            feeds: meters.map(\.feed), wake: surroundings.wake,
            onWake: { now in
                for event in self.surroundings.inbox.take() {
                    self.memory.note(event)
                    self.reporter.note(event, at: now)
                    if case .message(let message) = event { self.receive(message, at: now) }
                }
            },
            // A capture is read as fast as the broker takes it: it would be a pity to replay only the newest values.
            // While the broker is away there is nothing to look for: its return wakes the loop.
            pause: { self.outbox.isEmpty ? nil : self.memory.isAway ? .max : 2 },
            visitors: [health.visitors { self.reporter.healthReport.text(at: $0) }] + served.map(\.visitor)
                + (metrics.map { [$0.port.visitor] } ?? []),
            everyTurn: { now in
                var next = min(self.reporter.turn(at: now) ?? .max, self.health.turn(at: now))
                for port in served { next = min(next, port.turn(at: now)) }
                if let metrics = self.metrics { next = min(next, metrics.port.turn(at: now)) }
                return min(next, self.surroundings.notifier.turn(at: now) { self.reporter.status })
            })
        var next: Settings?
        loop.run {
            if !isStopping() { next = reload.take() }
            self.kept = next.map(self.staying) ?? []
            return next != nil || isStopping()
        } closing: {
            !self.kept.contains(self.meters[$0].prefix)
        }
        return next
    }

    /// Prefixes of the meters that another configuration has as they are.
    private func staying(in next: Settings) -> Set<String> {
        guard settings.isSameBridge(as: next) else { return [] }
        let present = Dictionary(uniqueKeysWithValues: meters.map { ($0.prefix, $0.pipeline.settings) })
        return Set(zip(next.meterTopics, next.meters).filter { present[$0.prefix] == $1 }.map(\.0.prefix))
    }

    /// What is done with a message of a subscription.
    private func receive(_ message: BrokerMessage, at now: Moment) {
        // A retained telegram is an old one.
        if let source = pushes[message.topic], !message.isRetained { source.push(Self.withLineEnd(message.payload)) }
        if message.topic == settings.birthTopic, message.payload == Array("online".utf8) { reporter.homeAssistantStarted(at: now) }
        if message.topic == settings.infoTopic, !message.isRetained { reporter.heard(info: message.payload) }
    }

    /// A telegram whose last line end its publisher left out would wait for the next one.
    static func withLineEnd(_ payload: [UInt8]) -> [UInt8] {
        let isWhole = payload.first == UInt8(ascii: "/") && payload.contains(UInt8(ascii: "!"))
        return isWhole && payload.last != UInt8(ascii: "\n") ? payload + Array("\r\n".utf8) : payload
    }

    private static func source(of meter: MeterSettings, _ pushes: [String: PushSource], _ resolver: NameResolver) -> any ByteSource {
        if case .mqtt(let topic) = meter.source, let push = pushes[topic] { return push }
        guard let source = SourceFactory.make(meter, resolver: resolver) else { preconditionFailure("every topic has its source") }
        return source
    }

    // MARK: - Its end

    /// Takes back what is not true in the next configuration, and lets the broker thread begin the session of that one.
    /// - Returns: whether the present session says farewell.
    func makeRoom(for next: Settings, logger: Logger) -> Bool {
        let topics = next.homeAssistant == settings.homeAssistant ? Set(next.meterTopics.map(\.prefix)) : []
        if next.metrics.listen != settings.metrics.listen { metrics?.port.close() }
        for meter in meters where !kept.contains(meter.prefix) { meter.pipeline.leave(isGone: !topics.contains(meter.prefix)) }
        let hasOtherPrefix = next.mqtt.topicPrefix != settings.mqtt.topicPrefix
        if hasOtherPrefix || next.homeAssistant != settings.homeAssistant { outbox.forget(reporter.retained) }
        let old = SessionPlan(settings)
        // At the same broker the next session sends what this one could not, and under the old prefix nothing is left.
        if hasOtherPrefix { outbox.forget([old.will.topic]) }
        let isSameBroker = settings.mqtt.sharesBroker(with: next.mqtt)
        if !isSameBroker { outbox.forget(reporter.leftovers) }
        outbox.change(
            to: SessionPlan.Change(
                settings: next.mqtt, plan: SessionPlan(next), farewell: isSameBroker ? nil : old.will, logger: logger))
        return !isSameBroker
    }

    /// The end of the program.
    func end() {
        reporter.sendRestOfHistory()
        outbox.forget(meters.flatMap(\.pipeline.publication.leftovers) + reporter.leftovers)
    }
}

extension Settings {
    /// Whether two configurations differ in nothing but their meters, the page of metrics and how the broker is logged in to,
    /// so that meters that are in both can go on.
    fileprivate func isSameBridge(as other: Settings) -> Bool {
        mqtt.sharesBroker(with: other.mqtt) && commonPart == other.commonPart
    }

    private var commonPart: Settings {
        var part = self
        (part.meters, part.brokerURL, part.metrics) = ([], nil, MetricsSettings())
        let mqtt = MQTTSettings()
        (part.mqtt.hosts, part.mqtt.port) = (mqtt.hosts, mqtt.port)
        (part.mqtt.version, part.mqtt.clientId, part.mqtt.tls) = (mqtt.version, mqtt.clientId, mqtt.tls)
        (part.mqtt.username, part.mqtt.password, part.mqtt.passwordFile) = (nil, nil, nil)
        return part
    }

    var meterTopics: [MeterTopics] { meters.map { MeterTopics(bridgePrefix: mqtt.topicPrefix, meterName: $0.name) } }
    fileprivate var birthTopic: String { homeAssistant.prefix + "/status" }
    fileprivate var infoTopic: String { mqtt.topicPrefix + "/bridge/info" }
    /// Topics of telegrams that come over the broker.
    fileprivate var pushTopics: [String] { meters.compactMap { if case .mqtt(let topic) = $0.source { topic } else { nil } } }
}

extension SessionPlan {
    /// The session that a configuration asks for.
    init(_ settings: Settings) {
        let (prefix, meters) = (settings.mqtt.topicPrefix, settings.meterTopics)
        let filters =
            [settings.infoTopic] + (settings.homeAssistant.enabled ? [settings.birthTopic] : []) + Set(settings.pushTopics).sorted()
        let watched = StateWatch(bridgePrefix: prefix, meters: meters).filters
        let clientId = settings.mqtt.clientId ?? BridgeIdentity.clientId(prefix: prefix)
        self.init(
            clientId: clientId, state: prefix + "/bridge/state",
            // What is retained comes at once with quality of service 0, and within the broker's window else.
            subscriptions: filters.map { .init($0) } + watched.map { .init($0, qos: 0) },
            // Also where there is nothing to recall: its end shows that the broker has sent all that it keeps.
            recall: BrokerMemory.filters(meters), lock: settings.mqtt.lock(clientId: clientId))
    }
}
