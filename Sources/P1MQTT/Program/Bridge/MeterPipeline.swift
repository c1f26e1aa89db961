import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// One meter on the input thread, from bytes to the outbox:
/// chunk → reader → telegram of the known meter → publication (complete document → discovery, events, history, what is due) → outbox.
final class MeterPipeline: ChunkConsumer {
    let settings: MeterSettings
    private let outbox: Outbox
    /// `nil`: there is nothing to recall, and the broker is never away.
    private let broker: BrokerMemory?
    private let logger: Logger
    private let debugLog: DebugLog?

    private var reader: TelegramReader
    private var envelope = EnvelopeWait()
    private var faults: MeterFaults
    private let reported: ReportLog
    /// Whole frames that cannot be used, while none is good: encrypted telegrams, binary DLMS. The line is right all the same.
    private var unusableFrames = 0
    /// Telegrams that wait for what an earlier run published, which comes before them; `nil` once it is known.
    private var waiting: WaitingTelegrams?
    private var meter = KnownMeter()
    private(set) var publication: MeterPublication
    /// `nil` where its telegrams are not served.
    let served: ServedTelegrams?

    /// - Parameters:
    ///   - reported: of the meter, or of all meters of its fleet.
    ///   - start: when it appeared, where that is after the start of the program.
    init(
        settings: MeterSettings, all: Settings, outbox: Outbox, logger: Logger, debugLog: DebugLog?, broker: BrokerMemory? = nil,
        claims: DiscoveryClaims = DiscoveryClaims(), numbers: EventNumbers, reported: ReportLog = ReportLog(), from start: Moment? = nil
    ) {
        self.settings = settings
        self.outbox = outbox
        self.broker = broker
        self.debugLog = debugLog
        var logger = logger
        if let name = settings.name { logger[metadataKey: "meter"] = "\(name)" }
        self.logger = logger
        faults = MeterFaults(
            meter: settings.name, topics: all.bridgeTopics, numbers: numbers, outbox: outbox, logger: logger, reported: reported)
        self.reported = reported
        reader = settings.reader
        waiting = settings.source.startsAnew ? nil : broker.map { WaitingTelegrams(from: start ?? $0.started) }
        served = ServedTelegrams(settings.serve, logger: logger)
        publication = MeterPublication(settings, all: all, claims: claims, numbers: numbers)
    }

    // MARK: - Bytes

    /// What came of its bytes.
    var counts: TelegramCounts { faults.counts }

    var goodFrames: Int { counts.good + unusableFrames }

    /// Follows another configuration that has this meter as it is.
    func goOn(in all: Settings) { publication.goOn(in: all) }

    func begin(at now: Moment) {
        reader.breakOff { handle($0, at: now) }
        envelope.update(reader, at: now)
    }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        debugLog?.write(raw: chunk, of: settings.name, at: now)
        chunk.withMemoryRebound(to: UInt8.self) { bytes in reader.feed(Span(_unsafeElements: bytes)) { handle($0, at: now) } }
        envelope.update(reader, at: now)
        publication.identity.checksumVariant = reader.checksumVariant
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

    /// The source must not be blamed for a telegram that is not used for its keys, before the first good one, nor for
    /// another profile.
    private func refuse(_ rejection: TelegramReader.Rejection, at now: Moment) {
        faults.note(rejection, at: now)
        if let encryption = rejection.encryption, counts.good == 0 {
            publication.identity.encryption = encryption
        } else if !rejection.isBinaryDLMS {
            return
        }
        unusableFrames += 1
        outbox.post(publication.goOffline())
    }

    // MARK: - Telegrams

    private func accept(_ telegram: Telegram, at now: Moment) {
        faults.counts.good += 1
        faults.noteIssues(of: telegram, at: now)
        guard waiting != nil else { return admit(telegram, at: now) }
        if waiting?.add(telegram, at: now) == true || isRecallOver { recall() }
    }

    /// Publishes what is of the known meter.
    private func admit(_ telegram: Telegram, at now: Moment) {
        let admission = meter.admit(telegram, at: now)
        if let stranger = admission.stranger { faults.note(stranger: stranger, at: now) }
        for (telegram, arrival) in admission.telegrams { publish(telegram, at: arrival) }
    }

    private func publish(_ telegram: Telegram, at now: Moment) {
        served?.send(telegram.frame.bytes)
        let outcome = publication.take(telegram, at: now, isBrokerAway: broker?.isAway ?? false)
        for hold in outcome.holds { faults.note(hold, at: now) }
        if let document = outcome.document { debugLog?.write(parsed: document, of: settings.name, at: now) }
        post(outcome)
    }

    /// Takes what there is from an earlier run, and publishes what has waited for it.
    private func recall() {
        let telegrams = waiting?.telegrams ?? []
        waiting = nil
        if let earlier = broker?.takeDocument(publication.topics.document) {
            do throws(JSONSyntaxError) {
                let document = try JSONReader.read(earlier)
                meter.recall(document)
                post(publication.recall(document))
            } catch {
                logger.warning(
                    "the retained document on \(publication.topics.document) is not JSON (\(error)); nothing is compared with it")
            }
        }
        for (telegram, arrival) in telegrams { admit(telegram, at: arrival) }
    }

    private func post(_ outcome: MeterPublication.Outcome) {
        if !outcome.forgotten.isEmpty { outbox.forget(outcome.forgotten) }
        outbox.post(outcome.messages)
    }

    /// Ends it, while the program goes on.
    func leave(isGone: Bool) {
        served?.port.close()
        debugLog?.close(settings.name)
        post(publication.leave(isGone: isGone))
    }

    /// Takes back what an earlier run left of it, of which nothing was heard since.
    func leaveUnheard() {
        // Of one that is no JSON only its own topic and that of the availability are known.
        let earlier = broker?.takeDocument(publication.topics.document).flatMap { try? JSONReader.read($0) }
        post(publication.leave(after: earlier ?? .null))
    }

    /// The next messages of an outage that is over, at most `limit`.
    func takeHistory(_ limit: Int) -> [Message] { publication.takeHistory(limit) }

    // MARK: - The source

    func report(_ report: SourceReport, at now: Moment) {
        let level: Logger.Level
        switch report.kind {
        case .connected, .recovered:
            level = .notice
        case .ended:
            level = .notice
            // The last telegram of a capture may lack its end line.
            reader.finish { handle($0, at: now) }
            envelope.update(reader, at: now)
            if waiting != nil { recall() }
            for (telegram, arrival) in meter.finish() { publish(telegram, at: arrival) }
            outbox.post(publication.goOffline())
        case .failed, .silent, .unreadable:
            level = .warning
            outbox.post(publication.goOffline())
        }
        if let quiet = reported.changes.note(at: now) { logger.log(level: level, "\(report)\(quiet)") }
        faults.note(report, at: now)
    }

    // MARK: - Time

    var deadline: Int64? { [recallDeadline, envelope.deadline].compactMap(\.self).min() }

    private var isRecallOver: Bool { broker?.isRecallOver ?? true }
    private var recallDeadline: Int64? { waiting.map { isRecallOver ? .min : $0.deadline } }

    func tick(at now: Moment) {
        if let deadline = recallDeadline, deadline <= now.monotonic { recall() }
        if let deadline = envelope.deadline, deadline <= now.monotonic {
            reader.abandonEnvelope { handle($0, at: now) }
            envelope.update(reader, at: now)
        }
    }
}
