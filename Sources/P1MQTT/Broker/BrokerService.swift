package import Logging
package import P1MQTTMeter
package import P1MQTTSystem
import ServiceLifecycle

/// Publishes what the outbox holds. One thread connects, takes, publishes and waits; it alone calls libmosquitto.
///
/// Messages are taken only while libmosquitto has nothing left to write and the broker confirms what it gets, so that
/// whatever a slow, frozen or absent broker does not take waits in the outbox, where its size is bounded.
package final class BrokerService: Service {
    private let settings: MQTTSettings
    private let clientId: String
    private let will: Message?
    private let online: @Sendable () -> [Message]
    private let farewell: @Sendable () -> [Message]
    private let subscriptions: [(filter: String, qos: CInt)]
    private let recalled: @Sendable () -> [String]
    private let onMessage: @Sendable (_ topic: String, _ payload: [UInt8], _ retained: Bool) -> Void
    private let onStateChange: @Sendable (BrokerState) -> Void
    private let outbox: Outbox
    private let logger: Logger
    private let pace: BrokerPace
    private let jitter: @Sendable () -> Double
    private let pulse: Pulse

    private let ending: ThreadEnding
    private let statistics = Locked(Statistics())

    private struct Statistics: Sendable {
        var counters = BrokerCounters()
        /// Topics whose refusal was told; a few, so that a broker that takes nothing does not fill the log.
        var refusedTopics: Set<String> = []
        /// Subscriptions whose refusal was told.
        var refusedFilters: Set<String> = []
        var reports = LogBudget()
    }

    /// Messages with a quality of service above 0 that may be under way at the same time.
    private static let maximumUnconfirmed = 1000
    /// Messages taken at once, a telegram's batch and some, and their bytes: no more than this and one message ever lies
    /// in libmosquitto unsent.
    private static let batchLimit = 256
    private static let batchBytes = 64 * 1024

    /// - Parameters:
    ///   - settings: with the password already read from its file.
    ///   - will: what the broker publishes when this program vanishes.
    ///   - online: published first after each connect.
    ///   - farewell: published last at a shutdown; best with quality of service 1.
    ///   - recalled: topics or filters whose retained messages are wanted once on a new connection. They are subscribed
    ///     to before the others; when all were answered they end, and when that is confirmed the state is `.recalled`.
    ///   - onMessage: called on the broker thread for each message of a subscription; must not wait.
    ///   - onStateChange: called on the broker thread; must not wait.
    ///   - jitter: 0 up to 1, varies the pauses between attempts.
    ///   - pulse: the sign of life of the broker thread.
    package init(
        settings: MQTTSettings, clientId: String, will: Message?,
        online: @escaping @Sendable () -> [Message], farewell: @escaping @Sendable () -> [Message],
        subscriptions: [(filter: String, qos: CInt)] = [],
        recalled: @escaping @Sendable () -> [String] = { [] },
        onMessage: @escaping @Sendable (_ topic: String, _ payload: [UInt8], _ retained: Bool) -> Void = { _, _, _ in },
        onStateChange: @escaping @Sendable (BrokerState) -> Void = { _ in },
        outbox: Outbox, logger: Logger, pace: BrokerPace = BrokerPace(),
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }, pulse: Pulse = Pulse()
    ) {
        self.settings = settings
        self.clientId = clientId
        self.will = will
        self.online = online
        self.farewell = farewell
        self.subscriptions = subscriptions
        self.recalled = recalled
        self.onMessage = onMessage
        self.onStateChange = onStateChange
        self.outbox = outbox
        self.logger = logger
        self.pace = pace
        self.jitter = jitter
        self.pulse = pulse
        ending = ThreadEnding(limit: pace.shutdown)
    }

    package var counters: BrokerCounters { statistics.withLock { $0.counters } }

    /// Runs until a graceful shutdown or a cancellation, and then at most `pace.shutdown` longer.
    package func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await ending.run(named: "broker") { self.live() }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
    }

    private func stop() {
        ending.request()
        outbox.wake.wake()
    }

    // MARK: - The broker thread

    private func live() {
        MosquittoLibrary.blockBrokenPipeSignal()
        if settings.tls.enabled && !settings.tls.verify {
            logger.warning("mqtt.tls.verify is off: anyone in between can pose as the broker")
        }
        var link = BrokerLink(pause: pace.pause)
        while !ending.isRequested {
            do throws(MosquittoError) {
                link.connecting()
                pulse.beat(at: .now(), limit: pace.lookUp + pace.connect)
                guard let connection = try connect() else { return }
                defer { outbox.takeBack(connection.unconfirmedMessages) }
                tell(link.accepted(at: .now()))
                let recalled = try announce(on: connection)
                try serve(connection, &link, recalled)
                try sayFarewell(on: connection)
            } catch {
                tell(link.failed(error, at: .now(), jitter: jitter()))
                statistics.withLock { $0.counters.failures += 1 }
                onStateChange(.disconnected(reason: error.description))
                pauseUnlessStopped(link)
            }
        }
    }

    private func connect() throws(MosquittoError) -> BrokerConnection? {
        try BrokerConnection.connect(
            settings: settings, clientId: clientId, will: will, limit: pace.connect, wake: outbox.wake,
            isStopping: { ending.isRequested })
    }

    /// Subscribes, says who is there, and makes all state wait to be sent again.
    /// - Returns: the subscriptions that are to end once they were answered.
    private func announce(on connection: BrokerConnection) throws(MosquittoError) -> [String] {
        statistics.withLock { $0.counters.connections += 1 }
        let recalled = recalled()
        for filter in recalled { try connection.subscribe(filter, qos: 0) }
        for subscription in subscriptions {
            try connection.subscribe(subscription.filter, qos: subscription.qos)
        }
        try publish(online(), on: connection)
        onStateChange(.connected)
        if subscriptions.isEmpty { onStateChange(.subscribed) }
        outbox.connected()
        return recalled
    }

    /// Takes, publishes and polls until the shutdown or an error.
    private func serve(_ connection: BrokerConnection, _ link: inout BrokerLink, _ recalled: [String]) throws(MosquittoError) {
        while !ending.isRequested {
            let isMoreWaiting = try publishNextBatch(on: connection)
            try connection.turn(wake: outbox.wake, timeout: isMoreWaiting ? 0 : 1000)
            let inbox = connection.takeInbox()
            handOver(inbox)
            if inbox.answers.contains(where: \.isLast) {
                for filter in recalled { try connection.unsubscribe(filter) }
            }
            let now = Moment.now()
            tell(link.lasts(at: now))
            pulse.beat(at: now, limit: pace.turn)
        }
    }

    /// - Returns: whether there may be more to publish at once.
    private func publishNextBatch(on connection: BrokerConnection) throws(MosquittoError) -> Bool {
        let room = Self.maximumUnconfirmed - connection.unconfirmedCount
        guard !connection.wantsWrite, room > 0 else { return false }
        let batch = outbox.takePending(limit: min(room, Self.batchLimit), bytes: Self.batchBytes)
        if batch.isEmpty { return false }
        try publish(batch, on: connection)
        return outbox.counters.pending > 0
    }

    private func publish(_ batch: [Message], on connection: BrokerConnection) throws(MosquittoError) {
        var handedOver = 0
        do throws(MosquittoError) {
            for message in batch {
                if let fault = try connection.publish(message) { refused(message.topic, because: fault) }
                handedOver += 1
            }
            try connection.write()
        } catch {
            // What was handed over for confirmation comes back with the connection.
            outbox.takeBack(batch.enumerated().filter { $0.offset >= handedOver || $0.element.qos == 0 }.map(\.element))
            throw error
        }
    }

    /// Passes on what came in.
    private func handOver(_ inbox: BrokerConnection.Inbox) {
        for message in inbox.received { onMessage(message.topic, message.payload, message.retained) }
        if inbox.ignored > 0 { statistics.withLock { $0.counters.ignored += inbox.ignored } }
        for rejection in inbox.rejected { refused(rejection.topic, because: rejection.reason) }
        for answer in inbox.answers {
            if !answer.isGranted, isNews(refusalOf: answer.filter) {
                logger.warning(
                    "the MQTT broker refused a subscription; check what this user may read",
                    metadata: ["topic": "\(answer.filter)"])
            }
            if answer.isLast { onStateChange(.subscribed) }
        }
        if inbox.hasUnsubscribed { onStateChange(.recalled) }
    }

    // MARK: - The end

    /// Empties the outbox, publishes the farewell, waits for its confirmation and disconnects.
    private func sayFarewell(on connection: BrokerConnection) throws(MosquittoError) {
        let flushLimit = Moment.now().monotonic + pace.flush
        while outbox.counters.pending > 0 || connection.wantsWrite, let rest = remaining(until: flushLimit) {
            let isMoreWaiting = try publishNextBatch(on: connection)
            try connection.turn(wake: outbox.wake, timeout: isMoreWaiting ? 0 : rest)
        }
        try publish(farewell(), on: connection)
        let farewellLimit = Moment.now().monotonic + pace.farewell
        while connection.unconfirmedCount > 0 || connection.wantsWrite, let rest = remaining(until: farewellLimit) {
            try connection.turn(wake: outbox.wake, timeout: rest)
        }
        try connection.disconnect()
    }

    /// Milliseconds until `limit`, at most a second; `nil` when it has passed.
    private func remaining(until limit: Int64) -> Int64? {
        let rest = limit - Moment.now().monotonic
        return rest > 0 ? min(rest, 1000) : nil
    }

    private func pauseUnlessStopped(_ link: BrokerLink) {
        guard case .backingOff(let until) = link.state else { return }
        while !ending.isRequested, let rest = remaining(until: until) {
            pulse.beat(at: .now(), limit: pace.turn)
            outbox.wake.wait(milliseconds: rest)
        }
    }

    // MARK: - What is told

    private func tell(_ report: BrokerLink.Report?) {
        guard let report, let quiet = statistics.withLock({ $0.reports.note(at: .now()) }) else { return }
        switch report {
        case .connected:
            logger.info("connected to the MQTT broker", metadata: ["broker": "\(settings.host):\(settings.port)"])
        case .failed(let error):
            logger.warning("\(error)\(quiet)")
        case .recovered(let failures, let outage):
            logger.notice(
                "connected to the MQTT broker again\(quiet)",
                metadata: ["failures": "\(failures)", "seconds": "\(outage / 1000)"])
        case .unstable(let error):
            logger.warning(
                "\(error), seconds after each connect; does another client use the same mqtt.clientId, or is a topic forbidden?",
                metadata: ["clientId": "\(clientId)"])
        }
    }

    private func isNews(refusalOf filter: String) -> Bool {
        statistics.withLock { $0.refusedFilters.insert(filter).inserted }
    }

    /// Counts a message that cannot be published, and tells each topic once.
    private func refused(_ topic: String, because reason: String) {
        let isNew = statistics.withLock { statistics in
            statistics.counters.rejected += 1
            return statistics.refusedTopics.count < 64 && statistics.refusedTopics.insert(topic).inserted
        }
        if isNew {
            logger.warning("a message was not accepted: \(reason)", metadata: ["topic": "\(topic)"])
        }
    }
}
