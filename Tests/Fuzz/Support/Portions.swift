/// What is decided by chance in a target: sizes of chunks, and which inputs are looked at more closely. It follows from the
/// input, so that an input alone repeats a find and a capture is an input as it is.
public struct Portions {
    private var state: UInt64

    /// - Parameter stream: the input.
    public init(of stream: [UInt8]) {
        // FNV-1a over all bytes: one byte more or less gives another division.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in stream { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        state = hash
    }

    /// The next number below `bound`.
    public mutating func next(below bound: Int) -> Int {
        state = state &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        return Int(truncatingIfNeeded: state >> 33) % bound
    }

    /// Whether an input is of the sample that is looked at more closely, one of so many.
    public mutating func isOne(of number: Int) -> Bool { next(below: number) == 0 }

    /// The size of the next chunk: often a few bytes, as a slow line gives them, now and then hundreds.
    public mutating func next() -> Int {
        next(below: 4) == 0 ? 1 + next(below: 700) : 1 + next(below: 9)
    }
}
