/// A code as a line begins with it: `1-0:1.8.1(`. Only for codes without F whose A and B have one digit, and whose C.D.E
/// take at most eight bytes.
struct CodeSpelling: Sendable, Equatable {
    /// `A-B:`, the first byte lowest.
    private let channel: UInt32
    /// `C.D.E` and the bracket, the first byte lowest; no bracket where C.D.E take all eight bytes.
    private let rest: UInt64

    static let none = CodeSpelling(channel: 0, rest: 0)

    /// How many bytes stand before the bracket.
    var count: Int { 11 &- rest.leadingZeroBitCount / 8 }

    /// Fibonacci hashing: the multiplier is 2 to the 64 divided by the golden ratio.
    var hash: Int {
        Int(truncatingIfNeeded: ((rest ^ UInt64(channel) << 24) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }

    /// What stands from `start` up to a bracket, which must be within the next twelve bytes. It need not be a code.
    @inline(__always)
    init?(_ text: Span<UInt8>, from start: Int) {
        guard start &+ 12 <= text.count else { return nil }
        let text = text.extracting(start..<start &+ 12)
        let following = text.word(at: 4)
        let brackets = following ^ UInt64(repeating: UInt8(ascii: "("))
        // A byte that is a bracket is zero now; of the lowest one the highest bit is the lowest bit in `hits`.
        let hits = (brackets &- UInt64(repeating: 1)) & ~brackets & UInt64(repeating: 0x80)
        guard hits != 0 else { return nil }
        let highest = hits & (0 &- hits)
        channel = UInt32(truncatingIfNeeded: text.word(at: 0))
        rest = following & ((highest << 1) &- 1)
    }

    /// The spelling of `code`, whatever its F; `nil` for one that is too long.
    init?(_ code: OBISCode) {
        guard code.a <= 9, code.b <= 9 else { return nil }
        let zero = UInt32(UInt8(ascii: "0"))
        let (dash, colon) = (UInt32(UInt8(ascii: "-")), UInt32(UInt8(ascii: ":")))
        channel = (zero + UInt32(code.a)) | dash << 8 | (zero + UInt32(code.b)) << 16 | colon << 24
        var word: UInt64 = 0
        var bits: UInt64 = 0
        func append(_ byte: UInt8) {
            word |= UInt64(byte) << bits
            bits += 8
        }
        func append(_ number: UInt16, _ sign: UInt8) {
            if number >= 100 { append(UInt8(ascii: "0") + UInt8(number / 100)) }
            if number >= 10 { append(UInt8(ascii: "0") + UInt8(number / 10 % 10)) }
            append(UInt8(ascii: "0") + UInt8(number % 10))
            append(sign)
        }
        append(code.c, UInt8(ascii: "."))
        append(code.d, UInt8(ascii: "."))
        append(code.e, UInt8(ascii: "("))
        guard bits <= 72 else { return nil }
        rest = word
    }

    private init(channel: UInt32, rest: UInt64) {
        self.channel = channel
        self.rest = rest
    }
}
