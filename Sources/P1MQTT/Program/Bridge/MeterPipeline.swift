import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// One meter on the input thread, from bytes to messages:
/// chunk → reader → telegram → complete document → discovery, events, history, what is due → messages → outbox.
final class MeterPipeline: ChunkConsumer {
    let settings: MeterSettings
    let topics: MeterTopics
    private var faults: MeterFaults
    /// What is known of the meter, for `bridge/info`; changes are noticed by comparison.
    private(set) var identity = MeterIdentity()
    /// Seconds that its clock was ahead when the last telegram came; `nil` where it sends no time.
    private(set) var clockOffset: Int64?

    private let outbox: Outbox
    private var board = AvailabilityBoard()
    /// `nil`: there is nothing to recall, and the broker is never away.
    private let broker: BrokerMemory?
    private let publishesRaw: Bool
    private let logger: Logger
    private let debugLog: DebugLog?

    private var reader: TelegramReader
    /// Well-formed encrypted telegrams before the first good one: the line is right, whatever the key.
    private var sealedFrames = 0
    private var envelope = EnvelopeWait()
    private var interpreter: TelegramInterpreter
    /// Telegrams that wait for what an earlier run published, which comes before them; `nil` once it is known.
    private var waiting: WaitingTelegrams?
    private(set) var history: HistoryBuffer?
    private var events = MeterEventWatch()
    private var mean: IntervalMean
    private var messages: ValueMessages
    private var mbus = MBusAvailability()
    private var discovery: MeterDiscovery
    private var reports = LogBudget()

    init(
        settings: MeterSettings, all: Settings, outbox: Outbox, logger: Logger, debugLog: DebugLog?, broker: BrokerMemory? = nil,
        claims: DiscoveryClaims = DiscoveryClaims()
    ) {
        self.settings = settings
        self.outbox = outbox
        self.debugLog = debugLog
        var logger = logger
        if let name = settings.name { logger[metadataKey: "meter"] = "\(name)" }
        self.logger = logger
        topics = MeterTopics(bridgePrefix: all.mqtt.topicPrefix, meterName: settings.name)
        faults = MeterFaults(meter: settings.name, bridgePrefix: topics.bridgePrefix, outbox: outbox, logger: logger)
        self.broker = broker
        publishesRaw = all.publish.raw
        reader = settings.reader
        waiting = settings.source.startsAnew ? nil : broker.map { WaitingTelegrams(from: $0.started) }
        history = all.publish.history ? HistoryBuffer(meters: all.meters.count, keepAlive: all.mqtt.keepAlive) : nil
        interpreter = TelegramInterpreter(settings.interpretation(all))
        mean = IntervalMean(seconds: all.publish.minimumInterval)
        messages = ValueMessages(topics: topics, qos: all.mqtt.qos, retain: all.mqtt.retain, publish: all.publish)
        discovery = MeterDiscovery(
            settings: all.homeAssistant, topics: DiscoveryTopics(topics), version: P1MQTTCommand.version, claims: claims)
    }

    // MARK: - Bytes

    /// What came of its bytes.
    var counts: TelegramCounts { faults.counts }

    var goodFrames: Int { counts.good + sealedFrames }

