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
        outbox = Outbox(isHeld: true)
        inbox = Inbox(wake: inputWake)
        reload = Reload(wake: inputWake, logger: logger, load: load)
        makeRoom(for: settings, logger: logger)
    }

    /// Sets the bounds of what waits between the threads, and warns where the meters need more files than may be open.
    private func makeRoom(for settings: Settings, logger: Logger) {
        // At the start every source reports that it is connected, before the broker is; a power cut is an event of each meter.
        // A thousand meters have some 40,000 topics.
        let meters = settings.maximumMeters
        outbox.allow(topics: max(200_000, meters * 64), events: 100 + meters)
        // Of meters that may appear, what an earlier run left of each comes in one stretch, and so may a telegram of each.
        let appearing = settings.fleets.isEmpty ? 0 : meters
        inbox.allow(events: 10_000 + appearing * 4, bytes: 4_000_000 + appearing * 8_000)
        let limit = DescriptorLimit.raise()
        let needed = settings.neededDescriptors
        // 0: not known, as where a filter of system calls hides it.
        if limit > 0, limit < needed {
            logger.warning(
                "only \(limit) files may be open, \(settings.meters.count) meters need \(needed); raise it (\(DescriptorLimit.remedy))"
            )
        }
    }

    /// Runs until SIGTERM or SIGINT, or until every source is at its end.
    func run() async throws {
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
            makeRoom(for: next, logger: logger)
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

extension Settings {
    /// Descriptors that its meters and the program itself take.
    fileprivate var neededDescriptors: Int {
        let served = meters.count { $0.serve.port != nil } * ServedTelegrams.descriptors
        // One over HTTP has a connection, an epoll and what libcurl wakes itself with, besides its own.
        let asked = meters.count { $0.source.isAsked } * 3
        let logs = debug.enabled ? 2 * maximumMeters : 0
        return meters.count + served + asked + logs + DescriptorLimit.own
    }
}
