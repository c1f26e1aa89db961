import P1MQTTMeter
import P1MQTTSystem

/// What came of the bytes of one meter, since the start.
struct TelegramCounts: Sendable, Equatable {
    /// Why a telegram, a line or bytes were not used.
    enum Fault: String, Sendable, CaseIterable {
        case wrongChecksum
        case missingChecksum
        case cutOff
        case tooLong
        case damagedLine
        case noise
        /// A register that the guard held back; the telegram was used.
        case heldRegister
        /// Encrypted, and no key is set.
        case noKey
        /// Encrypted with another key.
        case wrongKey
        /// Encrypted, and damaged on the way.
        case damagedSeal
        /// Authenticated with another key than the one that is set.
        case wrongAuthenticationKey
        /// Deciphered, but without the right tag that the meter's others have.
        case wrongTag
        /// Used although its tag is not right by any key that is known.
        case uncheckedTag
        /// Used although its frame counter did not rise.
        case oldCounter
        /// Without a checksum, and nothing that a telegram has.
        case implausible
        /// A frame of binary DLMS: the port is set to another profile.
        case binaryDLMS
        /// Of another meter, or of one that nothing vouches for, and no second one came behind it; it is among the good ones.
        case stranger
    }

    /// Telegrams accepted.
    var good = 0
    private var faults: [Fault: Int] = [:]

    subscript(fault: Fault) -> Int {
        get { faults[fault] ?? 0 }
        set { faults[fault] = newValue }
    }

    /// Telegrams refused.
    var bad: Int { Fault.refusals.reduce(0) { $0 + self[$1] } }

    static func + (left: TelegramCounts, right: TelegramCounts) -> TelegramCounts {
        var sum = left
        sum.good += right.good
        sum.faults.merge(right.faults, uniquingKeysWith: +)
        return sum
    }
}

extension TelegramCounts.Fault {
    /// Those that cost a whole telegram.
    fileprivate static let refusals: [Self] = [
        .wrongChecksum, .missingChecksum, .cutOff, .tooLong, .noKey, .wrongKey, .damagedSeal, .wrongAuthenticationKey, .wrongTag,
        .implausible, .binaryDLMS,
    ]
}

/// Decides which faults are worth a line in the log: the first of its kind, then at most one an hour with the number
/// that came in between. A year of a noisy cable is then a few thousand lines.
struct FaultLog: Sendable {
    private static let pause: Int64 = 3_600_000
    private var reported: [TelegramCounts.Fault: (at: Int64, since: Int)] = [:]

    /// Counts a fault; returns how many of its kind were kept quiet before it, or `nil` when it is one of them.
    mutating func note(_ fault: TelegramCounts.Fault, at now: Moment) -> Int? {
        if var last = reported[fault], now.monotonic - last.at < Self.pause {
            last.since += 1
            reported[fault] = last
            return nil
        }
        let quiet = reported[fault]?.since ?? 0
        reported[fault] = (now.monotonic, 0)
        return quiet
    }
}

/// What was reported of one meter, or of all meters of a fleet together: thousands of them behind one dead broker must not
/// fill the log. Lives on the input thread.
final class ReportLog {
    var faults = FaultLog()
    /// How often sources came and went.
    var changes = LogBudget()
}
