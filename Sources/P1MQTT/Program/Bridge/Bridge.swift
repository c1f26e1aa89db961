import FoundationEssentials
import Glibc
import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser
import ServiceLifecycle
import UnixSignals

/// The service as a whole: what is made, what is connected to what, and in which order it starts and stops.
///
///     Input → bytes → MeterPipeline (reader, complete document, what is due) → Outbox → BrokerLoop → libmosquitto
///     libmosquitto → BrokerLoop → Inbox → Input
///
/// Outbox and inbox are all that the two threads share.
struct Bridge {
    private let settings: Settings
    private let logger: Logger
    private let started: Moment
    private let identity: BridgeIdentity
    private let meterTopics: [MeterTopics]
    private let inputWake = WakeDescriptor()
    private let outbox: Outbox
    private let inbox: Inbox

    init(_ settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
        started = .now()
        identity = BridgeIdentity(startedAt: started)
        // At the start every source reports that it is connected, before the broker is; a power cut is an event of each meter.
        outbox = Outbox(maximumEvents: 100 + settings.meters.count, isHeld: true)
        meterTopics = settings.meters.map { MeterTopics(bridgePrefix: settings.mqtt.topicPrefix, meterName: $0.name) }
        inbox = Inbox(wake: inputWake)
    }

