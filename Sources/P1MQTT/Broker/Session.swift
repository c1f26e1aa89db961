import P1MQTTMeter
import P1MQTTSystem

/// The session with the broker as a pure value: it decides, `BrokerLoop` does.
///
/// It connects, and pauses after each failure. Once the broker has accepted it subscribes, announces and serves until
/// the connection is lost. When the program is to stop it lets the outbox run empty, says the farewell and disconnects.
struct Session: Sendable {
    /// What the broker thread does next.
    enum Step: Sendable, Equatable {
        case connect(BrokerAddress)
        /// Publish what waits, so many messages that the broker confirms at most, and nothing without room for one; then wait
        /// for the broker or the outbox, so many milliseconds at most.
        case serve(room: Int, wait: Int64)
        /// Let the farewell take the place of all that waits in the outbox.
        case sayFarewell
        case disconnect
        /// Wait so many milliseconds, without a connection.
        case pause(Int64)
        case end

        var isAttempt: Bool { if case .connect = self { true } else { false } }
    }

    /// What is due at once when something has happened.
    enum Action: Sendable, Equatable {
        case subscribe(filter: String, qos: CInt)
        case unsubscribe(filter: String)
        /// Make the birth message and all state wait in the outbox.
        case announce
        case tell(Notice)
    }

    enum Notice: Sendable, Equatable {
        case post(BrokerEvent)
        case log(Report)
    }

    /// What the user should know.
    enum Report: Sendable, Equatable {
        /// With what to add to its text, such as how many were kept quiet before it.
        case outage(OutageRecord.Report, suffix: String)
        case refusedSubscription(filter: String, words: String?)
        case refusedMessage(topic: String, reason: String)
    }

    /// What is on its way to the broker.
    struct Traffic: Sendable {
        /// Messages in the outbox.
        var waiting = 0
        /// Whether they wait until it is known what an earlier run left at the broker.
        var isHeld = false
        /// Messages that libmosquitto was given and the broker has not confirmed.
        var unconfirmed = 0
        /// How many of them the broker takes at the same time.
        var window = 20
        /// Whether libmosquitto has bytes that the socket did not take yet.
        var wantsWrite = false
    }

    private enum Phase {
        /// Until a monotonic time in milliseconds, as are the others.
        case away(until: Int64)
        case connecting
        case online
        case flushing(until: Int64)
        case leaving(until: Int64)
        case over
    }

    /// Milliseconds between two turns of the loop, so that pings go out in time.
    private static let longestWait: Int64 = 1000
    /// Topics whose refusal is reported; a broker that takes nothing does not fill the log.
    private static let maximumRefusals = 64

    /// How it is to end.
    enum Ending: Sendable {
        /// With a farewell: what it said is no longer true.
        case farewell
        /// Without one: another session goes on where it ends.
        case silent
    }

    private let plan: SessionPlan
    private let pace: BrokerPace
    /// Tried in turn; at least one.
    private let brokers: [BrokerAddress]
    /// Which of them it is connected to, or tries next.
    private var turn: Int
    private(set) var counters: BrokerCounters
    /// The highest quality of service that the brokers keep: MQTT 3.1.1 knows no way to ask.
    private(set) var maximumQoS: CInt

    private var phase = Phase.away(until: .min)
    /// Until when messages that are held back wait for what an earlier run left; monotonic milliseconds.
    private var heldUntil: Int64 = .min
    private var outages: OutageRecord
    private var reports = LogBudget()
    /// How often what an earlier run left was asked for. Once it has come it is not asked for any more, and where brokers hang up
    /// on it, not for ever: each of them, and the first once more.
    private var recalls = 0
    /// What is asked for at the moment.
    private var recalling: [String] = []
    /// Whether all subscriptions of the present connection were answered; `nil` without one.
    private var isAnswered: Bool?
    /// Whether the broker is asked for quality of service 0: it hung up on a connection before it answered to more. RabbitMQ does
    /// when it keeps what is under way to this client on a node that is gone.
    private var subscribesPlainly = false
    private var refusedTopics: Set<String> = []
    private var refusedFilters: Set<String> = []

    /// - Parameters:
    ///   - brokers: at least one.
    ///   - earlier: the session before it: this one counts on, and begins with the broker of that one if it still may.
    init(_ plan: SessionPlan, brokers: [BrokerAddress], pace: BrokerPace, after earlier: Session? = nil) {
        self.plan = plan
        self.brokers = brokers
        self.pace = pace
        counters = earlier?.counters ?? BrokerCounters()
        // Of other brokers nothing is known.
        maximumQoS = earlier.flatMap { $0.brokers == brokers ? $0.maximumQoS : nil } ?? 2
        turn = (earlier?.broker).flatMap(brokers.firstIndex) ?? 0
        outages = OutageRecord(pause: pace.pause, brokers: brokers.count)
    }

    /// The one that it is connected to, or tries next.
    var broker: BrokerAddress { brokers[turn] }

    // MARK: - What is next

