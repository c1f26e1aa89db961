import Crypto
import Foundation
import P1Parser

struct MeterKeys: FrameCipher {
    let key: SymmetricKey
    let authenticationKey: [UInt8]

    func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
        let additionalData = [envelope.securityByte] + authenticationKey
        do {
            let nonce = try AES.GCM.Nonce(data: envelope.nonce)
            let text = try AES.GCM.seal(ciphertext.indices.map { ciphertext[$0] }, using: key, nonce: nonce).ciphertext
            let computed = try AES.GCM.seal(text, using: key, nonce: nonce, authenticating: additionalData).tag.prefix(tag.count)
            guard !tag.isEmpty else { return OpenedText(bytes: Array(text), authentication: .absent) }
            let isRight = computed.elementsEqual(tag.indices.map { tag[$0] })
            return OpenedText(bytes: Array(text), authentication: isRight ? .valid(.common) : .invalid)
        } catch {
            return nil
        }
    }
}
