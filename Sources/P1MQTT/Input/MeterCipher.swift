import Crypto
import FoundationEssentials
package import P1Parser

/// The encryption of a meter: AES-128-GCM with a tag of 12 bytes, over the text and, as additional data, the security
/// byte and an authentication key.
///
/// Source: DLMS security suite 0. Its tag has 12 bytes, those of swift-crypto have 16, of which the first 12 are the
/// same; so nothing is opened here. GCM enciphers with a key stream, hence sealing a ciphertext gives its text, and
/// sealing that text gives the tag to compare with.
package struct MeterCipher: Sendable, Equatable {
    /// The authentication key that Luxembourg publishes for all its meters; other makers' meters have it too.
    static let commonAuthenticationKey: [UInt8] = [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
    ]

    private let key: MeterKey
    private let authenticationKey: MeterKey?

    /// Whether the meter's own authentication key is known.
    package var hasAuthenticationKey: Bool { authenticationKey != nil }

    package init(decryptionKey: MeterKey, authenticationKey: MeterKey? = nil) {
        key = decryptionKey
        self.authenticationKey = authenticationKey
    }

    /// The frame in which a meter with these keys would send a text; the inverse of opening it.
    ///
    /// - Parameters:
    ///   - text: a telegram.
    ///   - systemTitle: names the meter.
    ///   - counter: must be another one for each text.
    package func seal(_ text: [UInt8], systemTitle: UInt64, counter: UInt32) -> [UInt8]? {
        let envelope = Envelope(systemTitle: systemTitle, counter: counter, textLength: text.count)
        let data = additionalData(envelope, authenticationKey?.bytes ?? MeterCipher.commonAuthenticationKey)
        guard let box = seal(text, envelope, data) else { return nil }
        return envelope.head + box.ciphertext + box.tag.prefix(envelope.tagLength)
    }

    /// Fails for keys and nonces of a wrong size only, which neither type can have.
    private func seal(_ text: [UInt8], _ envelope: Envelope, _ additionalData: [UInt8]) -> AES.GCM.SealedBox? {
        guard let nonce = try? AES.GCM.Nonce(data: envelope.nonce) else { return nil }
        return try? AES.GCM.seal(text, using: SymmetricKey(data: key.bytes), nonce: nonce, authenticating: additionalData)
    }

    private func additionalData(_ envelope: Envelope, _ authenticationKey: [UInt8]) -> [UInt8] {
        [envelope.securityByte] + authenticationKey
    }
}

extension MeterCipher: FrameCipher {
    package func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? {
        let ciphertext = ciphertext.withUnsafeBufferPointer { Array($0) }
        guard let text = seal(ciphertext, envelope, []).map({ Array($0.ciphertext) }) else { return nil }
        let sent = tag.withUnsafeBufferPointer { Array($0) }
        guard !sent.isEmpty else { return OpenedText(bytes: text, authentication: .absent) }
        let candidates: [(AuthenticationKey, [UInt8])] =
            (authenticationKey.map { [(.own, additionalData(envelope, $0.bytes))] } ?? [])
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

/// A key of AES-128. Like a `Secret` it shows itself nowhere.
package struct MeterKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    fileprivate let bytes: [UInt8]

    /// `nil` unless the text is 32 hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 32, text.utf8.count == 32 else { return nil }
        bytes = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
