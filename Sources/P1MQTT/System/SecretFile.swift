/// A file that holds one secret, as Docker and systemd hand them over.
package enum SecretFile {
    /// Reads it; line breaks at its end are not part of the secret.
    /// - Returns: the secret, and whether every user of the machine may read it too.
    package static func read(_ path: String) throws(SmallFile.Failure) -> (secret: Secret, isReadableByOthers: Bool) {
        let file = try SmallFile.load(path, limit: 65536)
        var bytes = file.bytes[...]
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else { throw SmallFile.Failure(isMissing: false, reason: "is empty") }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw SmallFile.Failure(isMissing: false, reason: "does not hold text in UTF-8")
        }
        return (Secret(text), file.isReadableByOthers)
    }
}
