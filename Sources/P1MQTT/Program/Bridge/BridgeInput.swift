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
    /// By topic, with the feed that each is read by.
    private let pushes: [String: (source: PushSource, feed: Feed)]
    /// The meters of topics with `+`.
    private let fleet: Fleet?
    private let birthTopic: String
    private let infoTopic: String
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
        let goesOn = earlier.map { $0.goesOn(in: settings) } ?? false
        let old = goesOn ? earlier : nil
        let all = settings.meterTopics
        claims = old?.claims ?? DiscoveryClaims()
        claims.order(all.map(\.prefix))
        memory = old?.memory ?? BrokerMemory(startedAt: now)
        let staying = Dictionary(uniqueKeysWithValues: (old?.meters ?? []).map { ($0.prefix, $0) }).filter {
            old?.kept.contains($0.key) ?? false
        }
        let joining = all.filter { staying[$0.prefix] == nil }
        let present = (old?.fleet?.members ?? [:]).values.map(\.topics).filter { old?.kept.contains($0.prefix) ?? false }
        memory.recall(
            settings.mqtt.retain ? joining : [], fleet: settings.mqtt.retain ? settings.fleetNames : nil, present: present, at: now)
        debugLog = old == nil && settings.debug.enabled ? DebugLog(settings.debug, logger: logger) : old?.debugLog
        let (memory, claims, debugLog) = (memory, claims, debugLog)
        func pipeline(_ meter: MeterSettings, _ reported: ReportLog = ReportLog(), from start: Moment? = nil) -> MeterPipeline {
            MeterPipeline(
                settings: meter, all: settings, outbox: surroundings.outbox, logger: logger, debugLog: debugLog, broker: memory,
                claims: claims, numbers: surroundings.numbers, reported: reported, from: start)
        }
        var pushes: [String: (source: PushSource, feed: Feed)] = [:]
        meters = zip(settings.namedMeters, all).map { meter, topics in
            if let same = staying[topics.prefix] {
                if case .mqtt(let topic) = meter.source { pushes[topic] = old?.pushes[topic] }
                return same
            }
            let pipeline = pipeline(meter)
            if case .mqtt(let topic) = meter.source {
                let source = PushSource(name: "mqtt topic \(topic)")
                let feed = Feed(source: source, consumer: pipeline)
                pushes[topic] = (source, feed)
                return (topics.prefix, pipeline, feed)
            }
            return (topics.prefix, pipeline, Feed(source: Self.source(of: meter, surroundings.resolver), consumer: pipeline))
        }
        self.pushes = pushes
        fleet = Fleet(settings, memory: memory, logger: logger, after: (old?.fleet, old?.kept ?? []), at: now) {
            pipeline($0, $1, from: $2)
        }
        birthTopic = settings.birthTopic
        infoTopic = settings.bridgeTopics.info
        reporter = BridgeReporter(
            identity: surroundings.identity, startedAt: earlier.map { _ in surroundings.started }, settings: settings,
            meters: meters.map { ($0.pipeline, $0.feed) }, fleet: fleet,
            outbox: surroundings.outbox, inbox: surroundings.inbox, broker: memory, logger: logger)
        let name = HealthAnswer.name(prefix: settings.mqtt.topicPrefix, clientId: settings.clientId)
        for (pipeline, _) in reporter.everyMeter { pipeline.goOn(in: settings) }
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
        let feeds = meters.map(\.feed) + (fleet?.members.values.map(\.feed) ?? [])
        var loop: InputLoop?
        let made = InputLoop(
            feeds: feeds, wake: surroundings.wake, isOpen: fleet != nil,
            onWake: { now in
                for event in self.surroundings.inbox.take() { if let loop { self.take(event, at: now, loop) } }
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
                if let (gone, due) = self.fleet?.turn(at: now) {
                    for member in gone { loop?.remove(member.feed) }
                    next = min(next, due)
                }
                return min(next, self.surroundings.notifier.turn(at: now) { self.reporter.status })
            })
        loop = made
        defer { loop = nil }
        var next: Settings?
        made.run {
            if !isStopping() { next = reload.take() }
            self.kept = next.map(self.staying) ?? []
            return next != nil || isStopping()
        } closing: {
            !self.keptFeeds.contains(ObjectIdentifier($0))
        }
        return next
    }

    private var keptFeeds: Set<ObjectIdentifier> {
        let all = meters.map { ($0.prefix, $0.feed) } + (fleet?.members.values.map { ($0.topics.prefix, $0.feed) } ?? [])
        return Set(all.filter { kept.contains($0.0) }.map { ObjectIdentifier($0.1) })
    }

    /// Whether another configuration is the same bridge, so that meters can go on in it.
    private func goesOn(in next: Settings) -> Bool { settings.isSameBridge(as: next) && staysAtBroker(of: next) }

    /// Whether what was said at the broker is what the next session finds: they have one in common, and none or such a one is
    /// connected.
    private func staysAtBroker(of next: Settings) -> Bool {
        settings.mqtt.sharesBroker(with: next.mqtt) && reporter.connectedTo.map(next.mqtt.brokers.contains) ?? true
    }

    /// Prefixes of the meters that another configuration has as they are.
    private func staying(in next: Settings) -> Set<String> {
        guard goesOn(in: next) else { return [] }
        let present = Dictionary(uniqueKeysWithValues: meters.map { ($0.prefix, $0.pipeline.settings) })
        let named = zip(next.meterTopics, next.namedMeters).filter { present[$0.prefix] == $1 }.map(\.0.prefix)
        let appeared = (fleet?.members ?? [:]).values.filter { member in
            next.fleetNames?.owns(member.name) ?? false && next.fleets.contains { $0.makesMeters(like: member.settings) }
        }.map(\.topics.prefix)
        return Set(named + appeared)
    }

    /// Takes what the broker said, and its messages.
    private func take(_ event: BrokerEvent, at now: Moment, _ loop: InputLoop) {
        if case .message(let message) = event, receiveTelegram(message, at: now, loop) { return }
        memory.note(event)
        reporter.note(event, at: now)
        switch event {
        case .message(let message): receive(message, at: now)
        case .recalled:
            // Meters whose telegrams have waited for that.
            for feed in pushes.values.map(\.feed) + (fleet?.members.values.map(\.feed) ?? []) { loop.refresh(feed) }
            if memory.ignored > 0 {
                logger.warning(
                    "there was no room for \(memory.ignored) retained documents of earlier meters; nothing is compared with them: raise maximumMeters"
                )
            }
        case .connected, .disconnected: break
        }
    }

    /// - Returns: whether a message is one of those that bring telegrams.
    private func receiveTelegram(_ message: BrokerMessage, at now: Moment, _ loop: InputLoop) -> Bool {
        if let push = pushes[message.topic] {
            // A retained telegram is an old one.
            if !message.isRetained { push.source.push(PushSource.withLineEnd(message.payload)) }
            loop.refresh(push.feed)
            return true
        }
        switch fleet?.receive(message, at: now) {
        case .foreign, nil: return false
        case .ignored: break
        case .pushed(let feed): loop.refresh(feed)
        case .appeared(let member): loop.add(member.feed)
        }
        return true
    }

    /// What is done with another message of a subscription.
    private func receive(_ message: BrokerMessage, at now: Moment) {
        if message.topic == birthTopic, message.payload == Array("online".utf8) { reporter.homeAssistantStarted(at: now) }
        if message.topic == infoTopic, !message.isRetained { reporter.heard(info: message.payload) }
    }

    private static func source(of meter: MeterSettings, _ resolver: NameResolver) -> any ByteSource {
        guard let source = SourceFactory.make(meter, resolver: resolver) else { preconditionFailure("a topic has no source of its own") }
        return source
    }

    // MARK: - Its end

    /// Takes back what is not true in the next configuration, and lets the broker thread begin the session of that one.
    /// - Returns: whether the present session says farewell.
    func makeRoom(for next: Settings, logger: Logger) -> Bool {
        let topics = next.homeAssistant == settings.homeAssistant ? Set(next.meterTopics.map(\.prefix)) : []
        if next.metrics.listen != settings.metrics.listen { metrics?.port.close() }
        for meter in meters where !kept.contains(meter.prefix) { meter.pipeline.leave(isGone: !topics.contains(meter.prefix)) }
        let isSameHome = next.homeAssistant == settings.homeAssistant && next.mqtt.topicPrefix == settings.mqtt.topicPrefix
        for member in (fleet?.members ?? [:]).values where !kept.contains(member.topics.prefix) {
            member.pipeline.leave(isGone: !(isSameHome && next.mayHave(member)))
        }
        if next.fleets.isEmpty { fleet?.leaveUnheard(at: .now()) }
        // Another prefix, or another number of this worker.
        let hasOtherTopics = next.bridgeTopics != settings.bridgeTopics
        if hasOtherTopics || next.homeAssistant != settings.homeAssistant { outbox.forget(reporter.retained) }
        let old = SessionPlan(settings)
        // At the same broker the next session sends what this one could not, and under the old topics nothing is left.
        if hasOtherTopics { outbox.forget([old.will.topic]) }
        let isSameBroker = staysAtBroker(of: next)
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
