import TestSupport

/// What happens to telegrams between the meter and the program.
enum WireFault: String, CaseIterable {
    case bitErrors = "telegram with 1 to 3 bit errors"
    case cut = "telegram cut"
    case merged = "two telegrams merged"
    case repeated = "telegram repeated"
    case noise = "noise between telegrams"
    case glitch = "register glitch"
    case portions = "telegram in portions"

    /// The bytes of a telegram with up to three wrong bits, which its checksum always shows.
    static func bitErrors(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        return bytes
    }

    /// The beginning of a telegram.
    static func cut(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        Array(bytes.prefix(Int.random(in: 1..<bytes.count - 8, using: &random)))
    }

    /// The beginning of one telegram and the end of the next. One in 65,536 of them has a checksum that fits; no program
    /// could tell, so that is none of ours.
    static func merged(_ first: [UInt8], _ second: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        while true {
            let head = first.prefix(Int.random(in: 20..<first.count - 8, using: &random))
            let bytes = Array(head + second.suffix(Int.random(in: 8..<second.count - 20, using: &random)))
            if !Checksum.isValidSomewhere(in: bytes) { return bytes }
        }
    }

    /// Random bytes. The next telegram is to begin a line of its own: only so it can be distinguished from what it follows.
    static func noise(_ random: inout SeededGenerator) -> [UInt8] {
        while true {
            let count = Int.random(in: 1...600, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } + [UInt8(ascii: "\n")]
            if !Checksum.isValidSomewhere(in: bytes) { return bytes }
        }
    }
}
