/// Eight bytes at a time. On a telegram of 916 bytes a loop over single bytes takes six times the instructions.
extension Span<UInt8> {
    /// The eight bytes from `index` as a number, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // Sound: any eight bytes are a number, and the bounds are checked.
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Where one of two bytes of ASCII stands first in `range`.
    @inline(__always)
    func firstIndex(of one: UInt8, or other: UInt8, in range: Range<Int>) -> Int? {
        let index = firstIndex(in: range) { word in word.hits(one, other) & ~word }
        return index < range.upperBound ? index : nil
    }

    /// Where one of two bytes of ASCII, or one that is not ASCII, stands first in `range`; its end when there is none.
    @inline(__always)
    func firstIndexBeyondASCII(or one: UInt8, _ other: UInt8, in range: Range<Int>) -> Int {
        firstIndex(in: range) { word in word.hits(one, other) | word }
    }

    /// Where the first byte below `bound` (at most 128) stands in `range`; its end when there is none.
    @inline(__always)
    func firstIndex(below bound: UInt8, in range: Range<Int>) -> Int {
        // The lowest byte that is smaller borrows into its highest bit; bytes from 80 on are masked out.
        firstIndex(in: range) { word in (word &- UInt64(repeating: bound)) & ~word }
    }

    /// Where the first byte stands for which `hits` sets the highest bit; the end of `range` when there is none.
    ///
    /// `hits` looks at eight bytes at once. What it says of the bytes above the first hit may be wrong.
    @inline(__always)
    private func firstIndex(in range: Range<Int>, _ hits: (UInt64) -> UInt64) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range is not within the bytes")
        let highest = UInt64(repeating: 0x80)
        var index = range.lowerBound
        while index &+ 8 <= range.upperBound {
            // Sound: the range is within the bytes, checked once above, and these eight are within the range.
            let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
            let found = hits(UInt64(littleEndian: word)) & highest
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < range.upperBound, hits(UInt64(repeating: self[index])) & highest == 0 { index &+= 1 }
        return index
    }
}

extension UInt64 {
    /// Eight times the same byte.
    @inline(__always)
    init(repeating byte: UInt8) {
        self = UInt64(byte) &* 0x0101_0101_0101_0101
    }

    /// Has the highest bit of the first byte that is one of two bytes of ASCII, and of bytes from 80 on.
    @inline(__always)
    fileprivate func hits(_ one: UInt8, _ other: UInt8) -> UInt64 {
        // A byte that is sought becomes zero, and one less than zero has the highest bit.
        let (a, b) = (self ^ UInt64(repeating: one), self ^ UInt64(repeating: other))
        return (a &- UInt64(repeating: 1)) | (b &- UInt64(repeating: 1))
    }
}
