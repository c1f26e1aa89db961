import P1Parser

/// Opens encrypted telegrams without deciphering anything, so that what stands in an envelope can be damaged like any
/// other text: behind real encryption no change to an input would ever give a telegram. The first byte of the tag says
/// what the tag is worth.
struct ClearCipher: FrameCipher {
    func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
        var text: [UInt8] = []
        for index in ciphertext.indices { text.append(ciphertext[index]) }
        guard tag.count > 0 else { return OpenedText(bytes: text, authentication: .absent) }
        switch tag[0] {
        case 0: return OpenedText(bytes: text, authentication: .valid(.own))
        case 0xFF: return nil
        default: return OpenedText(bytes: text, authentication: .invalid)
        }
    }
}
