/// Decides which of the frames of a meter are telegrams that can be used. The only place that does.
struct TelegramJudge: Sendable {
    var checksums: ChecksumJudge
    var seals: SealJudge
    /// Frames of binary DLMS since the last telegram. One may be noise with a check that is right by chance.
    private var binaryFrames = 0

    init(checksums: ChecksumJudge, seals: SealJudge) {
        self.checksums = checksums
        self.seals = seals
    }

    /// Whether the port is set to binary DLMS: then whatever looks like a damaged telegram is a part of that.
    private var isBinary: Bool { binaryFrames > 1 }

    /// Passes on what the framer found, with a verdict on it.
    mutating func judge(_ event: Framer.Event, _ handle: (TelegramReader.Event) -> Void) {
        switch event {
        case .frame(let frame): judge(frame, handle)
        case .discarded(let discard): judge(discard, handle)
        }
    }

    private mutating func judge(_ frame: consuming Frame, _ handle: (TelegramReader.Event) -> Void) {
        var reason: TelegramReader.Rejection.Reason?
        if let seal = frame.seal {
            switch seals.judge(seal) {
            case .accept(let remarks): for remark in remarks { handle(.remark(remark, seal.envelope)) }
            case .reject(let why): reason = why
            }
        }
        reason = reason ?? checksums.judge(&frame)
        if reason == nil {
            let telegram = Telegram(copy frame)
            guard !frame.isProven, !telegram.isPlausible else {
                binaryFrames = 0
                return handle(.telegram(telegram))
            }
        }
        let range = frame.streamRange
        if isBinary, frame.seal == nil { return handle(.skipped(offset: range.lowerBound, count: range.count)) }
        let why = reason ?? .implausible
        let whole = why == .unfinished ? nil : frame
        handle(.rejected(TelegramReader.Rejection(offset: range.lowerBound, count: range.count, reason: why, frame: whole)))
    }

    private mutating func judge(_ discard: Framer.Discard, _ handle: (TelegramReader.Event) -> Void) {
        let reason: TelegramReader.Rejection.Reason
        switch discard.reason {
        case .binary(let link):
            binaryFrames += 1
            guard isBinary else { return handle(.skipped(offset: discard.offset, count: discard.count)) }
            reason = .binaryDLMS(link)
        case .noise: return handle(.skipped(offset: discard.offset, count: discard.count))
        case _ where isBinary: return handle(.skipped(offset: discard.offset, count: discard.count))
        case .cutOff: reason = .cutOff
        case .tooLong: reason = .tooLong
        case .sealed(let envelope, let failure): reason = .sealed(envelope, seals.judge(failure))
        }
        handle(.rejected(TelegramReader.Rejection(offset: discard.offset, count: discard.count, reason: reason, frame: nil)))
    }
}

extension Telegram {
    /// Whether it has what telegrams have: a header of text, and a line that can be read.
    fileprivate var isPlausible: Bool {
        // The maker at least, behind the `/`.
        header.count > 3 && text[header.range].allSatisfy(Envelope.isText) && !objects.isEmpty
    }
}