    /// Runs until SIGTERM, SIGINT or SIGHUP, or until every source is at its end.
    func run() async throws {
        let limit = DescriptorLimit.raise()
        let needed = settings.meters.count + DescriptorLimit.own
        // 0: not known, as where a filter of system calls hides it.
        if limit > 0, limit < needed {
            logger.warning(
                "only \(limit) files may be open, \(settings.meters.count) meters need \(needed); raise it (\(DescriptorLimit.remedy))"
            )
        }
        let pace = BrokerPace()
        let broker = ThreadService(named: "broker", limit: pace.shutdown, wake: outbox.wake) { isStopping in
            BrokerLoop(settings: settings.mqtt, plan: plan, outbox: outbox, inbox: inbox, logger: logger, pace: pace)
                .run(until: isStopping)
        }
        let input = ThreadService(named: "input", limit: Self.inputLimit, wake: inputWake) { runInput(until: $0) }
        // Stopped in the reverse order: first no new telegrams, then the farewell.
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: broker),
                .init(service: input, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: Self.endingSignals, logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    /// Without SIGHUP where whoever started the program had it ignored, as `nohup` does.
    private static var endingSignals: [UnixSignal] {
        var hangUp = sigaction()
        sigaction(SIGHUP, nil, &hangUp)
        let isIgnored = unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        return [.sigterm, .sigint] + (isIgnored ? [] : [.sighup])
    }

    /// Milliseconds that the input thread may take to end.
    private static let inputLimit: Int64 = 1000

    // MARK: - The broker

    private var prefix: String { settings.mqtt.topicPrefix }
    private var birthTopic: String { settings.homeAssistant.prefix + "/status" }
    private var infoTopic: String { prefix + "/bridge/info" }

    private var plan: SessionPlan {
        let filters = [infoTopic] + (settings.homeAssistant.enabled ? [birthTopic] : []) + Set(pushTopics).sorted()
        let watched = StateWatch(bridgePrefix: prefix, meters: meterTopics).filters
        let clientId = settings.mqtt.clientId ?? BridgeIdentity.clientId(prefix: prefix)
        return SessionPlan(
            clientId: clientId, state: prefix + "/bridge/state",
            // What is retained comes at once with quality of service 0, and within the broker's window else.
            subscriptions: filters.map { .init($0) } + watched.map { .init($0, qos: 0) },
            // Also where there is nothing to recall: its end shows that the broker has sent all that it keeps.
            recall: BrokerMemory.filters(meterTopics), lock: settings.mqtt.lock(clientId: clientId))
    }

    /// Topics of telegrams that come over the broker.
    private var pushTopics: [String] { settings.meters.compactMap { if case .mqtt(let topic) = $0.source { topic } else { nil } } }

    /// The meters of which an earlier run may have left a document at the broker.
    private var recalledMeters: [MeterTopics] { settings.mqtt.retain ? meterTopics : [] }

    // MARK: - The input

    /// The input thread: everything that lives on it is made here.
    private func runInput(until isStopping: () -> Bool) {
        let resolver = NameResolver(wake: inputWake)
        let memory = BrokerMemory(recalling: recalledMeters, startedAt: started)
        let pushes = Dictionary(pushTopics.map { ($0, PushSource(name: "mqtt topic \($0)")) }, uniquingKeysWith: { first, _ in first })
        let debugLog = settings.debug.enabled ? DebugLog(settings.debug, logger: logger) : nil
        let claims = DiscoveryClaims(meters: settings.meters.map { MeterTopics(bridgePrefix: prefix, meterName: $0.name).prefix })
        let numbers = EventNumbers(startedAt: started)
        let meters = settings.meters.map { meter in
            let pipeline = MeterPipeline(
                settings: meter, all: settings, outbox: outbox, logger: logger, debugLog: debugLog, broker: memory, claims: claims,
                numbers: numbers)
            return (pipeline: pipeline, feed: Feed(source: source(of: meter, pushes, resolver), consumer: pipeline))
        }
        let reporter = BridgeReporter(
            identity: identity, settings: settings, meters: meters, outbox: outbox, inbox: inbox, broker: memory, logger: logger)
        let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment, inbox: inbox, logger: logger)
        let health = HealthAnswer(name: HealthAnswer.name(prefix: prefix, clientId: plan.clientId))
        let loop = InputLoop(
            feeds: meters.map(\.feed), wake: inputWake,
            onWake: { now in
                for event in inbox.take() {
                    memory.note(event)
                    reporter.note(event, at: now)
                    if case .message(let message) = event { receive(message, pushes, reporter, at: now) }
                }
            },
            // A capture is read as fast as the broker takes it: it would be a pity to replay only the newest values.
            // While the broker is away there is nothing to look for: its return wakes the loop.
            pause: { outbox.isEmpty ? nil : memory.isAway ? .max : 2 },
            visitors: health.visitors { reporter.healthReport.text(at: $0) },
            everyTurn: { now in
                let next = min(reporter.turn(at: now) ?? .max, health.turn(at: now))
                return min(next, notifier.turn(at: now) { reporter.status })
            })
        loop.run(until: isStopping)
        notifier.stopping()
        reporter.sendRestOfHistory()
        outbox.forget(meters.flatMap(\.pipeline.publication.leftovers) + reporter.leftovers)
    }

    /// What is done with a message of a subscription.
    private func receive(_ message: BrokerMessage, _ pushes: [String: PushSource], _ reporter: BridgeReporter, at now: Moment) {
        // A retained telegram is an old one.
        if let source = pushes[message.topic], !message.isRetained { source.push(Self.withLineEnd(message.payload)) }
        if message.topic == birthTopic, message.payload == Array("online".utf8) { reporter.homeAssistantStarted(at: now) }
        if message.topic == infoTopic, !message.isRetained { reporter.heard(info: message.payload) }
    }

    /// A telegram whose last line end its publisher left out would wait for the next one.
    static func withLineEnd(_ payload: [UInt8]) -> [UInt8] {
        let isWhole = payload.first == UInt8(ascii: "/") && payload.contains(UInt8(ascii: "!"))
        return isWhole && payload.last != UInt8(ascii: "\n") ? payload + Array("\r\n".utf8) : payload
    }

    private func source(of meter: MeterSettings, _ pushes: [String: PushSource], _ resolver: NameResolver) -> any ByteSource {
        if case .mqtt(let topic) = meter.source, let push = pushes[topic] { return push }
        guard let source = SourceFactory.make(meter, resolver: resolver) else { preconditionFailure("every topic has its source") }
        return source
    }
}
