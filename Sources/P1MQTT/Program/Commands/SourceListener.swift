import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// Listens to one source for a while and remembers what was heard, for people who look for the right port.
final class SourceListener: ChunkConsumer {
    /// Telegrams after which there is nothing more to learn.
    static let enough = 3

    /// The name of the source.
    let source: String
    /// Whether it was stopped before it had heard enough.
    private(set) var isStopped = false
    private(set) var bytes = 0
    /// Telegrams that the service would use.
    private(set) var accepted = 0
    private(set) var badChecksums = 0
    /// Those without a checksum among the accepted ones.
    private(set) var withoutChecksum = 0
    /// Encrypted telegrams, whether they could be read or not.
    private(set) var encrypted = 0
    /// Those that came whole and could not be used for their keys.
    private var locked = 0
    /// Frames of binary DLMS.
    private var binary = 0
    /// What there is to say of encrypted telegrams, of those without a checksum, or of what came in their place, and what to
    /// do.
    private(set) var advice: String?
    /// First line of the first telegram.
    private(set) var header: String?
    private(set) var reports: [SourceReport] = []
    /// What was found out about the line.
    private(set) var evidence: String?

    private var reader: TelegramReader
    private var envelope = EnvelopeWait()

    private init(_ reader: TelegramReader, source: String) {
        self.reader = reader
        self.source = source
    }

    /// Whether telegrams came that are good, or would be with the right key.
    var isP1: Bool { accepted + locked > 0 }

    /// What shows that this is the right line, whatever can be done with it.
    var goodFrames: Int { accepted + locked + binary }

    /// Returns what was heard in `seconds`, or earlier when a few telegrams came, the source failed or ended, or
    /// `stopped` says so (asked five times a second). `reader` is that of the service for this meter.
    static func listen(
        to source: any ByteSource, seconds: Int, wake: WakeDescriptor, reader: TelegramReader = TelegramReader(),
        stopped: @escaping () -> Bool = { false }
    ) -> SourceListener {
        let listener = SourceListener(reader, source: source.name)
        let feed = Feed(source: source, consumer: listener)
        let end = Moment.now().monotonic + Int64(seconds) * 1000
        var isOver = false
        let loop = InputLoop(
            feeds: [feed], wake: wake,
            everyTurn: { now in
                let isKnown = listener.goodFrames >= enough || listener.reports.contains { $0.kind == .failed }
                listener.isStopped = stopped()
                isOver = isKnown || now.monotonic >= end || listener.isStopped
                return min(end, now.monotonic + 200)
            })
        loop.run { isOver }
        listener.end()
        listener.evidence = feed.evidence
        return listener
    }

    func begin(at now: Moment) { reader.breakOff { note($0) } }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        bytes += chunk.count
        reader.feed(chunk.bindMemory(to: UInt8.self).span) { note($0) }
        envelope.update(reader, at: now)
    }

    func report(_ report: SourceReport, at now: Moment) {
        var report = report
        // Whoever listens once does not try again.
        report.retry = nil
        reports.append(report)
    }

    var deadline: Int64? { envelope.deadline }

    func tick(at now: Moment) {
        guard let deadline, deadline <= now.monotonic else { return }
        reader.abandonEnvelope { note($0) }
        envelope.update(reader, at: now)
    }

    /// At the end of a capture its last telegram counts without its end line, as it does for the service. A telegram that
    /// is on its way when the listening ends is no damage.
    private func end() {
        if reports.last?.kind == .ended { reader.finish { note($0) } }
    }

    private func note(_ event: TelegramReader.Event) {
        switch event {
        case .telegram(let telegram):
            accepted += 1
            if telegram.frame.checksum == .absent { withoutChecksum += 1 }
            if telegram.frame.seal != nil { encrypted += 1 }
            note(telegram.frame)
        case .rejected(let rejection): note(rejection)
        case .remark(.oldCounter, _), .skipped: break
        case .remark(let remark, _): advice = advice ?? "Encrypted meter: " + remark.advice(.settings)
        }
    }

    private func note(_ rejection: TelegramReader.Rejection) {
        switch rejection.reason {
        case .wrongChecksum: badChecksums += 1
        case .missingChecksum where accepted == 0: advice = "\(rejection). \(rejection.remedy())"
        case .binaryDLMS:
            binary += 1
            advice = rejection.advice(.settings)
        default: break
        }
        if rejection.encryption != nil {
            encrypted += 1
            locked += 1
            advice = "Encrypted meter: " + rejection.advice(.settings)
        } else if let frame = rejection.frame {
            note(frame)
        }
    }

    private func note(_ frame: Frame) {
        header = header ?? String(decoding: frame.bytes.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
    }
}
