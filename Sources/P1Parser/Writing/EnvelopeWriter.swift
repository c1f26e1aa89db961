/// Writes the head of an encrypted telegram: the inverse of `Envelope.find`.
extension Envelope {
    /// The envelope of a text that is to be encrypted and authenticated, with a length of two bytes as meters send it.
    ///
    /// - Parameters:
    ///   - systemTitle: names the meter.
    ///   - counter: must be another one for each text of a key.
    ///   - textLength: bytes of the text, at most 65518.
    public init(systemTitle: UInt64, counter: UInt32, textLength: Int) {
        self.init(
            systemTitle: systemTitle, counter: counter, securityByte: 0x30, offset: 0, headLength: 18, length: 18 + textLength + 12)
    }

    /// The bytes in front of the ciphertext.
    public var head: [UInt8] {
        let bodyLength = length - headLength + 5
        return [0xDB, 0x08] + nonce.prefix(8)
            + [0x82, UInt8(truncatingIfNeeded: bodyLength >> 8), UInt8(truncatingIfNeeded: bodyLength), securityByte]
            + nonce.suffix(4)
    }
}
