import Foundation
import TestSupport

/// A TLS server that says exactly what a test tells it, each call in one record: `openssl s_server` on a free port.
final class TLSServer: @unchecked Sendable {
    // Sendable: a test speaks for it from one task at a time.
    let port: Int
    private let folder: TemporaryFolder
    private let process: pid_t
    private let input: CInt

    /// Shows the certificate NAME of this authority.
    init(_ certificates: Certificates, _ name: String) async throws {
        let port = try freePort()
        let folder = try TemporaryFolder()
        let pipe = Pipe()
        self.port = port
        self.folder = folder
        input = dup(pipe.fileHandleForWriting.fileDescriptor)
        _ = fcntl(input, F_SETFD, FD_CLOEXEC)
        process = try spawn(
            [
                "/usr/bin/openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert",
                certificates.path("\(name).crt"), "-key", certificates.path("\(name).key"),
            ], input: .descriptor(pipe.fileHandleForReading.fileDescriptor), output: folder.path("received"))
        try await eventually("a TLS server on port \(port)") { isListening(port: port) }
    }

    deinit {
        kill(process, SIGKILL)
        exitCode(of: process)
        close(input)
    }

    /// What its client has sent so far.
    var received: Data { FileManager.default.contents(atPath: folder.path("received")) ?? Data() }

    /// Sends at most 16,384 bytes in one record.
    func send(_ bytes: [UInt8]) {
        write(input, bytes, bytes.count)
    }
}
