/// How binary DLMS is framed on the line of a meter whose P1 port is set to another profile.
public enum DLMSLink: String, Sendable, CaseIterable, Codable {
    /// IEC 62056-46: `7E`, `A0` and the length, addresses, two checks of 16 bits, `7E`.
    case hdlc = "HDLC"
    /// EN 13757-2: `68`, the length twice, `68`, the data, their sum in 8 bits, `16`.
    case mbus = "M-Bus"
}

/// A frame of binary DLMS, which is recognised and not read: its bytes are no telegram, whatever stands in them.
enum BinaryFrame {
    /// What stands at a place of the stream.
    enum Finding: Equatable {
        case none
        /// It may be such a frame: too few bytes are there to tell.
        case unclear
        /// All of it is there, and its check is right.
        case found(DLMSLink, length: Int)
    }

    /// Whether such a frame begins at `index` of `bytes`, as far as they go up to `limit`.
    ///
    /// - Parameters:
    ///   - bytes: a part of the stream.
    ///   - index: the place in it.
    ///   - limit: its end, or less.
    ///   - maximumLength: the most bytes that a frame may have.
    static func find(in bytes: Span<UInt8>, at index: Int, limit: Int, maximumLength: Int) -> Finding {
        switch bytes[index] {
        case flag: findHDLC(bytes, index, limit, maximumLength)
        case start: findMBus(bytes, index, limit, maximumLength)
        default: .none
        }
    }

    /// The first byte of a frame: HDLC.
    static let flag: UInt8 = 0x7E
    /// The first byte of a frame: M-Bus.
    static let start: UInt8 = 0x68
    private static let stop: UInt8 = 0x16
    /// Bytes of an address at most.
    private static let maximumAddress = 4

    private static func findHDLC(_ bytes: Span<UInt8>, _ index: Int, _ limit: Int, _ maximumLength: Int) -> Finding {
        guard index + 2 < limit else { return index + 1 < limit && bytes[index + 1] & 0xF0 != 0xA0 ? .none : .unclear }
        guard bytes[index + 1] & 0xF0 == 0xA0 else { return .none }
        // Between the flags.
        let length = Int(bytes[index + 1] & 0x07) << 8 | Int(bytes[index + 2])
        // The last byte of an address has its lowest bit set.
        var control = index + 3
        for _ in 0..<2 {
            let first = control
            while control < limit, bytes[control] & 1 == 0, control - first < maximumAddress { control += 1 }
            guard control < limit else { return .unclear }
            guard bytes[control] & 1 == 1, control - first < maximumAddress else { return .none }
            control += 1
        }
        let text = control + 3
        let end = index + 1 + length
        guard text + 2 < end, length + 2 <= maximumLength else { return .none }
        // The check of the header comes early, so that noise is not waited on for long.
        guard text <= limit else { return .unclear }
        guard isChecked(bytes, index + 1..<control + 1) else { return .none }
        guard end < limit else { return .unclear }
        return bytes[end] == flag && isChecked(bytes, index + 1..<end - 2) ? .found(.hdlc, length: length + 2) : .none
    }

    /// Whether the check of these bytes stands behind them, its low byte first.
    private static func isChecked(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let check = ChecksumVariant.x25.checksum(of: bytes.extracting(range))
        return UInt16(bytes[range.upperBound]) | UInt16(bytes[range.upperBound + 1]) << 8 == check
    }

    private static func findMBus(_ bytes: Span<UInt8>, _ index: Int, _ limit: Int, _ maximumLength: Int) -> Finding {
        let data = index + 4
        for place in index + 1...data + 2 {
            guard place < limit else { return .unclear }
            let isRight =
                switch place - index {
                case 1: bytes[place] > 3
                case 2: bytes[place] == bytes[index + 1]
                case 3: bytes[place] == start
                // To be taken without an answer (SND_UD), from whatever address.
                case 4: bytes[place] & 0xDF == 0x53
                // The transport layer of DLMS numbers the parts of a message here.
                case 6: bytes[place] < 0x20
                default: true
                }
            guard isRight else { return .none }
        }
        let length = Int(bytes[index + 1])
        let end = data + length
        guard length + 6 <= maximumLength else { return .none }
        guard end + 1 < limit else { return .unclear }
        var sum: UInt8 = 0
        for place in data..<end { sum &+= bytes[place] }
        return bytes[end] == sum && bytes[end + 1] == stop ? .found(.mbus, length: length + 6) : .none
    }
}
