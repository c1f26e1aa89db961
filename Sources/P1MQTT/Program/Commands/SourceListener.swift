import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// Listens to one source for a while and remembers what was heard, for people who look for the right port.
final class SourceListener: ChunkConsumer {
    /// Telegrams after which there is nothing more to learn.
    static let enough = 3

    private(set) var bytes = 0
    private(set) var goodFrames = 0
    private(set) var badChecksums = 0
    private(set) var withoutChecksum = 0
    /// Encrypted telegrams, whether they could be read or not.
    private(set) var encrypted = 0
    /// Why an encrypted one could not be used, and what to do.
    private(set) var sealRemark: SealPolicy.Remark?
    /// First line of the first telegram.
    private(set) var header: String?
    private(set) var reports: [SourceReport] = []
    /// What was found out about the line.
    private(set) var evidence: String?
    let deadline: Int64? = nil

    private var framer: Framer
    private var seals: SealPolicy

    private init(cipher: MeterCipher?) {
        framer = Framer(cipher: cipher)
        seals = SealPolicy(hasAuthenticationKey: cipher?.hasAuthenticationKey ?? false)
    }

    /// Returns what was heard in `seconds`, or earlier when a few telegrams came, the source failed or ended, or
    /// `stopped` says so (asked five times a second). `cipher` deciphers what an encrypted meter sends.
    static func listen(
        to source: any ByteSource, seconds: Int, wake: WakeDescriptor, cipher: MeterCipher? = nil,
        stopped: @escaping () -> Bool = { false }
    ) -> SourceListener {
        let listener = SourceListener(cipher: cipher)
        let feed = Feed(source: source, consumer: listener)
        let end = Moment.now().monotonic + Int64(seconds) * 1000
        var isOver = false
        let loop = InputLoop(
            feeds: [feed], wake: wake,
            everyTurn: { now in
                let isKnown = max(listener.goodFrames, listener.encrypted) >= enough || listener.reports.contains { $0.kind == .failed }
                isOver = isKnown || now.monotonic >= end || stopped()
                return min(end, now.monotonic + 200)
            })
        loop.run { isOver }
        listener.framer.finish { listener.note($0) }
        listener.evidence = feed.evidence
        return listener
    }

    func begin(at now: Moment) { framer.breakOff { note($0) } }

    func receive(_ chunk: UnsafeRawBufferPointer, at now: Moment) {
        bytes += chunk.count
        framer.feed(chunk.bindMemory(to: UInt8.self).span) { note($0) }
    }

    func report(_ report: SourceReport, at now: Moment) {
        var report = report
        // Whoever listens once does not try again.
        report.retry = nil
        reports.append(report)
    }

    func tick(at now: Moment) {}

    private func note(_ event: Framer.Event) {
        if case .discarded(let discard) = event, case .sealed(let envelope, let failure) = discard.reason {
            encrypted += 1
            sealRemark = seals.judge(envelope, failure, count: discard.count)
        }
        guard case .frame(let frame) = event, frame.hasEndLine else { return }
        if let seal = frame.seal {
            encrypted += 1
            switch seals.judge(seal) {
            case .accept(let remarks): sealRemark = sealRemark ?? remarks.first { $0.fault != .oldCounter }
            case .refuse(let remark):
                sealRemark = remark
                return
            }
        }
        switch frame.checksum {
        case .valid: goodFrames += 1
        case .absent:
            goodFrames += 1
            withoutChecksum += 1
        case .invalid: badChecksums += 1
        }
        header = header ?? String(decoding: frame.bytes.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
    }
}
