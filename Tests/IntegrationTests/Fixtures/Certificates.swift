import Foundation
import TestSupport

/// An authority and certificates signed by it, made with `openssl` in a temporary folder.
final class Certificates: Sendable {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 "
                + "-subj /CN=Test-Authority -keyout ca.key -out ca.crt")
    }

    func path(_ file: String) -> String { folder.path(file) }

    /// Makes `NAME.crt` and `NAME.key`.
    /// - Parameters:
    ///   - alternative: alternative name, such as `DNS:localhost`.
    ///   - days: until it expires; negative for one that has.
    ///   - subject: its common name; `nil`: NAME.
    func issue(_ name: String, for alternative: String, days: Int = 30, subject: String? = nil) throws {
        try "subjectAltName=\(alternative)\n".write(toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
        try openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=\(subject ?? name)' "
                + "-keyout \(name).key -out \(name).csr")
        try openssl(
            "x509 -req -in \(name).csr -CA ca.crt -CAkey ca.key -CAcreateserial -days \(days) "
                + "-extfile \(name).ext -out \(name).crt")
    }

    /// Lines of a mosquitto configuration that make its listener speak TLS with a certificate of this authority.
    func listenerConfig(_ name: String, requireClient: Bool = false) -> String {
        """
        allow_anonymous true
        cafile \(path("ca.crt"))
        certfile \(path("\(name).crt"))
        keyfile \(path("\(name).key"))
        require_certificate \(requireClient)
        """
    }

    private func openssl(_ arguments: String) throws {
        let script = "cd '\(folder.path)' && exec openssl \(arguments)"
        guard try run(["/bin/sh", "-c", script], output: path("openssl.log")) == 0 else {
            throw SupportFailure("openssl: \(folder.content("openssl.log"))")
        }
    }
}
