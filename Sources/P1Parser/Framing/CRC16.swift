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
        var crc: UInt16 = 0
        var index = 0
        // Eight bytes a turn, each through a table of its own: bit by bit this would cost more than the whole parse.
        while index + 8 <= bytes.count {
            let low = UInt8(truncatingIfNeeded: crc) ^ bytes[index]
            let high = UInt8(truncatingIfNeeded: crc >> 8) ^ bytes[index + 1]
            let first = tables[1792 + Int(low)] ^ tables[1536 + Int(high)]
            let second = tables[1280 + Int(bytes[index + 2])] ^ tables[1024 + Int(bytes[index + 3])]
            let third = tables[768 + Int(bytes[index + 4])] ^ tables[512 + Int(bytes[index + 5])]
            let fourth = tables[256 + Int(bytes[index + 6])] ^ tables[Int(bytes[index + 7])]
            crc = first ^ second ^ third ^ fourth
            index += 8
        }
        while index < bytes.count {
            crc = next(crc, bytes[index])
            index += 1
        }
        return crc
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

    /// Eight tables of 256: the k-th holds what a byte does to the checksum when k more bytes follow it.
    private static let tables: [UInt16] = {
        var tables: [UInt16] = []
        for index: UInt16 in 0..<256 {
            var crc = index
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1 }
            tables.append(crc)
        }
        for index in 256..<2048 {
            let previous = tables[index - 256]
            tables.append((previous >> 8) ^ tables[Int(previous & 0xFF)])
        }
        return tables
    }()
}
