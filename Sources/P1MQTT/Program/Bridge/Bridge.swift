import FoundationEssentials
import Logging
import P1MQTTBroker
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
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
    private let inputWake = WakeDescriptor()
    private let outbox: Outbox
    private let inbox: Inbox
    private let reload: Reload

    /// - Parameter load: reads the configuration again.
    init(_ settings: Settings, logger: Logger, load: @escaping @Sendable () throws(SettingsProblems) -> LoadedSettings) {
        self.settings = settings
        self.logger = logger
        started = .now()
        // At the start every source reports that it is connected, before the broker is; a power cut is an event of each meter.
        // A thousand meters have some 40,000 topics.
        let meters = settings.maximumMeters
        outbox = Outbox(maximumTopics: max(200_000, meters * 64), maximumEvents: 100 + meters, isHeld: true)
        // What an earlier run left of each comes in one stretch, and so may a telegram of each.
        inbox =
            settings.fleets.isEmpty
            ? Inbox(wake: inputWake) : Inbox(wake: inputWake, maximumEvents: 10_000 + meters * 4, maximumBytes: 4_000_000 + meters * 8_000)
        reload = Reload(wake: inputWake, logger: logger, load: load)
    }

    /// Runs until SIGTERM or SIGINT, or until every source is at its end.
    func run() async throws {
        let limit = DescriptorLimit.raise()
        let served = settings.meters.count { $0.serve.port != nil }
        let needed = settings.meters.count + served * ServedTelegrams.descriptors + DescriptorLimit.own
        // 0: not known, as where a filter of system calls hides it.
        if limit > 0, limit < needed {
            logger.warning(
                "only \(limit) files may be open, \(settings.meters.count) meters need \(needed); raise it (\(DescriptorLimit.remedy))"
            )
        }
        let pace = BrokerPace()
        let broker = ThreadService(named: "broker", limit: pace.shutdown, wake: outbox.wake) { isStopping in
            BrokerLoop(settings: settings.mqtt, plan: SessionPlan(settings), outbox: outbox, inbox: inbox, logger: logger, pace: pace)
                .run(until: isStopping)
        }
        let input = ThreadService(named: "input", limit: Self.inputLimit, wake: inputWake) { runInput(until: $0) }
        let hangUp = HangUp.meaning
        // Stopped in the reverse order: first no new telegrams, then the farewell.
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: broker),
                .init(service: input, successTerminationBehavior: .gracefullyShutdownGroup),
            ] + (hangUp == .reloads ? [.init(service: reload)] : []),
            gracefulShutdownSignals: [.sigterm, .sigint] + (hangUp == .ends ? [.sighup] : []), logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    /// Milliseconds that the input thread may take to end.
    private static let inputLimit: Int64 = 1000

    /// The input thread: everything that lives on it is made here.
    private func runInput(until isStopping: () -> Bool) {
        let surroundings = BridgeInput.Surroundings(
            identity: BridgeIdentity(startedAt: started), started: started, wake: inputWake, outbox: outbox, inbox: inbox,
            resolver: NameResolver(wake: inputWake), numbers: EventNumbers(startedAt: started),
            notifier: SystemdNotifier(environment: ProcessInfo.processInfo.environment, inbox: inbox, logger: logger))
        var input = BridgeInput(settings, surroundings, logger: logger, at: started)
        while let next = input.run(until: isStopping, reload) {
            let logger = Logger.make(next.log)
            awaitSession(isStopping)
            // What the next one says belongs to the next session, unless that goes on where this one ends.
            if input.makeRoom(for: next, logger: logger) { awaitSession(isStopping) }
            input = BridgeInput(next, surroundings, logger: logger, after: input, at: .now())
        }
        surroundings.notifier.stopping()
        input.end()
    }

    /// Waits until the broker thread has begun the session of the present configuration, which takes it as long as a
    /// farewell at most; in a look-up it may hang for longer, and then nothing is said to the old broker any more.
    private func awaitSession(_ isStopping: () -> Bool) {
        let limit = Moment.now().monotonic + BrokerPace().shutdown
        while outbox.isChanging, !isStopping(), Moment.now().monotonic < limit { inputWake.wait(milliseconds: 100) }
        // What came meanwhile is still to be taken.
        inputWake.wake()
    }
}
