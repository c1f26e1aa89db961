/// The ways to compute the four digits behind `!`.
///
/// All P1 papers ask for the first; some meters do it their own way (Holley in Hungary: X-25, ndokter/dsmr_parser 91).
public enum ChecksumVariant: String, Sendable, CaseIterable, Codable {
    /// Of all P1 papers.
    case arc = "CRC-16/ARC"
    /// Start value and final inversion of HDLC.
    case x25 = "CRC-16/X-25"
    /// The polynomial of HDLC, without inversions.
    case kermit = "CRC-16/KERMIT"
    /// The polynomial of ARC, start value FFFF.
    case modbus = "CRC-16/MODBUS"

    /// The checksum of `bytes`.
    ///
    /// - Parameter bytes: the bytes from `/` up to and including `!`, as they were on the wire.
    /// - Returns: the checksum.
    public func checksum(of bytes: Span<UInt8>) -> UInt16 {
        switch self {
        case .arc: CRC16.checksum(of: bytes)
        case .x25: ~ChecksumVariant.reflected(bytes, 0x8408, start: 0xFFFF)
        case .kermit: ChecksumVariant.reflected(bytes, 0x8408, start: 0)
        case .modbus: ChecksumVariant.reflected(bytes, 0xA001, start: 0xFFFF)
        }
    }

    /// Bit by bit: only telegrams whose checksum is wrong by the papers come here.
    private static func reflected(_ bytes: Span<UInt8>, _ polynomial: UInt16, start: UInt16) -> UInt16 {
        var crc = start
        for index in bytes.indices {
            crc ^= UInt16(bytes[index])
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ polynomial : crc >> 1 }
        }
        return crc
    }
}

/// Finds out which variant of the checksum a meter uses, and holds on to it.
///
/// A telegram with damage has the right checksum of some variant by chance, once in thousands. So a variant other than
/// that of the papers counts only when telegrams in a row have it; from then on it is the only one that counts.
struct ChecksumLock: Sendable, Equatable {
    /// How many telegrams in a row it takes.
    static let telegrams = 3

    /// The variant that the meter uses, once it is known.
    private(set) var variant: ChecksumVariant?
    private var candidate: ChecksumVariant?
    private var run = 0

    /// Judges a frame, and learns from it.
    ///
    /// - Parameter frame: the next frame of the meter.
    /// - Returns: what its checksum says when it is computed as the meter does.
    mutating func judge(_ frame: Frame) -> Frame.Checksum {
        guard let sent = frame.checksum.sent else { return frame.checksum }
        let found = match(frame, sent)
        if found != candidate { run = 0 }
        candidate = found
        run = min(run + 1, ChecksumLock.telegrams)
        if let found, run == ChecksumLock.telegrams || (found == .arc && variant == nil) { variant = found }
        if found != nil, found == variant { return .valid(sent) }
        let computed = frame.checksum(variant ?? .arc)
        return .invalid(sent: sent, computed: computed)
    }

    /// The variant that gives the checksum that was sent: the known one if it does.
    private func match(_ frame: Frame, _ sent: UInt16) -> ChecksumVariant? {
        if case .valid = frame.checksum { return .arc }
        let others = ChecksumVariant.allCases.filter { $0 != .arc && $0 != variant }
        return ([variant].compactMap { $0 == .arc ? nil : $0 } + others).first { frame.checksum($0) == sent }
    }
}

extension Frame.Checksum {
    /// The checksum that the meter sent; `nil` when there is none or its digits are damaged.
    var sent: UInt16? {
        switch self {
        case .valid(let sent): sent
        case .invalid(let sent, _): sent
        case .absent: nil
        }
    }
}

extension Frame {
    /// The checksum of the bytes from `/` up to and including `!`.
    func checksum(_ variant: ChecksumVariant) -> UInt16 {
        variant.checksum(of: bytes.span.extracting(0..<contentEnd + 1))
    }
}
