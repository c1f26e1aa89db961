/// The sizes of the chunks in which a stream is fed. They follow from the stream, so that an input alone repeats a find
/// and a capture is an input as it is.
struct Portions {
    private var state: UInt64

    /// - Parameter stream: the bytes to divide.
    init(of stream: [UInt8]) {
        // FNV-1a over all bytes: one byte more or less gives another division.
        state = stream.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The next number below `bound`.
    mutating func next(below bound: Int) -> Int {
        state = state &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        return Int(truncatingIfNeeded: state >> 33) % bound
    }

    /// The size of the next chunk: often a few bytes, as a slow line gives them, now and then hundreds.
    mutating func next() -> Int {
        next(below: 4) == 0 ? 1 + next(below: 700) : 1 + next(below: 9)
    }
}
