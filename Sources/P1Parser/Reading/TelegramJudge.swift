/// Decides which of the frames of a meter are telegrams that can be used. The only place that does.
struct TelegramJudge: Sendable {
    var checksums: ChecksumJudge
    var seals: SealJudge

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
        guard let reason else { return handle(.telegram(Telegram(frame))) }
        let range = frame.streamRange
        let whole = reason == .unfinished ? nil : frame
        handle(.rejected(TelegramReader.Rejection(offset: range.lowerBound, count: range.count, reason: reason, frame: whole)))
    }

    private mutating func judge(_ discard: Framer.Discard, _ handle: (TelegramReader.Event) -> Void) {
        let reason: TelegramReader.Rejection.Reason
        switch discard.reason {
        case .noise: return handle(.skipped(offset: discard.offset, count: discard.count))
        case .cutOff: reason = .cutOff
        case .tooLong: reason = .tooLong
        case .sealed(let envelope, let failure): reason = .sealed(envelope, seals.judge(failure))
        }
        handle(.rejected(TelegramReader.Rejection(offset: discard.offset, count: discard.count, reason: reason, frame: nil)))
    }
}
