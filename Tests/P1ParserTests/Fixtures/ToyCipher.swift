import P1Parser
import TestSupport

/// A cipher that protects nothing, so that framing can be tested without a real one: a key stream of pseudo-random
/// bytes, and a tag that is six times the CRC of the text.
struct ToyCipher: FrameCipher {
    var key: UInt64 = 1

    func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
        let text = mask((0..<ciphertext.count).map { ciphertext[$0] }, envelope.counter)
        guard tag.count > 0 else { return OpenedText(bytes: text, authentication: .absent) }
        let isRight = ToyCipher.tag(text) == (0..<tag.count).map { tag[$0] }
        return OpenedText(bytes: text, authentication: isRight ? .valid(.common) : .invalid)
    }

    /// A whole frame.
    func frame(_ text: [UInt8], counter: UInt32 = 1, form: UInt8 = 0x82, security: UInt8 = 0x30) -> [UInt8] {
        let tag = security & 0x10 != 0 ? ToyCipher.tag(text) : []
        let length = 5 + text.count + tag.count
        let lengthBytes: [UInt8] =
            switch form {
            case 0x82, 0x00: [form, UInt8(length >> 8), UInt8(length & 0xFF)]
            case 0x81: [form, UInt8(length)]
            default: [UInt8(length)]
            }
        let title: [UInt8] = [0x54, 0x53, 0x54, 0, 0, 0, 0, 0x2A]
        let head: [UInt8] =
            [0xDB, 0x08] + title + lengthBytes + [security] + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
        return head + mask(text, counter) + tag
    }

    private func mask(_ bytes: [UInt8], _ counter: UInt32) -> [UInt8] {
        var stream = SeededGenerator(seed: key << 32 | UInt64(counter))
        return bytes.map { $0 ^ UInt8(truncatingIfNeeded: stream.next() >> 24) }
    }

    private static func tag(_ text: [UInt8]) -> [UInt8] {
        let crc = Wire.bitwiseCRC(text)
        return (0..<6).flatMap { _ in [UInt8(crc >> 8), UInt8(crc & 0xFF)] }
    }
}
