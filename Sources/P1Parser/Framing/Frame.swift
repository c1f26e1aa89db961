/// One telegram as it was on the wire, or deciphered: the bytes from `/` to the end of its last line.
public struct Frame: Sendable, Equatable {
    /// What the checksum behind `!` says of the bytes.
    public enum Checksum: Sendable, Equatable {
        /// The meter sent this checksum and the bytes have it.
        case valid(UInt16)
        /// Nothing stands behind `!`, as in DSMR 2.2 and 3.0, or nothing but `XXXX`: the bytes cannot be checked.
        case absent
        /// The bytes have another checksum than the meter sent; `sent` is `nil` where its digits are damaged too.
        case invalid(sent: UInt16?, computed: UInt16)
    }

    /// The bytes, from `/` to the line end behind the checksum.
    public let bytes: [UInt8]
    /// Where `!` stands in `bytes`; their count when the end line is missing.
    public let contentEnd: Int
    /// Where `/` stood in the stream, counted from its first byte; enciphered, if the telegram was.
    public let offset: Int
    /// What the checksum says: computed as the papers ask for, or by a `TelegramReader` as this meter does.
    public internal(set) var checksum: Checksum
    /// The encryption that was taken off it; `nil` when it came in clear.
    public let seal: Seal?

    /// Whether something vouches for the bytes: a right checksum, or the right tag of their encryption.
    public var isProven: Bool {
        if case .valid = checksum { return true }
        if case .valid? = seal?.authentication { return true }
        return false
    }

    /// Whether the end line (`!`) was there.
    public var hasEndLine: Bool { contentEnd < bytes.count }

    /// The bytes of the stream that it took, counted from the first one: with its envelope, if it was encrypted.
    public var streamRange: Range<Int> {
        guard let seal else { return offset..<offset + bytes.count }
        return seal.envelope.offset..<seal.envelope.offset + seal.length
    }

    /// Whether the checksum was made unreadable on purpose, as ids are in published telegrams: four times the same
    /// character. Damage does not look like that.
    public var hasMaskedChecksum: Bool { Frame.isMasked(bytes.span, contentEnd) }

    init(bytes: [UInt8], contentEnd: Int, offset: Int) {
        self.bytes = bytes
        self.contentEnd = contentEnd
        self.offset = offset
        checksum = Frame.check(bytes.span, contentEnd)
        seal = nil
    }

    /// A telegram that was found in a deciphered text.
    init(_ frame: Frame, seal: Seal) {
        bytes = frame.bytes
        contentEnd = frame.contentEnd
        // A stream cipher: each byte of the text stands where its ciphertext stood.
        offset = seal.envelope.offset + seal.envelope.headLength + frame.offset
        checksum = frame.checksum
        self.seal = seal
    }

    private static func check(_ bytes: Span<UInt8>, _ contentEnd: Int) -> Checksum {
        guard contentEnd < bytes.count else { return .absent }
        var index = contentEnd + 1
        var sent: UInt16 = 0
        // Leading zeros may be missing (Warmtelink sends B9F for 0B9F), letters may be of either case.
        while index < bytes.count, index <= contentEnd + 4, let digit = UInt8(hexDigit: bytes[index]) {
            sent = sent << 4 | UInt16(digit)
            index += 1
        }
        let digits = index - contentEnd - 1
        // Behind it stand blanks, NUL (Kaifa in Poland) or filler of FF (EasyMeter); any other text is a damaged checksum.
        while index < bytes.count, bytes[index] <= 0x20 || bytes[index] == 0xFF { index += 1 }
        if digits == 0, index == bytes.count || isMasked(bytes, contentEnd) { return .absent }

        let checked = bytes.extracting(0..<contentEnd + 1)
        let computed = CRC16.checksum(of: checked)
        guard index == bytes.count, digits > 0 else { return .invalid(sent: nil, computed: computed) }
        if sent == computed || sent == checksumWithCarriageReturns(checked) { return .valid(sent) }
        return .invalid(sent: sent, computed: computed)
    }

    private static func isMasked(_ bytes: Span<UInt8>, _ contentEnd: Int) -> Bool {
        guard contentEnd + 4 < bytes.count, Envelope.isText(bytes[contentEnd + 1]), bytes[contentEnd + 1] != UInt8(ascii: " ") else {
            return false
        }
        let (mask, end) = (bytes[contentEnd + 1], contentEnd + 5)
        for index in contentEnd + 2..<end where bytes[index] != mask { return false }
        return UInt8(hexDigit: mask) == nil && (end == bytes.count || bytes[end] <= 0x20)
    }

    /// The checksum of the bytes as they were before something on the way took out every carriage return;
    /// `nil` when it did not.
    private static func checksumWithCarriageReturns(_ bytes: Span<UInt8>) -> UInt16? {
        var crc: UInt16 = 0
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\r") { return nil }
            if bytes[index] == UInt8(ascii: "\n") { crc = CRC16.next(crc, UInt8(ascii: "\r")) }
            crc = CRC16.next(crc, bytes[index])
        }
        return crc
    }
}
