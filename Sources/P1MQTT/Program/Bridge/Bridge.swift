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
///     Input → bytes → MeterPipeline (framer, parser, document, what is due) → Outbox → BrokerService → libmosquitto
struct Bridge {
    private let settings: Settings
    private let logger: Logger
    private let started: Moment
    private let identity: BridgeIdentity
    private let outbox: Outbox
    private let board = AvailabilityBoard()
    private let inputWake = WakeDescriptor()
    /// The sign of life of the broker thread.
    private let brokerPulse = Pulse()
    private let inbox: BridgeInbox
    private let presence = BrokerPresence()
    /// `nil` where no values of an earlier run are kept at the broker.
    private let recall: EarlierDocuments?
    /// Telegrams that come over the broker, by topic.
    private let pushes: [String: PushSource]

    init(_ settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
        started = .now()
        identity = BridgeIdentity(startedAt: started)
        // At the start every source tells that it is connected, before the broker is.
        outbox = Outbox(maximumEvents: 100 + settings.meters.count)
        inbox = BridgeInbox(wake: inputWake)
        var pushes: [String: PushSource] = [:]
        for case .mqtt(let topic) in settings.meters.map(\.source) {
            pushes[topic] = PushSource(name: "mqtt topic \(topic)", wake: inputWake)
        }
        self.pushes = pushes
        let topics = settings.meters.map { MeterTopics(bridgePrefix: settings.mqtt.topicPrefix, meterName: $0.name) }
        recall = settings.mqtt.retain ? EarlierDocuments(topics) : nil
    }

    /// Runs until SIGTERM or SIGINT, or until every source is at its end.
    func run() async throws {
        let limit = DescriptorLimit.raise()
        let needed = settings.meters.count + DescriptorLimit.own
        // 0: not known, as where a filter of system calls hides it.
        if limit > 0, limit < needed {
            logger.warning(
                "only \(limit) files may be open, \(settings.meters.count) meters need \(needed); raise it (systemd: LimitNOFILE, docker: --ulimit nofile)"
            )
        }
        let broker = makeBroker()
        let input = makeInput(broker)
        // Stopped in the reverse order: first no new telegrams, then the farewell.
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: broker),
                .init(service: input, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    // MARK: - Broker

    private var prefix: String { settings.mqtt.topicPrefix }

    private func makeBroker() -> BrokerService {
        let state = prefix + "/bridge/state"
        let (board, presence, recall, inputWake) = (board, presence, recall, inputWake)
        return BrokerService(
            settings: settings.mqtt,
            clientId: settings.mqtt.clientId ?? BridgeIdentity.clientId(prefix: prefix),
            will: AvailabilityBoard.message(state, isOnline: false, kind: .bridge),
            online: { [AvailabilityBoard.message(state, isOnline: true, kind: .bridge)] },
            farewell: { board.farewell + [AvailabilityBoard.message(state, isOnline: false, kind: .bridge)] },
            subscriptions: subscriptions.map { ($0, 1) },
            recalled: { recall?.wanted ?? [] },
            onMessage: makeReceiver(),
            onStateChange: { state in
                presence.note(state)
                if state == .recalled { recall?.end() }
                inputWake.wake()
            }, outbox: outbox, logger: logger, pulse: brokerPulse)
    }

    private var birthTopic: String { settings.homeAssistant.prefix + "/status" }
    private var infoTopic: String { prefix + "/bridge/info" }

    private var subscriptions: [String] {
        [infoTopic] + (settings.homeAssistant.enabled ? [birthTopic] : []) + pushes.keys.sorted()
    }

    /// What is done with messages of subscriptions, on the broker thread.
    private func makeReceiver() -> @Sendable (String, [UInt8], Bool) -> Void {
        let (pushes, inbox, recall, birthTopic, infoTopic) = (pushes, inbox, recall, birthTopic, infoTopic)
        return { topic, payload, isRetained in
            // A retained telegram is an old one.
            if let source = pushes[topic], !isRetained { source.push(Self.withLineEnd(payload)) }
            if isRetained { recall?.offer(payload, on: topic) }
            if topic == birthTopic, payload == Array("online".utf8) { inbox.post(.homeAssistantOnline) }
            if topic == infoTopic, !isRetained { inbox.post(.bridgeInfo(payload)) }
        }
    }

    /// A telegram whose last line end its publisher left out would wait for the next one.
    static func withLineEnd(_ payload: [UInt8]) -> [UInt8] {
        let isWhole = payload.first == UInt8(ascii: "/") && payload.contains(UInt8(ascii: "!"))
        return isWhole && payload.last != UInt8(ascii: "\n") ? payload + Array("\r\n".utf8) : payload
    }

    // MARK: - Input

    private func makeInput(_ broker: BrokerService) -> InputService {
        InputService(wake: inputWake) { self.makeWork(broker) }
    }

    private func makeWork(_ broker: BrokerService) -> InputService.Work {
        let resolver = NameResolver(wake: inputWake)
        let outbox = outbox
        let debugLog = settings.debug.enabled ? DebugLog(settings.debug, logger: logger) : nil
        let claims = DiscoveryClaims()
        let meters = settings.meters.map { meter in
            let pipeline = MeterPipeline(
                settings: meter, all: settings, outbox: outbox, board: board, logger: logger, debugLog: debugLog,
                broker: .init(recall: recall, presence: presence, started: started), claims: claims)
            return (pipeline: pipeline, feed: Feed(source: makeSource(meter, resolver), consumer: pipeline))
        }
        let reporter = BridgeReporter(
            identity: identity, settings: settings, meters: meters, outbox: outbox, inbox: inbox,
            brokerCounters: { self.counters(of: broker) }, presence: presence, logger: logger)
        let notifier = SystemdNotifier(environment: ProcessEnvironment.all, broker: brokerPulse, logger: logger)
        let loop = InputLoop(
            feeds: meters.map(\.feed), wake: inputWake,
            // A capture is read as fast as the broker takes it: it would be a pity to replay only the newest values.
            isBehind: { outbox.counters.pending > 0 },
            everyTurn: { now in
                let next = reporter.turn(at: now) ?? .max
                return min(next, notifier.turn(at: now) { reporter.status })
            })
        return InputService.Work(loop: loop) {
            notifier.stopping()
            reporter.sendRestOfHistory()
            outbox.forget(meters.flatMap(\.pipeline.leftovers) + reporter.leftovers)
        }
    }

    /// With the messages of subscriptions that were too large or too many for the input thread.
    private func counters(of broker: BrokerService) -> BrokerCounters {
        var counters = broker.counters
        counters.ignored += inbox.dropped + pushes.values.reduce(0) { $0 + $1.dropped }
        return counters
    }

    private func makeSource(_ meter: MeterSettings, _ resolver: NameResolver) -> any ByteSource {
        if case .mqtt(let topic) = meter.source, let push = pushes[topic] { return push }
        guard let source = SourceFactory.make(meter, resolver: resolver) else { preconditionFailure("every topic has its source") }
        return source
    }
}