    func begin(at now: Moment) {
        reader.breakOff { handle($0, at: now) }
        envelope.update(reader, at: now)
    }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        debugLog?.write(raw: chunk, of: settings.name, at: now)
        chunk.withMemoryRebound(to: UInt8.self) { bytes in reader.feed(Span(_unsafeElements: bytes)) { handle($0, at: now) } }
        envelope.update(reader, at: now)
        identity.checksumVariant = reader.checksumVariant
    }

    /// Nothing in here may ask the reader, which is at work.
    private func handle(_ event: TelegramReader.Event, at now: Moment) {
        switch event {
        case .telegram(let telegram): accept(telegram, at: now)
        case .rejected(let rejection): refuse(rejection, at: now)
        case .remark(let remark, _): faults.note(remark, at: now)
        case .skipped(_, let count): faults.counts[.noise] += count
        }
    }

    private func accept(_ telegram: Telegram, at now: Moment) {
        faults.counts.good += 1
        faults.noteIssues(of: telegram, at: now)
        guard waiting != nil else { return publish(telegram, at: now) }
        if waiting?.add(telegram, at: now) == true || isRecallOver { recall() }
    }

    /// Takes what there is from an earlier run, and publishes what has waited for it.
    private func recall() {
        let telegrams = waiting?.telegrams ?? []
        waiting = nil
        if let earlier = broker?.takeDocument(topics.document) {
            do throws(JSONSyntaxError) {
                let document = try JSONReader.read(earlier)
                interpreter.recall(document)
                events.recall(document)
                mbus.recall(document)
                outbox.post(announce(discovery.recall(document)))
            } catch {
                logger.warning("the retained document on \(topics.document) is not JSON (\(error)); nothing is compared with it")
            }
        }
        for (telegram, arrival) in telegrams { publish(telegram, at: arrival) }
    }

    // MARK: - Telegrams

    /// What becomes of an accepted telegram: its complete document, and what each consumer makes of that.
    private func publish(_ telegram: Telegram, at now: Moment) {
        let (document, holds) = interpreter.complete(telegram, arrival: now.utc / 1000)
        learn(from: telegram, document, holds, at: now)
        var batch = availability(of: document, at: now)
        batch += announce(discovery.update(document))
        if publishesRaw {
            batch.append(Message(topic: topics.raw, payload: telegram.frame.bytes, qos: 0, retain: false, kind: .passing))
        }
        batch += (holds.map(\.event) + events.look(at: document)).map { $0.message(topics) }
        history?.add(at: document.time ?? now.utc / 1000, isBrokerAway: broker?.isAway ?? false) { document.json(seq: $0) }
        if let due = mean.add(document, at: now) { batch += messages.messages(for: due, at: now) }
        outbox.post(batch)
    }

    private func learn(from telegram: Telegram, _ document: CompletedDocument, _ holds: [RegisterHold], at now: Moment) {
        clockOffset = document.clockOffset
        debugLog?.write(parsed: document, of: settings.name, at: now)
        identity.learn(from: telegram, document, encryption: telegram.frame.seal?.evidence)
        for hold in holds { faults.note(hold, at: now) }
    }

    /// The devices that changed; those that are gone are deleted at once.
    private func announce(_ changes: MeterDiscovery.Changes) -> [Message] {
        if !changes.forget.isEmpty { outbox.forget(changes.forget) }
        return changes.publish
    }

    private var isRecallOver: Bool { broker?.isRecallOver ?? true }

    /// The next messages of an outage that is over, at most `limit`.
    func takeHistory(_ limit: Int) -> [Message] {
        (history?.take(limit) ?? []).map {
            Message(topic: topics.history, payload: $0.json, qos: 1, retain: false, kind: .history)
        }
    }

    // MARK: - Availability

    private func availability(of document: CompletedDocument, at now: Moment) -> [Message] {
        mbus.update(document, at: now)
        var changes = board.set(topics.availability, isOnline: true)
        for (channel, isOnline) in mbus.states {
            changes += board.set(topics.mbusAvailability(channel), isOnline: isOnline)
        }
        return changes
    }

    private func goOffline() {
        var changes = board.set(topics.availability, isOnline: false)
        for (channel, _) in mbus.states { changes += board.set(topics.mbusAvailability(channel), isOnline: false) }
        outbox.post(changes)
    }

    // MARK: - The end

    var isEmulated: Bool { if case .emulator = settings.source { true } else { false } }

    /// Retained topics to delete at a clean end: an emulated meter leaves nothing behind but `offline`.
    var leftovers: [String] {
        guard isEmulated else { return discovery.leftovers }
        return discovery.leftovers + messages.retained(identity.slots)
    }

    // MARK: - What is told

    func report(_ report: SourceReport, at now: Moment) {
        let level: Logger.Level
        switch report.kind {
        case .connected, .recovered:
            level = .notice
        case .ended:
            level = .notice
            finish(at: now)
            if waiting != nil { recall() }
            goOffline()
        case .failed, .silent, .unreadable:
            level = .warning
            goOffline()
        }
        if let quiet = reports.note(at: now) { logger.log(level: level, "\(report)\(quiet)") }
        outbox.post([BridgeEvent(report, meter: settings.name).message(prefix: topics.bridgePrefix, at: now)])
    }

    /// The last telegram of a capture may lack its end line.
    private func finish(at now: Moment) {
        reader.finish { handle($0, at: now) }
        envelope.update(reader, at: now)
    }

    /// Before the first good telegram the source must not be blamed for one that is not used for its keys.
    private func refuse(_ rejection: TelegramReader.Rejection, at now: Moment) {
        faults.note(rejection, at: now)
        guard let encryption = rejection.encryption, counts.good == 0 else { return }
        sealedFrames += 1
        identity.encryption = encryption
        outbox.post(board.set(topics.availability, isOnline: false))
    }

    // MARK: - Time

    var deadline: Int64? { [recallDeadline, envelope.deadline].compactMap(\.self).min() }

    private var recallDeadline: Int64? { waiting.map { isRecallOver ? .min : $0.deadline } }

    func tick(at now: Moment) {
        if let deadline = recallDeadline, deadline <= now.monotonic { recall() }
        if let deadline = envelope.deadline, deadline <= now.monotonic { abandonEnvelope(at: now) }
    }

    private func abandonEnvelope(at now: Moment) {
        reader.abandonEnvelope { handle($0, at: now) }
        envelope.update(reader, at: now)
    }
}
