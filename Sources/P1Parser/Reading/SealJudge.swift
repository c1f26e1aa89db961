/// Decides on encrypted telegrams: which are accepted, and what there is to remark. Like the checksum, a tag that was
/// right once is expected from then on.
struct SealJudge: Sendable {
    enum Verdict: Equatable {
        /// It is accepted, whatever there is to remark.
        case accept([TelegramReader.Remark])
        case reject(TelegramReader.Rejection.Reason)
    }

    /// Undecipherable telegrams in a row after which the key is called wrong, if it was right before.
    private static let patience = 3

    private let hasAuthenticationKey: Bool
    private var hasSeenTag = false
    private var hasRemarkedOnTag = false
    private var hasOpened = false
    private var undecipheredInARow = 0
    private var last: (systemTitle: UInt64, counter: UInt32)?

    /// - Parameter hasAuthenticationKey: whether the meter's own authentication key is known; then the tag must be made
    ///   with it.
    init(hasAuthenticationKey: Bool) {
        self.hasAuthenticationKey = hasAuthenticationKey
    }

    /// A telegram that was opened.
    mutating func judge(_ seal: Frame.Seal) -> Verdict {
        hasOpened = true
        undecipheredInARow = 0
        let remarks = [counterRemark(seal.envelope)].compactMap(\.self)
        switch seal.authentication {
        case .valid(let key) where key == .own || !hasAuthenticationKey:
            hasSeenTag = true
            return .accept(remarks)
        case .valid(let key):
            return .reject(.wrongAuthenticationKey(fitting: key))
        case .invalid where hasAuthenticationKey && !hasSeenTag:
            return .reject(.wrongAuthenticationKey(fitting: nil))
        case .invalid where hasSeenTag:
            return .reject(.wrongTag)
        case .absent where hasAuthenticationKey || hasSeenTag:
            return .reject(.missingTag(hadOneBefore: hasSeenTag))
        case .invalid where !hasRemarkedOnTag:
            hasRemarkedOnTag = true
            return .accept(remarks + [.uncheckedTag])
        case .invalid, .absent:
            return .accept(remarks)
        }
    }

    /// A telegram that could not be opened.
    ///
    /// - Returns: why, as far as the telegrams before it tell: one that is damaged looks like one of another key.
    mutating func judge(_ failure: Envelope.Failure) -> Envelope.Failure {
        guard failure == .wrongKey else { return failure }
        undecipheredInARow += 1
        return hasOpened && undecipheredInARow < SealJudge.patience ? .damaged : .wrongKey
    }

    /// A counter that does not rise is a replay, or the meter has a new key or started anew: remarked, never rejected.
    private mutating func counterRemark(_ envelope: Envelope) -> TelegramReader.Remark? {
        defer { last = (envelope.systemTitle, envelope.counter) }
        guard let last, last.systemTitle == envelope.systemTitle, envelope.counter <= last.counter else { return nil }
        return .oldCounter(envelope.counter, last: last.counter)
    }
}
