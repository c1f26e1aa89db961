/// The checksum at the end of a telegram, bit by bit: CRC-16 with the reversed polynomial 0xA001, from 0 (DSMR P1, 5.2).
enum Checksum {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var remainder: UInt16 = 0
        for byte in bytes {
            remainder ^= UInt16(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0xA001 }
        }
        let text = String(remainder, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - text.count) + text
    }

    /// Whether these bytes hold a `!` whose four digits fit all from the last `/` before it, by chance or not.
    static func isValidSomewhere(in bytes: [UInt8]) -> Bool {
        bytes.indices.contains { end in
            guard bytes[end] == UInt8(ascii: "!"), let start = bytes[..<end].lastIndex(of: UInt8(ascii: "/")) else { return false }
            return bytes[(end + 1)...].starts(with: text(bytes[start...end]).utf8)
        }
    }
}
