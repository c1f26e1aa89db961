import Logging
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// One run of the program, without threads, sockets and clock: the pipeline and the reporter of the input thread, and
/// what the broker thread does with session and outbox.
final class SimulatedProgram {
    private let outbox = Outbox(maximumEvents: SimulatedProgram.maximumEvents, isHeld: true)
    private let inbox = Inbox(wake: WakeDescriptor())
    private let memory: BrokerMemory
    private let pipeline: MeterPipeline
    private let reporter: BridgeReporter
    private let plan: SessionPlan
    private let settings: Settings
    private var session: Session
    private var connection: Connection?
    private var isOver = false

    static let maximumEvents = 101

    /// What is under way to the broker on one connection.
    private struct Connection {
        var filters: [String] = []
        var unanswered: [String] = []
        var isUnsubscribing = false
        /// What the broker has not confirmed, and what of it did not arrive.
        var unconfirmed: [Message] = []
        var isBroken = false
    }

    init(_ story: Story, at now: Moment) {
        var settings = Settings()
        let meter = MeterSettings(name: nil, source: .tcp(host: "meter", port: 23))
        settings.meters = [meter]
        settings.publish.history = story.keepsHistory
        settings.publish.onlyChanges = story.sendsOnlyChanges
        self.settings = settings
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        memory = BrokerMemory(recalling: [topics], startedAt: now)
        pipeline = MeterPipeline(
            settings: meter, all: settings, outbox: outbox, logger: logger, debugLog: nil, broker: memory,
            numbers: EventNumbers(startedAt: now))
        reporter = BridgeReporter(
            identity: BridgeIdentity(startedAt: now, instance: story.seed, host: "attic"), startedAt: now, settings: settings,
            meters: [(pipeline, Feed(source: PushSource(name: "meter"), consumer: pipeline))], outbox: outbox, inbox: inbox,
            broker: memory, logger: logger)
        plan = SessionPlan(settings)
        session = Session(plan, brokers: settings.mqtt.brokers, pace: BrokerPace())
    }

    var counters: OutboxCounters { outbox.counters }
    var isConnected: Bool { connection != nil && !(connection?.isBroken ?? true) }

    // MARK: - The meter

    func receive(_ bytes: [UInt8], at now: Moment) { bytes.withUnsafeBytes { pipeline.receive($0, at: now) } }

    func report(_ kind: SourceReport.Kind, at now: Moment) {
        pipeline.report(SourceReport(kind: kind, source: "meter", reason: "story"), at: now)
    }

    // MARK: - Turns

    /// Lets both threads do what they can at this moment.
    func turn(_ broker: inout SimulatedBroker, isStopping: Bool = false, at now: Moment) {
        for _ in 0..<200 where !isOver {
            inputTurn(at: now)
            let pending = outbox.counters.pending
            guard brokerTurn(&broker, isStopping: isStopping, at: now) else { break }
            if pending == 0, outbox.counters.pending == 0, connection?.unconfirmed.isEmpty ?? true { break }
        }
        inputTurn(at: now)
    }

    private func inputTurn(at now: Moment) {
        for event in inbox.take() {
            memory.note(event)
            reporter.note(event, at: now)
            guard case .message(let message) = event else { continue }
            if message.topic == "homeassistant/status", message.payload == Array("online".utf8) { reporter.homeAssistantStarted(at: now) }
        }
        if let deadline = pipeline.deadline, deadline <= now.monotonic { pipeline.tick(at: now) }
        _ = reporter.turn(at: now)
    }

