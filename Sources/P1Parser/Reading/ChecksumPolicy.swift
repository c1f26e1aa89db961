/// What to do with the checksum of a telegram.
public enum ChecksumPolicy: String, Sendable, CaseIterable, Codable {
    /// Checked when present. A meter that has sent a right one always sends one, so a telegram without it is damaged from
    /// then on: one flipped bit must not turn a checked telegram into an unchecked one.
    case auto
    /// A telegram without a checksum is rejected too.
    case required
    /// Never checked.
    case off
}

/// Decides on telegrams by their checksums.
struct ChecksumJudge: Sendable {
    private let policy: ChecksumPolicy
    private var hasSeenChecksum = false
    private var lock = ChecksumLock()

    /// How the meter computes its checksum, once that is known.
    var variant: ChecksumVariant? { lock.variant }

    init(_ policy: ChecksumPolicy) {
        self.policy = policy
    }

    /// Decides on the next frame of the meter, and sets its checksum to what it says when it is computed as the meter
    /// does.
    ///
    /// - Returns: why the frame is rejected; `nil` when it is accepted.
    mutating func judge(_ frame: inout Frame) -> TelegramReader.Rejection.Reason? {
        frame.checksum = lock.judge(frame)
        if policy == .off { return nil }
        switch frame.checksum {
        case .valid:
            hasSeenChecksum = true
            return nil
        case .absent where policy == .required || hasSeenChecksum:
            return frame.hasEndLine ? .missingChecksum : .unfinished
        case .absent:
            return nil
        case .invalid(let sent, let computed):
            return .wrongChecksum(sent: sent, computed: computed)
        }
    }
}
