/// The head of an encrypted telegram: what stands in clear in front of the ciphertext.
///
/// Source: DLMS general-global-ciphering (DLMS UA 1000-2) as the P1 ports of Luxembourg (P1 specification 1.1.3,
/// section 5.2.5) and Austria send it: `DB 08`, 8 bytes of system title, length, security byte, 4 bytes of frame counter,
/// ciphertext, 12 bytes of tag. Nothing marks the end but the length: `DB 08` may stand in the ciphertext too.
public struct Envelope: Sendable, Equatable {
    /// Eight bytes that name the meter, the first one highest: three letters of the maker and a serial number.
    public let systemTitle: UInt64
    /// Rises with each frame of one key. With the title it makes the nonce, so that no two frames share one.
    public let counter: UInt32
    /// What was done to the text: bit 5 encrypted, bit 4 authenticated, the low four bits the suite (0: AES-128-GCM).
    public let securityByte: UInt8
    /// Where `DB` stood in the stream, counted from its first byte.
    public let offset: Int
    /// Bytes in front of the ciphertext.
    public let headLength: Int
    /// Bytes of the whole frame, from `DB` to the end of the tag.
    public let length: Int

    /// Bytes of the tag: 12, or 0 when the frame is encrypted only.
    public var tagLength: Int { Envelope.tagLength(securityByte) }

    /// The nonce of AES-GCM: the system title and the frame counter, 12 bytes.
    public var nonce: [UInt8] {
        let title = (0..<8).map { UInt8(truncatingIfNeeded: systemTitle >> (56 - 8 * $0)) }
        return title + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
    }

    /// The system title as 16 hexadecimal digits in upper case.
    public var systemTitleText: String {
        let digits = String(systemTitle, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func tagLength(_ securityByte: UInt8) -> Int { securityByte & 0x10 != 0 ? 12 : 0 }
}

extension Envelope {
    /// What stands at a place of the stream.
    enum Finding: Equatable {
        case none
        /// It may be an envelope: too few bytes are there to tell.
        case unclear
        case found(Envelope)
    }

    /// Whether an envelope begins at `index` of `bytes`, as far as they go up to `limit`.
    ///
    /// In ciphertext the two bytes `DB 08` stand once in 65,536 places; with a length and a security byte that are
    /// possible behind them, once in some ten millions.
    ///
    /// - Parameters:
    ///   - bytes: a part of the stream.
    ///   - index: the place in it.
    ///   - limit: its end, or less.
    ///   - start: where `bytes` begins in the stream.
    ///   - maximumLength: the most bytes that a frame may have.
    static func find(in bytes: Span<UInt8>, at index: Int, limit: Int, start: Int, maximumLength: Int) -> Finding {
        guard bytes[index] == 0xDB else { return .none }
        guard index + 1 < limit else { return .unclear }
        guard bytes[index + 1] == 0x08 else { return .none }
        guard index + 10 < limit else { return .unclear }
        // One byte below 80, or 81 and 82 with one and two bytes behind them (BER); a published sample has 00 for 82.
        let lengthBytes: Int
        switch bytes[index + 10] {
        case 0x82, 0x00: lengthBytes = 2
        case 0x81: lengthBytes = 1
        case 0x01...0x7F: lengthBytes = 0
        default: return .none
        }
        let body = index + 11 + lengthBytes
        guard body < limit else { return .unclear }
        let security = bytes[body]
        guard security == 0x30 || security == 0x20 else { return .none }
        let bodyLength = lengthBytes == 0 ? Int(bytes[index + 10]) : Int(number(bytes, index + 11..<body))
        // The security byte, the counter, a text of at least one byte, the tag.
        guard bodyLength > 5 + tagLength(security), body - index + bodyLength <= maximumLength else { return .none }
        guard body + 5 <= limit else { return .unclear }
        return .found(
            Envelope(
                systemTitle: number(bytes, index + 2..<index + 10),
                counter: UInt32(truncatingIfNeeded: number(bytes, body + 1..<body + 5)),
                securityByte: security, offset: start + index, headLength: body - index + 5, length: body - index + bodyLength))
    }

    /// Where, behind the first byte, the next frame may begin in the bytes of one that could not be opened: its length
    /// cannot be trusted, and when it was cut off another one follows within. Their count when none does.
    ///
    /// Ciphertext holds a `/` behind a byte that is no text in nearly every frame, so here a header must follow it.
    ///
    /// - Parameters:
    ///   - bytes: those of the frame.
    ///   - maximumLength: the most bytes that a frame may have.
    ///   - isDamaged: whether the frame is known to be damaged. Then a `DB` at its very end counts too, which stands there
    ///     by chance in one of 256 whole frames.
    static func nextStart(in bytes: Span<UInt8>, maximumLength: Int, isDamaged: Bool) -> Int {
        let end = isDamaged ? bytes.count : bytes.count - 1
        for index in 1..<max(end, 1) {
            if bytes[index] == UInt8(ascii: "/") {
                if !isText(bytes[index - 1]), isHeader(bytes, index) { return index }
            } else if find(in: bytes, at: index, limit: bytes.count, start: 0, maximumLength: maximumLength) != .none {
                return index
            }
        }
        return bytes.count
    }

    /// Whether four characters at least follow the `/`, and then a line end or the end of the bytes.
    private static func isHeader(_ bytes: Span<UInt8>, _ slash: Int) -> Bool {
        var end = slash + 1
        while end < bytes.count, isText(bytes[end]) { end += 1 }
        return end - slash > 4 && (end == bytes.count || bytes[end] == 0x0D || bytes[end] == 0x0A)
    }

    static func isText(_ byte: UInt8) -> Bool { 0x20...0x7E ~= byte }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var number: UInt64 = 0
        for index in range { number = number << 8 | UInt64(bytes[index]) }
        return number
    }
}
