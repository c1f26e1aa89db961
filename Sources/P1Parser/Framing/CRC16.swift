/// CRC-16/ARC: polynomial 0x8005 reflected (0xA001), start value 0, no final inversion.
///
/// Source: DSMR 5.0.2 P1 Companion Standard, section 5.2; `123456789` gives `BB3D`.
public enum CRC16 {
    /// The checksum of `bytes`.
    ///
    /// - Parameter bytes: the bytes from `/` up to and including `!`, as they were on the wire.
    /// - Returns: the checksum, 0 for no bytes.
    public static func checksum(of bytes: Span<UInt8>) -> UInt16 {
        var crc: UInt16 = 0
        for index in bytes.indices {
            crc = (crc >> 8) ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
        }
        return crc
    }

    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1 }
    }
}
