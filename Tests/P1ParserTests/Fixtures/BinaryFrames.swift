/// Binary DLMS as a meter sends it whose P1 port is set to another profile.
enum BinaryFrames {
    /// CRC-16/X-25 bit by bit, the low byte first.
    private static func check(_ bytes: [UInt8]) -> [UInt8] {
        var crc: UInt16 = 0xFFFF
        for byte in bytes {
            crc ^= UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x8408 : crc >> 1 }
        }
        return [UInt8(~crc & 0xFF), UInt8(~crc >> 8)]
    }

    /// A frame of HDLC around a message.
    static func hdlc(_ message: [UInt8], destination: [UInt8] = [0x02, 0x23], isSegment: Bool = false) -> [UInt8] {
        let text = [0xE6, 0xE7, 0x00] + message
        let length = 2 + destination.count + 2 + 2 + text.count + 2
        let format: [UInt8] = [0xA0 | (isSegment ? 8 : 0) | UInt8(length >> 8), UInt8(length & 0xFF)]
        let head = format + destination + [0x21, 0x13]
        let body = head + check(head) + text
        return [0x7E] + body + check(body) + [0x7E]
    }

    /// Frames of M-Bus around a message, each with up to 250 bytes.
    static func mbus(_ message: [UInt8]) -> [UInt8] {
        stride(from: 0, to: message.count, by: 245).enumerated().flatMap { number, start in
            let part = message[start..<min(start + 245, message.count)]
            let isLast = start + 245 >= message.count
            let data: [UInt8] = [0x53, 0xFF, UInt8(number) | (isLast ? 0x10 : 0), 0x01, 0x67] + part
            let length = UInt8(data.count)
            return [0x68, length, length, 0x68] + data + [data.reduce(0, &+), 0x16]
        }
    }

    /// A notification in clear.
    static let notification: [UInt8] =
        [0x0F, 0, 1, 2, 3, 0x0C, 0x07, 0xE8, 0x0B, 0x17, 6, 0x13, 0x2D, 0, 0xFF, 0xC4, 0, 2, 2, 9, 5] + Wire.bytes("TST42")
        + [6, 0, 0, 3, 0xE8]

    /// A notification enciphered with the toy cipher's key.
    static func sealed(_ counter: UInt32, _ count: Int = 260) -> [UInt8] {
        let text = [0x0F] + (1..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        return ToyCipher().frame(text, counter: counter)
    }
}