    /// - Parameter ending: whether it is to end, and how; once said it stays so, but for a silent one that becomes a farewell.
    mutating func next(_ traffic: Traffic, ending: Ending?, at now: Moment) -> Step {
        switch phase {
        case .away(let until):
            if ending != nil { return .end }
            if let rest = rest(until: until, from: now) { return .pause(rest) }
            phase = .connecting
            return .connect(broker)
        case .connecting, .over:
            // An attempt that brought neither a connection nor an error was given up for the stop.
            return .end
        case .online where ending != nil:
            phase = .flushing(until: now.monotonic + pace.flush)
            return next(traffic, ending: ending, at: now)
        case .online:
            if traffic.isHeld, let rest = rest(until: heldUntil, from: now) { return .serve(room: 0, wait: rest) }
            return serve(traffic, wait: Self.longestWait)
        case .flushing(let until):
            if traffic.waiting > 0 || traffic.wantsWrite, let rest = rest(until: until, from: now) {
                return serve(traffic, wait: rest)
            }
            if ending == .silent {
                phase = .over
                return .disconnect
            }
            phase = .leaving(until: now.monotonic + pace.farewell)
            return .sayFarewell
        case .leaving(let until):
            let isUnderWay = traffic.waiting > 0 || traffic.wantsWrite || traffic.unconfirmed > 0
            if isUnderWay, let rest = rest(until: until, from: now) { return serve(traffic, wait: rest) }
            phase = .over
            // A farewell that did not arrive is left to the will, which a DISCONNECT would take back.
            return isUnderWay ? .end : .disconnect
        }
    }

    /// Nothing is handed over while libmosquitto has not written what it got before: what a slow or frozen broker does not
    /// take waits in the outbox, whose size is bounded.
    private func serve(_ traffic: Traffic, wait: Int64) -> Step {
        .serve(room: traffic.wantsWrite ? 0 : max(0, traffic.window - traffic.unconfirmed), wait: wait)
    }

    private func rest(until: Int64, from now: Moment) -> Int64? {
        now.monotonic < until ? min(until - now.monotonic, Self.longestWait) : nil
    }

    // MARK: - What has happened

    mutating func accepted(at now: Moment) -> [Action] {
        phase = .online
        isAnswered = false
        heldUntil = now.monotonic + pace.recall
        counters.connections += 1
        if recalls <= brokers.count {
            recalling = plan.recall
            recalls += 1
        }
        var actions = log(outages.accepted(at: now), at: now).map(Action.tell)
        // First what an earlier run left: the input thread waits for it.
        actions += recalling.map { .subscribe(filter: $0, qos: 0) }
        actions += plan.subscriptions.map { .subscribe(filter: $0.filter, qos: subscribesPlainly ? 0 : $0.qos) }
        actions.append(.announce)
        if recalling.isEmpty, plan.subscriptions.isEmpty { actions.append(.tell(.post(.connected(to: broker)))) }
        return actions
    }

    mutating func handle(_ event: BrokerConnection.Event) -> [Action] {
        switch event {
        case .answered(let filter, let isGranted, let isLast, let words):
            let isNews = !isGranted && refusedFilters.insert(filter).inserted
            var actions: [Action] = isNews ? [.tell(.log(.refusedSubscription(filter: filter, words: words)))] : []
            isAnswered = isLast
            if isLast { actions += [.tell(.post(.connected(to: broker)))] + recalling.map { .unsubscribe(filter: $0) } }
            return actions
        case .unsubscribed:
            recalls = .max
            return endOfRecall().map(Action.tell)
        case .rejected(let topic, let reason):
            return refused(topic, because: reason).map(Action.tell)
        }
    }

    /// To be asked on each turn while connected.
    mutating func lasts(at now: Moment) -> [Notice] { log(outages.lasts(at: now), at: now) }

    /// Counts a message that cannot be published, and reports each topic once.
    mutating func refused(_ topic: String, because reason: String) -> [Notice] {
        counters.rejected += 1
        guard refusedTopics.count < Self.maximumRefusals, refusedTopics.insert(topic).inserted else { return [] }
        return [.log(.refusedMessage(topic: topic, reason: reason))]
    }

    /// An attempt failed or the connection ended: the next broker's turn, if it was this one that failed.
    /// - Parameter jitter: 0 up to 1, varies the pause.
    mutating func failed(_ error: MosquittoError, at now: Moment, jitter: Double) -> [Notice] {
        counters.failures += 1
        let wasAnswered = isAnswered.take()
        if let wasAnswered { subscribesPlainly = !wasAnswered }
        let (report, retryAt) = outages.failed(error, at: now, jitter: jitter)
        phase = .away(until: retryAt)
        if error.cause == .noQoS2 { maximumQoS = 1 }
        if error.cause.isOfBroker { turn = (turn + 1) % brokers.count }
        let notices = log(report, at: now) + [.post(.disconnected(reason: error.description))]
        if wasAnswered == false, recalls <= brokers.count {
            // Nothing was sent yet: the next connection asks for it again.
            recalling = []
            return notices
        }
        if wasAnswered != nil { recalls = .max }
        return notices + endOfRecall()
    }

    /// When the broker has sent what it had, or is lost before.
    private mutating func endOfRecall() -> [Notice] {
        defer { recalling = [] }
        return recalling.isEmpty ? [] : [.post(.recalled)]
    }

    private mutating func log(_ report: OutageRecord.Report?, at now: Moment) -> [Notice] {
        guard let report, let suffix = reports.note(at: now) else { return [] }
        let isFailure =
            switch report {
            case .failed(let error): error.cause.isOfBroker
            case .unstable: true
            case .connected, .recovered: false
            }
        let next = isFailure && brokers.count > 1 ? "; \(broker) is tried next" : ""
        return [.log(.outage(report, suffix: next + suffix))]
    }
}
