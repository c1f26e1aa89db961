extension OBISCode {
    /// Reads a code that starts at `start`. The separators must be the standard's: what noise makes of them is no code.
    ///
    /// Returns the code and the index behind it, or `nil`.
    @inline(__always)
    static func scan(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> (OBISCode, Int)? {
        scanUsual(bytes, start, end) ?? scanAny(bytes, start, end)
    }

    /// The usual form, `d-d:` and at most eight bytes up to and including the bracket, without a look at single bytes: it
    /// takes less than half the instructions of the loop below, and a code is read for each line. `nil` for any other form.
    @inline(__always)
    private static func scanUsual(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (OBISCode, Int)? {
        guard start &+ 12 <= end else { return nil }
        let zeros: UInt64 = 0x3030_3030_3030_3030
        let channel = bytes.word(at: start) ^ zeros
        let a = channel & 0xFF
        let b = channel >> 16 & 0xFF
        guard channel & 0xFF00_FF00 == 0x0A00_1D00, a <= 9, b <= 9 else { return nil }  // - and :, less the zeros
        // Digits have become 0 to 9; the highest bit marks the bytes that are more than that.
        let rest = bytes.word(at: start &+ 4) ^ zeros
        let ends = ((rest & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676 | rest) & 0x8080_8080_8080_8080
        let afterC = ends & (ends &- 1)
        let afterD = afterC & (afterC &- 1)
        guard afterD != 0 else { return nil }
        let endC = UInt64(ends.trailingZeroBitCount & 0x38)
        let endD = UInt64(afterC.trailingZeroBitCount & 0x38)
        let endE = UInt64(afterD.trailingZeroBitCount & 0x38)
        guard rest >> endC & 0xFF == 0x1E, rest >> endD & 0xFF == 0x1E, rest >> endE & 0xFF == 0x18,  // . and . and (
            let c = number(rest, 0, endC), let d = number(rest, endC &+ 8, endD), let e = number(rest, endD &+ 8, endE)
        else { return nil }
        let packed = a << 50 | b << 40 | c << 30 | d << 20 | e << 10 | absent
        return (OBISCode(packed: packed), start &+ 4 &+ Int(endE / 8))
    }

    /// The one to three digits that stand in the bits from `start` to `end`.
    @inline(__always)
    private static func number(_ digits: UInt64, _ start: UInt64, _ end: UInt64) -> UInt64? {
        let value = digits >> start
        switch end &- start {
        case 8: return value & 0xF
        case 16: return (value & 0xF) &* 10 &+ (value >> 8 & 0xF)
        case 24: return (value & 0xF) &* 100 &+ (value >> 8 & 0xF) &* 10 &+ (value >> 16 & 0xF)
        default: return nil
        }
    }

    /// Any form.
    private static func scanAny(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (OBISCode, Int)? {
        var index = start
        var packed: UInt64 = 0
        // The separators passed so far, one a byte: compared once they are all there.
        var separators: UInt64 = 0
        for _ in 0..<4 {
            guard let separator = group(bytes, &index, end, &packed) else { return nil }
            separators = separators << 8 | UInt64(separator)
            index &+= 1
        }
        guard separators == 0x2D3A_2E2E, let behind = group(bytes, &index, end, &packed) else { return nil }  // - : . .
        // F follows a star (IEC 62056-21) or a point (printed examples of DSMR 4).
        guard behind == UInt8(ascii: "*") || behind == UInt8(ascii: ".") else {
            return (OBISCode(packed: packed << 10 | absent), index)
        }
        index &+= 1
        return group(bytes, &index, end, &packed) == nil ? nil : (OBISCode(packed: packed), index)
    }

    /// Adds a number of one to three digits to `packed`; returns the byte behind it (0 at the end), `nil` when there is none.
    @inline(__always)
    private static func group(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, _ packed: inout UInt64) -> UInt8? {
        var value: UInt64 = 0
        let limit = index &+ 4
        var byte: UInt8 = 0
        while index < end {
            byte = bytes[index]
            guard byte &- UInt8(ascii: "0") <= 9 else { break }
            value = value &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
            index &+= 1
        }
        guard index < limit, index > limit &- 4 else { return nil }
        packed = packed << 10 | value
        return index < end ? byte : 0
    }
}
