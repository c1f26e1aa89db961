import P1Parser

/// Decides on a frame by its checksum. A meter that has sent a checksum always sends one, so a frame without it is
/// damaged from then on: one flipped bit must not turn a checked telegram into an unchecked one.
struct ChecksumPolicy: Sendable {
    enum Verdict: Equatable {
        case accept
        case refuse(TelegramCounts.Fault, String)
    }

    private let policy: CRCPolicy
    private var hasSeenChecksum = false
    private var lock = ChecksumLock()

    /// How the meter computes its checksum, once that is known.
    var variant: ChecksumVariant? { lock.variant }

    init(_ policy: CRCPolicy) {
        self.policy = policy
    }

    /// Decides on the next frame of the meter.
    mutating func judge(_ frame: Frame) -> Verdict {
        judge(lock.judge(frame))
    }

    mutating func judge(_ checksum: Frame.Checksum) -> Verdict {
        if policy == .off { return .accept }
        switch checksum {
        case .valid:
            hasSeenChecksum = true
            return .accept
        case .absent where policy == .required || hasSeenChecksum:
            return .refuse(.missingChecksum, "a telegram came without a checksum")
        case .absent:
            return .accept
        case .invalid(let sent, let computed):
            let sent = sent.map { "checksum \(Self.hex($0))" } ?? "a damaged checksum"
            return .refuse(.wrongChecksum, "a telegram came with \(sent), its bytes give \(Self.hex(computed))")
        }
    }

    /// Four hexadecimal digits, as meters print a checksum.
    static func hex(_ checksum: UInt16) -> String {
        let digits = String(checksum, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
