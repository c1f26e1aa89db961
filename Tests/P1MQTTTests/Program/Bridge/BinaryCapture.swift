import P1Parser

/// Frames of binary DLMS, with an enciphered message in each.
enum BinaryCapture {
    static func bytes(_ link: DLMSLink) -> [UInt8] { frames(link).flatMap(\.self) }

    static func frames(_ link: DLMSLink) -> [[UInt8]] {
        (0..<5).map { _ in link == .hdlc ? hdlc(SealedTelegrams.common) : mbus(SealedTelegrams.common) }
    }

    private static func check(_ bytes: [UInt8]) -> [UInt8] {
        let crc = ChecksumVariant.x25.checksum(of: bytes.span)
        return [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    }

    private static func hdlc(_ message: [UInt8]) -> [UInt8] {
        let head: [UInt8] = [0xA0, UInt8(message.count + 13), 0x02, 0x23, 0x21, 0x13]
        let body = head + check(head) + [0xE6, 0xE7, 0x00] + message
        return [0x7E] + body + check(body) + [0x7E]
    }

    private static func mbus(_ message: [UInt8]) -> [UInt8] {
        let data: [UInt8] = [0x53, 0xFF, 0x10, 0x01, 0x67] + message
        let length = UInt8(data.count)
        return [0x68, length, length, 0x68] + data + [data.reduce(0, &+), 0x16]
    }
}
