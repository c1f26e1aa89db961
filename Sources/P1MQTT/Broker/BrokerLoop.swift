import Glibc
package import Logging
import P1MQTTMeter
import P1MQTTSystem

/// The broker thread: does what the session decides, from the outbox to libmosquitto and from there to the inbox. It
/// alone calls libmosquitto.
package final class BrokerLoop {
    /// Messages taken at once, a telegram's batch and some, and their bytes: no more than this and one message ever lies
    /// in libmosquitto unsent.
    private static let batchLimit = 256
    private static let batchBytes = 64 * 1024

    private var settings: MQTTSettings
    private var plan: SessionPlan
    private let outbox: Outbox
    private let inbox: Inbox
    private var logger: Logger
    private let pace: BrokerPace
    private let jitter: () -> Double

    private var session: Session
    private var connection: BrokerConnection?
    /// Held during an attempt, and from the first connection on until this thread has said its farewell.
    private var lock: MachineLock?

    /// - Parameters:
    ///   - settings: a password in a file is read from there for each attempt.
    ///   - jitter: 0 up to 1, varies the pauses between attempts.
    package init(
        settings: MQTTSettings, plan: SessionPlan, outbox: Outbox, inbox: Inbox, logger: Logger, pace: BrokerPace = BrokerPace(),
        jitter: @escaping () -> Double = { .random(in: 0..<1) }
    ) {
        self.settings = settings
        self.plan = plan
        self.outbox = outbox
        self.inbox = inbox
        self.logger = logger
        self.pace = pace
        self.jitter = jitter
        session = Session(plan, brokers: settings.brokers, pace: pace)
    }

    /// Runs until `hasToStop` says so, and then until the farewell is over; the wake descriptor of the outbox makes it ask.
    package func run(until hasToStop: () -> Bool) {
        MosquittoLibrary.blockBrokenPipeSignal()
        warnOfTrust()
        while true {
            let now = Moment.now()
            let change = outbox.change
            let isStopping = hasToStop()
            let step = session.next(traffic, ending: isStopping ? .farewell : change?.ending, at: now)
            inbox.beat(at: now, limit: step.isAttempt ? pace.lookUp + pace.connect : pace.turn, counters: session.counters)
            if step == .end {
                if isStopping || change == nil { return }
                adopt()
                continue
            }
            do throws(MosquittoError) {
                try take(step) { hasToStop() || outbox.change != nil }
            } catch {
                if let connection { outbox.takeBack(connection.unconfirmedMessages) }
                connection = nil
                // A program that never gets in, as with a wrong password, is in nobody's way.
                if session.counters.connections == 0 { lock = nil }
                tell(session.failed(error, at: .now(), jitter: jitter()))
            }
        }
    }

    private func warnOfTrust() {
        if settings.tls.enabled && !settings.tls.verify {
            logger.warning("mqtt.tls.verify is off: anyone in between can pose as the broker")
        }
    }

    // MARK: - A new configuration

    /// Begins the session of the new configuration.
    private func adopt() {
        guard let next = outbox.takeChange() else { return }
        if next.plan.lock != plan.lock { lock = nil }
        if let connection { outbox.takeBack(connection.unconfirmedMessages) }
        connection = nil
        (settings, plan, logger) = (next.settings, next.plan, next.logger)
        session = Session(plan, brokers: settings.brokers, pace: pace, after: session)
        inbox.post(.disconnected(reason: "the configuration has changed"))
        warnOfTrust()
    }

    private var traffic: Session.Traffic {
        guard let connection else { return Session.Traffic() }
        return Session.Traffic(
            waiting: outbox.counters.pending, isHeld: outbox.isHeld, unconfirmed: connection.unconfirmed.count,
            window: connection.limits.window, wantsWrite: connection.wantsWrite)
    }

    private func take(_ step: Session.Step, _ isStopping: () -> Bool) throws(MosquittoError) {
        switch step {
        case .connect(let broker): try connect(to: broker, isStopping)
        case .serve(let room, let wait): try serve(room: room, wait: wait)
        case .sayFarewell: outbox.sayFarewell(outbox.change?.farewell ?? plan.will)
        case .disconnect: try connection?.disconnect()
        case .pause(let milliseconds): outbox.wake.wait(milliseconds: milliseconds)
        case .end: break
        }
    }

    private func connect(to broker: BrokerAddress, _ isStopping: () -> Bool) throws(MosquittoError) {
        try takeLock()
        connection = try BrokerConnection.connect(
            settings: settings, broker: broker, clientId: plan.clientId, will: plan.will, inbox: inbox, limit: pace.connect,
            wake: outbox.wake, maximumQoS: session.maximumQoS, isStopping: isStopping)
        if connection != nil { try perform(session.accepted(at: .now())) }
    }

    /// Two programs with one client id would throw each other out of the broker every few seconds.
    private func takeLock() throws(MosquittoError) {
        guard let name = plan.lock, lock == nil else { return }
        do throws(MachineLock.Refusal) {
            lock = try MachineLock(name)
        } catch {
            switch error {
            case .held(let process):
                throw MosquittoError(broker: settings.allBrokers, cause: .twin(process: process, clientId: plan.clientId))
            case .impossible(let code):
                logger.debug("no lock on this machine (\(String(cString: strerror(code)))): a second program would not be noticed")
            }
        }
    }

    private func serve(room: Int, wait: Int64) throws(MosquittoError) {
        guard let connection else { return }
        let isMoreWaiting = try publishNextBatch(room: room, on: connection)
        try connection.turn(wake: outbox.wake, timeout: isMoreWaiting ? 0 : wait)
        for event in connection.takeEvents() { try perform(session.handle(event)) }
        tell(session.lasts(at: .now()))
    }

    /// Hands the next messages to libmosquitto and lets it write them.
    /// - Returns: whether more of them wait.
    private func publishNextBatch(room: Int, on connection: BrokerConnection) throws(MosquittoError) -> Bool {
        guard room > 0 else { return false }
        var batch = outbox.takePending(limit: Self.batchLimit, bytes: Self.batchBytes, window: room)[...]
        if batch.isEmpty { return false }
        defer { outbox.takeBack(Array(batch)) }
        let now = Moment.now().monotonic
        while let message = batch.first {
            if let fault = try connection.publish(message, at: now) { tell(session.refused(message.topic, because: fault)) }
            batch.removeFirst()
        }
        try connection.write()
        return !outbox.isEmpty
    }

    private func perform(_ actions: [Session.Action]) throws(MosquittoError) {
        for action in actions {
            switch action {
            case .subscribe(let filter, let qos): try connection?.subscribe(filter, qos: qos)
            case .unsubscribe(let filter): try connection?.unsubscribe(filter)
            case .announce: outbox.connected(plan.birth)
            case .tell(let notice): tell([notice])
            }
        }
    }

    private func tell(_ notices: [Session.Notice]) {
        for notice in notices {
            switch notice {
            case .post(let event): inbox.post(event)
            case .log(let report): logger.log(report, broker: session.broker, clientId: plan.clientId)
            }
        }
    }
}
