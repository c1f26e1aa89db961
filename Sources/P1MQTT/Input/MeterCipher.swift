import Crypto
import FoundationEssentials
package import P1MQTTSystem
package import P1Parser

/// The encryption of a meter: AES-128-GCM with a tag of 12 bytes, over the text and, as additional data, the security
/// byte and an authentication key.
///
/// Source: DLMS security suite 0. Its tag has 12 bytes, those of swift-crypto have 16, of which the first 12 are the
/// same; so nothing is opened here. GCM enciphers with a key stream, hence sealing a ciphertext gives its text, and
/// sealing that text gives the tag to compare with.
///
/// It holds the keys, and like a `Secret` shows them nowhere.
package struct MeterCipher: Sendable {
    /// The authentication key that Luxembourg publishes for all its meters; other makers' meters have it too.
    static let commonAuthenticationKey: [UInt8] = [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
    ]

    private let key: SymmetricKey
    private let authenticationKey: [UInt8]?

    /// Whether the meter's own authentication key is known.
    package var hasAuthenticationKey: Bool { authenticationKey != nil }

    /// `nil` unless the keys are 32 hexadecimal digits each, as the configuration makes sure.
    package init?(decryptionKey: Secret, authenticationKey: Secret? = nil) {
        guard let key = MeterCipher.bytes(decryptionKey) else { return nil }
        self.key = SymmetricKey(data: key)
        self.authenticationKey = authenticationKey.flatMap(MeterCipher.bytes)
        if authenticationKey != nil, self.authenticationKey == nil { return nil }
    }

    /// The frame in which a meter with these keys would send a text; the inverse of opening it.
    ///
    /// - Parameters:
    ///   - text: a telegram.
    ///   - systemTitle: names the meter.
    ///   - counter: must be another one for each text.
    package func seal(_ text: [UInt8], systemTitle: UInt64, counter: UInt32) -> [UInt8]? {
        let envelope = Envelope(systemTitle: systemTitle, counter: counter, textLength: text.count)
        let data = additionalData(envelope, authenticationKey ?? MeterCipher.commonAuthenticationKey)
        guard let box = seal(text, envelope, data) else { return nil }
        return envelope.head + box.ciphertext + box.tag.prefix(envelope.tagLength)
    }

    /// Fails for keys and nonces of a wrong size only, which neither type can have.
    private func seal(_ text: [UInt8], _ envelope: Envelope, _ additionalData: [UInt8]) -> AES.GCM.SealedBox? {
        guard let nonce = try? AES.GCM.Nonce(data: envelope.nonce) else { return nil }
        return try? AES.GCM.seal(text, using: key, nonce: nonce, authenticating: additionalData)
    }

    private func additionalData(_ envelope: Envelope, _ authenticationKey: [UInt8]) -> [UInt8] {
        [envelope.securityByte] + authenticationKey
    }

    private static func bytes(_ secret: Secret) -> [UInt8]? {
        let digits = secret.exposed.compactMap(\.hexDigitValue)
        guard digits.count == 32, secret.exposed.utf8.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension MeterCipher: FrameCipher {
    package func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
        let ciphertext = ciphertext.withUnsafeBufferPointer { Array($0) }
        guard let text = seal(ciphertext, envelope, []).map({ Array($0.ciphertext) }) else { return nil }
        let sent = tag.withUnsafeBufferPointer { Array($0) }
        guard !sent.isEmpty else { return OpenedText(bytes: text, authentication: .absent) }
        let candidates: [(AuthenticationKey, [UInt8])] =
            (authenticationKey.map { [(.own, additionalData(envelope, $0))] } ?? [])
            + [(.common, additionalData(envelope, MeterCipher.commonAuthenticationKey)), (.none, [])]
        let fitting = candidates.first { _, data in
            seal(text, envelope, data).map { MeterCipher.isEqual(Array($0.tag.prefix(sent.count)), sent) } ?? false
        }
        return OpenedText(bytes: text, authentication: fitting.map { .valid($0.0) } ?? .invalid)
    }

    /// Compares in a time that does not tell where two tags differ.
    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension MeterCipher: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
