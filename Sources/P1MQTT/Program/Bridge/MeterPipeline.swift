import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// One meter on the input thread, from bytes to messages:
/// chunk → framer → frame → parser → telegram → document → guard → what is due → messages → outbox.
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

    private var framer: Framer
    private var checksums: ChecksumPolicy
    private var seals: SealPolicy
    /// Well-formed encrypted telegrams before the first good one: the line is right, whatever the key.
    private var sealedFrames = 0
    /// The encrypted telegram whose rest is waited for: its place in the stream, and since when.
    private var unfinished: (offset: Int, since: Int64)?
    private var context: Document.Context
    private var registers: RegisterGuard?
    /// Documents that wait for what an earlier run published, which comes before them.
    private var waiting = WaitingDocuments()
    private var hasRecalled = false
    private(set) var history: HistoryBuffer?
    private var gasFlow = GasFlow()
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
        let cipher = settings.cipher
        framer = Framer(cipher: cipher)
        registers = all.guard.enabled ? RegisterGuard(maximumPower: all.guard.maximumPower) : nil
        hasRecalled = broker == nil || settings.source.startsAnew
        history = all.publish.history ? HistoryBuffer(meters: all.meters.count, keepAlive: all.mqtt.keepAlive) : nil
        checksums = ChecksumPolicy(settings.crc)
        seals = SealPolicy(hasAuthenticationKey: cipher?.hasAuthenticationKey ?? false)
        context = Document.Context(
            utcOffset: settings.utcOffset, choice: MBusChoice(gasMeter: settings.gasMeter), minimumMonthPeak: all.publish.minimumMonthPeak)
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
        var events: [Framer.Event] = []
        framer.breakOff { events.append($0) }
        handle(events, at: now)
        unfinished = nil
    }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        debugLog?.write(raw: chunk, of: settings.name, at: now)
        var events: [Framer.Event] = []
        chunk.withMemoryRebound(to: UInt8.self) { bytes in framer.feed(Span(_unsafeElements: bytes)) { events.append($0) } }
        handle(events, at: now)
        if framer.unfinishedEnvelope != unfinished?.offset {
            unfinished = framer.unfinishedEnvelope.map { ($0, now.monotonic) }
        }
    }

    private func handle(_ events: [Framer.Event], at now: Moment) {
        for event in events {
            switch event {
            case .frame(let frame): check(frame, at: now)
            case .discarded(let discard): note(discard, at: now)
            }
        }
    }

    private func check(_ frame: Frame, at now: Moment) {
        if let seal = frame.seal {
            switch seals.judge(seal) {
            case .accept(let remarks): remarks.forEach { faults.note($0, at: now) }
            case .refuse(let remark): return refuse(remark, seal.evidence, at: now)
            }
        }
        switch checksums.judge(frame) {
        case .accept: accept(Telegram(frame), at: now)
        case .refuse(let fault, let reason): faults.note(fault, reason, at: now)
        }
    }

    private func accept(_ telegram: Telegram, at now: Moment) {
        faults.counts.good += 1
        faults.noteIssues(of: telegram, at: now)
        context.arrival = now.utc / 1000
        var document = Document(telegram, &context)
        document.cleanTexts()
        clockOffset = document.clockOffset
        debugLog?.write(parsed: document, of: settings.name, at: now)
        identity.learn(from: telegram, document, encryption: telegram.frame.seal?.evidence)
        identity.checksumVariant = checksums.variant

        var batch = availability(of: document, at: now)
        batch += announce(discovery.update(document, dialect: telegram.dialect))
        if publishesRaw {
            batch.append(Message(topic: topics.raw, payload: telegram.frame.bytes, qos: 0, retain: false, kind: .passing))
        }
        guard !hasRecalled else { return outbox.post(batch + publication(of: document, at: now)) }
        outbox.post(batch)
        if waiting.add(document, at: now) || isRecallOver { recall() }
    }

    /// The devices that changed; those that are gone are deleted at once.
    private func announce(_ changes: MeterDiscovery.Changes) -> [Message] {
        if !changes.forget.isEmpty { outbox.forget(changes.forget) }
        return changes.publish
    }

    // MARK: - Guard, history and what is due

    private func publication(of document: consuming Document, at now: Moment) -> [Message] {
        var batch: [Message] = []
        for hold in registers?.judge(&document) ?? [] {
            faults.note(hold, at: now)
            batch.append(hold.event.message(topics))
        }
        gasFlow.add(to: &document)
        identity.learn(GasFlow.slot, in: document)
        batch += events.look(at: document).map { $0.message(topics) }
        history?.add(at: document.time ?? now.utc / 1000, isBrokerAway: broker?.isAway ?? false) { document.json(seq: $0) }
        if let due = mean.add(document, at: now) { batch += messages.messages(for: due, at: now) }
        return batch
    }

    private var isRecallOver: Bool { broker?.isRecallOver ?? true }

    /// Takes what there is from an earlier run, and publishes what has waited for it.
    private func recall() {
        hasRecalled = true
        if let earlier = broker?.takeDocument(topics.document) {
            do throws(JSONSyntaxError) {
                let document = try JSONReader.read(earlier)
                registers?.recall(document)
                events.recall(document)
                mbus.recall(document)
                outbox.post(announce(discovery.recall(document)))
            } catch {
                logger.warning("the retained document on \(topics.document) is not JSON (\(error)); nothing is compared with it")
            }
        }
        for (document, arrival) in waiting.take() { outbox.post(publication(of: document, at: arrival)) }
    }

    /// The next messages of an outage that is over, at most `limit`.
    func takeHistory(_ limit: Int) -> [Message] {
        (history?.take(limit) ?? []).map {
            Message(topic: topics.history, payload: $0.json, qos: 1, retain: false, kind: .history)
        }
    }

    // MARK: - Availability

    private func availability(of document: Document, at now: Moment) -> [Message] {
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
            if !hasRecalled { recall() }
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
        var events: [Framer.Event] = []
        framer.finish { events.append($0) }
        for case .frame(let frame) in events { check(frame, at: now) }
        for case .discarded(let discard) in events where discard.reason != .noise { note(discard, at: now) }
        unfinished = nil
    }

    private func note(_ discard: Framer.Discard, at now: Moment) {
        switch discard.reason {
        case .noise: faults.counts[.noise] += discard.count
        case .cutOff: faults.note(.cutOff, "a telegram was cut off by the next one after \(discard.count) bytes", at: now)
        case .tooLong: faults.note(.tooLong, "no end line (!) within \(discard.count) bytes", at: now)
        case .sealed(let envelope, let failure): note(envelope, failure, discard.count, at: now)
        }
    }

    private func note(_ envelope: Envelope, _ failure: Envelope.Failure, _ count: Int, at now: Moment) {
        let remark = seals.judge(envelope, failure, count: count)
        if failure == .incomplete { faults.note(remark, at: now) } else { refuse(remark, envelope.evidence(failure), at: now) }
    }

    /// An encrypted telegram that is not used. Before the first good one the source must not be blamed for it.
    private func refuse(_ remark: SealPolicy.Remark, _ evidence: String, at now: Moment) {
        faults.note(remark, at: now)
        guard counts.good == 0 else { return }
        sealedFrames += 1
        identity.encryption = evidence
        outbox.post(board.set(topics.availability, isOnline: false))
    }

    // MARK: - Time

    /// Milliseconds that the rest of an encrypted telegram may take.
    private static let envelopeLimit: Int64 = 10_000

    var deadline: Int64? { [recallDeadline, envelopeDeadline].compactMap(\.self).min() }

    private var recallDeadline: Int64? { waiting.deadline.map { isRecallOver ? .min : $0 } }
    private var envelopeDeadline: Int64? { unfinished.map { $0.since + Self.envelopeLimit } }

    func tick(at now: Moment) {
        if let deadline = recallDeadline, deadline <= now.monotonic { recall() }
        if let deadline = envelopeDeadline, deadline <= now.monotonic { abandonEnvelope(at: now) }
    }

    private func abandonEnvelope(at now: Moment) {
        var events: [Framer.Event] = []
        framer.abandonEnvelope { events.append($0) }
        handle(events, at: now)
        unfinished = framer.unfinishedEnvelope.map { ($0, now.monotonic) }
    }
}
