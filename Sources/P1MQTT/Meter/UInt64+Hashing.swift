extension UInt64 {
    /// FNV-1a of a text: spreads, and is the same at each start.
    package init(hashing text: String) {
        self = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
