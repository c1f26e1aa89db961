/// CRC-16/ARC: polynomial 0x8005 reflected (0xA001), start value 0, no final inversion.
///
/// Source: DSMR 5.0.2 P1 Companion Standard, section 5.2; `123456789` gives `BB3D`.
public enum CRC16 {
    /// The checksum of `bytes`.
    ///
    /// - Parameter bytes: the bytes from `/` up to and including `!`, as they were on the wire.
    /// - Returns: the checksum, 0 for no bytes.
    public static func checksum(of bytes: Span<UInt8>) -> UInt16 {
        let tables = CRC16.tables.span
        // Said here, so that the compiler checks it once and not at each of the sixteen places below.
        precondition(tables.count == 4096)
        var crc: UInt64 = 0
        var index = 0
        // Sixteen bytes a turn, each through a table of its own: bit by bit this would cost more than the whole parse.
        while index + 16 <= bytes.count {
            let low = bytes.word(at: index) ^ crc
            let high = bytes.word(at: index + 8)
            let third =
                tables[1792 + byte(high, 0)] ^ tables[1536 + byte(high, 1)] ^ tables[1280 + byte(high, 2)] ^ tables[1024 + byte(high, 3)]
            let fourth = tables[768 + byte(high, 4)] ^ tables[512 + byte(high, 5)] ^ tables[256 + byte(high, 6)] ^ tables[byte(high, 7)]
            let second =
                tables[2816 + byte(low, 4)] ^ tables[2560 + byte(low, 5)] ^ tables[2304 + byte(low, 6)] ^ tables[2048 + byte(low, 7)]
            let first = tables[3328 + byte(low, 2)] ^ tables[3072 + byte(low, 3)]
            // The two that wait for the turn before come last; the others are ready by then.
            let start = tables[3840 + byte(low, 0)] ^ tables[3584 + byte(low, 1)]
            crc = UInt64((first ^ second ^ third ^ fourth) ^ start)
            index += 16
        }
        var result = UInt16(truncatingIfNeeded: crc)
        while index < bytes.count {
            result = (result >> 8) ^ tables[Int(UInt8(truncatingIfNeeded: result) ^ bytes[index])]
            index += 1
        }
        return result
    }

    /// The checksum after one more byte.
    ///
    /// - Parameters:
    ///   - crc: the checksum so far, 0 at the start.
    ///   - byte: the next byte.
    /// - Returns: the checksum with it.
    public static func next(_ crc: UInt16, _ byte: UInt8) -> UInt16 {
        (crc >> 8) ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
    }

    /// A checksum as meters print it.
    ///
    /// - Parameter checksum: of whatever variant.
    /// - Returns: four hexadecimal digits in upper case.
    public static func text(of checksum: UInt16) -> String {
        let digits = String(checksum, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func byte(_ word: UInt64, _ place: UInt64) -> Int {
        Int(truncatingIfNeeded: word >> (8 * place) & 0xFF)
    }

    /// Sixteen tables of 256: the k-th holds what a byte does to the checksum when k more bytes follow it.
    private static let tables: [UInt16] = {
        var tables: [UInt16] = []
        for index: UInt16 in 0..<256 {
            var crc = index
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1 }
            tables.append(crc)
        }
        for index in 256..<4096 {
            let previous = tables[index - 256]
            tables.append((previous >> 8) ^ tables[Int(previous & 0xFF)])
        }
        return tables
    }()
}
