import FuzzSupport
import P1MQTTInput
import P1Parser

/// What must hold for telegrams that are really encrypted: they open as what was sealed, and one changed bit is noticed.
enum DecryptionProperties {
    private static let cipher = MeterKey("000102030405060708090A0B0C0D0E0F").map { MeterCipher(decryptionKey: $0) }

    static func check(_ input: [UInt8]) {
        guard let cipher, input.count > 2, input.count < 4096 else { return }
        let text = [UInt8(ascii: "/")] + input[2...]
        // In clear this byte begins an envelope, and breaks off the telegram around it.
        guard !text.contains(0xDB) else { return }
        guard var sealed = cipher.seal(text, systemTitle: 0x4556_5A00_0000_002A, counter: 7) else {
            return require(false, "every text can be sealed")
        }
        let isWhole = input[0] & 1 == 0
        let place = Int(input[0]) << 8 | Int(input[1])
        if !isWhole { sealed[(place >> 3) % sealed.count] ^= 1 << UInt8(place & 7) }
        var plain: [Frame] = []
        var plainFramer = Framer()
        plainFramer.feed(text.span) { if case .frame(let frame) = $0 { plain.append(frame) } }
        plainFramer.finish { if case .frame(let frame) = $0 { plain.append(frame) } }
        var framer = Framer(cipher: cipher)
        var opened = 0
        framer.feed(sealed.span) { opened += check($0, isWhole, plain) }
        framer.finish { opened += check($0, isWhole, plain) }
        if isWhole, plain.count == 1, plain[0].bytes == text { require(opened == 1, "what is whole is opened") }
    }

    /// - Returns: 1 for a frame that was opened, else 0.
    private static func check(_ event: Framer.Event, _ isWhole: Bool, _ plain: [Frame]) -> Int {
        guard case .frame(let frame) = event, let seal = frame.seal, case .valid = seal.authentication else { return 0 }
        require(isWhole, "one changed bit is noticed")
        require(plain.contains { $0.bytes == frame.bytes }, "what is opened is what was sealed")
        return 1
    }
}
