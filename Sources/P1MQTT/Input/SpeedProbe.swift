/// Finds the speed of a serial line from what is heard on it: 115200 baud first, then 9600. The line is read as 8N1;
/// parity shows in bit 7 and is `ParityFilter`'s business.
///
/// A wrong speed gives bytes that are no text. 9600 heard at 115200 gives long runs of equal bits, so few different
/// bytes; an encrypted telegram gives all kinds of them, and exists at 115200 only. Two good frames lock the speed.
struct SpeedProbe {
    static let candidates: [SerialSpeed] = [.baud115200, .baud9600]

    package struct Limits {
        /// Bytes after which garbage is called so.
        var garbage = 200
        /// Milliseconds with bytes but without a good frame: two telegrams of ten seconds and some.
        var withoutFrame: Int64 = 25_000
        /// The same for a line whose speed was certain once.
        var withoutFrameLocked: Int64 = 120_000
        /// Milliseconds of silence after which the other speed is listened to.
        var silence: Int64 = 60_000
        /// Good frames that make the speed certain.
        var framesToLock = 2
    }

    private(set) var speed = candidates[0]
    private let limits: Limits
    private var frames = 0
    private var sample = Sample()
    /// When the present attempt began: its first byte after the last good frame.
    private var firstByte: Int64?
    private var quietSince: Int64

    init(at now: Int64, limits: Limits = Limits()) {
        self.limits = limits
        quietSince = now
    }

    var isLocked: Bool { frames >= limits.framesToLock }

    var evidence: String {
        isLocked ? "\(speed.rawValue) baud, seen in \(limits.framesToLock) telegrams" : "\(speed.rawValue) baud, being tried"
    }

    /// Monotonic milliseconds at which `tick` may have something to say.
    var deadline: Int64 {
        let silenceEnds = quietSince + limits.silence
        return firstByte.map { min(silenceEnds, $0 + patience) } ?? silenceEnds
    }

    /// The line was opened again: the speed stays, time starts anew.
    mutating func restart(at now: Int64) {
        quietSince = now
        firstByte = nil
        sample = Sample()
    }

    /// Returns whether `speed` has changed.
    mutating func heard(_ chunk: UnsafeRawBufferPointer, at now: Int64) -> Bool {
        quietSince = now
        if firstByte == nil { firstByte = now }
        guard frames == 0 else { return false }
        sample.add(chunk)
        return sample.count >= limits.garbage && isGarbage && change(at: now)
    }

    /// A good frame came at this speed.
    mutating func frameSeen() {
        frames = min(frames + 1, limits.framesToLock)
        firstByte = nil
        sample = Sample()
    }

    /// Returns whether `speed` has changed.
    mutating func tick(at now: Int64) -> Bool {
        if let firstByte, now >= firstByte + patience {
            // An encrypted meter whose key is missing gives no good frame at any speed.
            if sample.hasCipherEnvelope {
                self.firstByte = now
                return false
            }
            return change(at: now)
        }
        guard now >= quietSince + limits.silence else { return false }
        guard !isLocked else {
            quietSince = now
            return false
        }
        return change(at: now)
    }

    private var patience: Int64 { isLocked ? limits.withoutFrameLocked : limits.withoutFrame }

    private var isGarbage: Bool {
        guard !sample.hasCipherEnvelope, sample.telegramCharacters * 3 < sample.count else { return false }
        return speed != Self.candidates[0] || sample.kinds < 64
    }

    private mutating func change(at now: Int64) -> Bool {
        speed = Self.candidates.first { $0 != speed } ?? speed
        frames = 0
        restart(at: now)
        return true
    }
}

/// What the bytes since the last change look like.
private struct Sample {
    private(set) var count = 0
    /// Digits, brackets and the like, of which a telegram consists for the most part; bit 7 may be parity.
    private(set) var telegramCharacters = 0
    /// Saw the start of an encrypted telegram: DB 08 and the three letters of a manufacturer.
    private(set) var hasCipherEnvelope = false
    private var seen: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var envelope = 0

    /// How many different bytes came.
    var kinds: Int { seen.0.nonzeroBitCount + seen.1.nonzeroBitCount + seen.2.nonzeroBitCount + seen.3.nonzeroBitCount }

    mutating func add(_ chunk: UnsafeRawBufferPointer) {
        for byte in chunk {
            count += 1
            let bit = UInt64(1) << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: seen.0 |= bit
            case 1: seen.1 |= bit
            case 2: seen.2 |= bit
            default: seen.3 |= bit
            }
            switch byte & 0x7F {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x0A, 0x0D,
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: ":"):
                telegramCharacters += 1
            default: break
            }
            switch (envelope, byte) {
            case (1, 0x08), (2, 0x41...0x5A), (3, 0x41...0x5A): envelope += 1
            case (4, 0x41...0x5A): hasCipherEnvelope = true
            case (_, 0xDB): envelope = 1
            default: envelope = 0
            }
        }
    }
}