    /// As `BrokerLoop` does. Returns whether there is anything to do before time has passed.
    private func brokerTurn(_ broker: inout SimulatedBroker, isStopping: Bool, at now: Moment) -> Bool {
        if connection?.isBroken == true || connection != nil && !broker.isUp { lose(at: now) }
        confirm(broker)
        let traffic = Session.Traffic(
            waiting: outbox.counters.pending, isHeld: outbox.isHeld, unconfirmed: connection?.unconfirmed.count ?? 0)
        switch session.next(traffic, ending: isStopping ? .farewell : nil, at: now) {
        case .connect(_):
            guard broker.isUp else {
                tell(session.failed(MosquittoError(broker: "b:1", cause: .unreachable(errno: 111)), at: now, jitter: 0.5))
                return false
            }
            connection = Connection()
            perform(session.accepted(at: now), broker)
            return true
        case .serve(let room, _):
            answer()
            let batch = room > 0 ? outbox.takePending(limit: 256, bytes: 64 * 1024, window: room) : []
            publish(batch, to: &broker)
            _ = session.lasts(at: now)
            return !batch.isEmpty || !(connection?.unconfirmed.isEmpty ?? true) || !(connection?.unanswered.isEmpty ?? true)
                || connection?.isUnsubscribing ?? false
        case .sayFarewell:
            outbox.sayFarewell(plan.will)
            return true
        case .disconnect, .end:
            isOver = true
            connection = nil
            return false
        case .pause: return false
        }
    }

    private func publish(_ batch: [Message], to broker: inout SimulatedBroker) {
        for message in batch {
            if message.qos > 0 { connection?.unconfirmed.append(message) }
            guard broker.take(message) else {
                connection?.isBroken = true
                continue
            }
            deliver(BrokerMessage(topic: message.topic, payload: message.payload, isRetained: false))
        }
    }

    private func confirm(_ broker: SimulatedBroker) {
        if broker.isUp, connection?.isBroken == false { connection?.unconfirmed = [] }
    }

    private func lose(at now: Moment) {
        outbox.takeBack(connection?.unconfirmed ?? [])
        connection = nil
        tell(session.failed(MosquittoError(broker: "b:1", cause: .lost(errno: 0)), at: now, jitter: 0.5))
    }

    /// The broker answers what was asked for: subscriptions, and their ends.
    private func answer() {
        guard let filters = connection?.unanswered, let isUnsubscribing = connection?.isUnsubscribing else { return }
        connection?.unanswered = []
        connection?.isUnsubscribing = false
        if isUnsubscribing { perform(session.handle(.unsubscribed), nil) }
        for (index, filter) in filters.enumerated() {
            perform(session.handle(.answered(filter: filter, isGranted: true, isLast: index == filters.count - 1, words: nil)), nil)
        }
    }

    /// - Parameter broker: sends what it keeps when it is subscribed to.
    private func perform(_ actions: [Session.Action], _ broker: SimulatedBroker?) {
        for action in actions {
            switch action {
            case .subscribe(let filter, _):
                connection?.filters.append(filter)
                connection?.unanswered.append(filter)
                for message in broker?.kept(filter) ?? [] { inbox.post(.message(message)) }
            case .unsubscribe(let filter):
                connection?.filters.removeAll { $0 == filter }
                connection?.isUnsubscribing = true
            case .announce: outbox.connected(plan.birth)
            case .tell(let notice): tell([notice])
            }
        }
    }

    private func tell(_ notices: [Session.Notice]) {
        for case .post(let event) in notices { inbox.post(event) }
    }

    /// A message of the program or of somebody else, where it is subscribed to.
    func deliver(_ message: BrokerMessage) {
        guard let filters = connection?.filters, filters.contains(where: { SimulatedBroker.fits(message.topic, $0) }) else { return }
        inbox.post(.message(message))
    }

    // MARK: - Ends

    /// Killed: the broker says the will of a connection that was lost without a word.
    func kill(_ broker: inout SimulatedBroker) {
        if connection != nil, broker.isUp { _ = broker.take(plan.will) }
        connection = nil
        isOver = true
    }

    /// Stopped: as `BridgeInput.end`, then the farewell.
    func stop(_ broker: inout SimulatedBroker, at now: Moment) {
        reporter.sendRestOfHistory()
        outbox.forget(pipeline.publication.leftovers + reporter.leftovers)
        turn(&broker, isStopping: true, at: now)
        for seconds: Int64 in 1...4 { turn(&broker, isStopping: true, at: now.advanced(byMilliseconds: seconds * 1000)) }
        if connection != nil { kill(&broker) }
    }
}
