extension OBISCode {
    /// Reads a code that starts at `start`. The separators must be the standard's: what noise makes of them is no code.
    ///
    /// Returns the code and the index behind it, or `nil`.
    static func scan(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> (OBISCode, Int)? {
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
