/// Finds out from the bytes alone whether bit 7 is a parity bit (a 7E1 or 7O1 line read as 8N1) or data, and clears
/// it where it is parity. 8-bit filler, such as 1,024 bytes of FF, and encrypted frames are data and stay as they are.
///
/// A byte with bit 7 clear is the same either way and passes at once; only from the first byte with bit 7 set on are
/// bytes held back, at most 64, until the verdict. So not one byte of the first telegram is lost, and a plain 8N1
/// line is never delayed. A byte of wrong parity becomes NUL, as the kernel does it (`INPCK`): the dialects with
/// parity have no checksum, and a NUL costs one line instead of giving a wrong number.
struct ParityFilter {
    enum Framing: String, Sendable {
        case eightBits = "8N1"
        case even = "7E1"
        case odd = "7O1"
    }

    static let holdLimit = 64

    /// What is known of the line.
    struct Verdict: Equatable, Sendable {
        /// `nil` until it is certain.
        fileprivate(set) var framing: Framing?
        /// Bytes that it took to become certain; those seen so far while it is not.
        fileprivate(set) var bytesSeen = 0
        /// Bytes of wrong parity on a line with parity.
        fileprivate(set) var parityErrors = 0

        /// For `bridge/info`: "7E1, seen in 64 bytes".
        var evidence: String {
            guard let framing else { return "framing not yet known" }
            return "\(framing.rawValue), seen in \(bytesSeen) bytes"
        }
    }

    private(set) var verdict = Verdict()
    private var tally = ParityTally()
    private var held: [UInt8] = []
    private var stripped: [UInt8] = []
    private var dissent: (framing: Framing, blocks: Int)?

    /// Hands the bytes of `chunk` on, in order and in any portions, as soon as they are certain.
    mutating func filter(_ chunk: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        guard let framing = verdict.framing else { return decide(chunk, deliver) }
        pass(chunk, as: framing, deliver)
        watchForChange(chunk, from: framing)
    }

    /// The end of the stream: hands on what is still held, as it came.
    mutating func finish(_ deliver: (UnsafeRawBufferPointer) -> Void) {
        release(as: verdict.framing ?? .eightBits, deliver)
    }

    private mutating func decide(_ chunk: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        for index in chunk.indices {
            let byte = chunk[index]
            tally.count(byte)
            verdict.bytesSeen += 1
            let isCertain = held.isEmpty && (byte < 0x80 || byte == 0xFF)
            if !isCertain {
                if held.isEmpty, start < index { deliver(UnsafeRawBufferPointer(rebasing: chunk[start..<index])) }
                held.append(byte)
                start = index + 1
            }
            if let framing = tally.verdict {
                verdict.framing = framing
                tally = ParityTally()
                release(as: framing, deliver)
                return pass(UnsafeRawBufferPointer(rebasing: chunk[start...]), as: framing, deliver)
            }
            // Without a verdict in that many bytes they are no text, so nothing is lost by taking them as they are.
            if held.count == Self.holdLimit { release(as: .eightBits, deliver) }
        }
        if start < chunk.count { deliver(UnsafeRawBufferPointer(rebasing: chunk[start...])) }
    }

    private mutating func release(as framing: Framing, _ deliver: (UnsafeRawBufferPointer) -> Void) {
        guard !held.isEmpty else { return }
        let bytes = held
        held.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { pass($0, as: framing, deliver) }
    }

    private mutating func pass(
        _ chunk: UnsafeRawBufferPointer, as framing: Framing, _ deliver: (UnsafeRawBufferPointer) -> Void
    ) {
        guard !chunk.isEmpty else { return }
        guard framing != .eightBits else { return deliver(chunk) }
        stripped.removeAll(keepingCapacity: true)
        let right = framing == .even ? 0 : 1
        for byte in chunk {
            let isRight = byte.nonzeroBitCount & 1 == right
            stripped.append(isRight ? byte & 0x7F : 0)
            verdict.parityErrors &+= isRight ? 0 : 1
        }
        stripped.withUnsafeBytes(deliver)
    }

    /// Two blocks in a row that clearly say something else change the verdict, from the next chunk on.
    /// Noise in one block does not.
    private mutating func watchForChange(_ chunk: UnsafeRawBufferPointer, from framing: Framing) {
        if framing == .eightBits, !chunk.hasHighBit {
            dissent = nil
            tally = ParityTally()
            return
        }
        for byte in chunk {
            tally.count(byte)
            guard tally.isBlock else { continue }
            let opinion = tally.opinion
            tally = ParityTally()
            guard let opinion, opinion != framing else {
                dissent = nil
                continue
            }
            let blocks = dissent?.framing == opinion ? (dissent?.blocks ?? 0) + 1 : 1
            dissent = (opinion, blocks)
            if blocks == 2 {
                verdict.framing = opinion
                verdict.bytesSeen = blocks * ParityTally.block
                dissent = nil
                return
            }
        }
    }
}

/// Counts what the bytes say about parity. FF, and a byte that repeats the one before it, say nothing: filler.
private struct ParityTally {
    static let block = 128

    private var even = 0
    private var odd = 0
    private var evenWithHighBit = 0
    private var oddWithHighBit = 0
    private var previous: UInt8 = 0xFF

    mutating func count(_ byte: UInt8) {
        defer { previous = byte }
        guard byte != previous, byte != 0xFF, byte != 0 else { return }
        let high = Int(byte >> 7)
        if byte.nonzeroBitCount & 1 == 0 {
            even += 1
            evenWithHighBit += high
        } else {
            odd += 1
            oddWithHighBit += high
        }
    }

    /// A first verdict: both parities in a handful of bytes are data; nearly only one of them in 20 bytes, with bit 7
    /// set in 6 or more, is parity (chance for random data: 21 in a million).
    var verdict: ParityFilter.Framing? {
        if min(even, odd) >= 3, min(even, odd) * 3 >= max(even, odd) { return .eightBits }
        if even >= 20, evenWithHighBit >= 6, odd * 10 <= even { return .even }
        if odd >= 20, oddWithHighBit >= 6, even * 10 <= odd { return .odd }
        return nil
    }

    var isBlock: Bool { even + odd >= Self.block }

    /// What a whole block says, much more strictly than the first verdict.
    var opinion: ParityFilter.Framing? {
        let total = even + odd
        if min(even, odd) * 4 >= total { return .eightBits }
        if even * 10 >= total * 9, evenWithHighBit * 5 >= total { return .even }
        if odd * 10 >= total * 9, oddWithHighBit * 5 >= total { return .odd }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether any byte is above 7F; looks at eight bytes at once.
    fileprivate var hasHighBit: Bool {
        var seen: UInt64 = 0
        let words = count / 8
        for word in 0..<words { seen |= loadUnaligned(fromByteOffset: word * 8, as: UInt64.self) }
        for index in (words * 8)..<count { seen |= UInt64(self[index]) }
        return seen & 0x8080_8080_8080_8080 != 0
    }
}
