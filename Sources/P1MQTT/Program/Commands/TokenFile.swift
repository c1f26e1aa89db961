import ArgumentParser
import Glibc
import P1MQTTSystem
import SystemPackage

/// The file for a token, which only its owner can read. It is made before the token is asked for, so that none is lost.
struct TokenFile: Sendable {
    private let path: String
    /// Written first and then moved, so that an old token is there until a new one is.
    private let draft: String

    /// Says why it cannot be made, and ends the command with 1.
    init(_ path: String, overwrites: Bool) throws {
        self.path = path
        draft = path + ".new"
        if !overwrites, access(path, F_OK) == 0 {
            StandardError.write(
                "p1mqtt pair: \(path) is there already; --overwrite puts a new token in its place, --token-file names another.")
            throw ExitCode(1)
        }
        do {
            // One that an earlier run left; what cannot be taken away is somebody else's, and not written to.
            unlink(draft)
            _ = OwnedDescriptor(
                try .open(
                    FilePath(draft), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                    permissions: .ownerReadWrite))
        } catch {
            StandardError.write("p1mqtt pair: \(draft) cannot be written: \(error)")
            throw ExitCode(1)
        }
    }

    func write(_ token: Secret) throws(PairingFailure) {
        do {
            let file = OwnedDescriptor(try .open(FilePath(draft), .writeOnly, options: [.noFollow, .closeOnExec]))
            // In a folder where others may write, it may be another one by now.
            let status = try file.descriptor.stat()
            guard status.userID.rawValue == geteuid(), status.permissions == .ownerReadWrite else { throw Errno.permissionDenied }
            try file.descriptor.writeAll((token.exposed + "\n").utf8)
            try check(rename(draft, path))
        } catch {
            throw PairingFailure(text: "\(path) cannot be written: \(error)")
        }
    }

    /// Takes away what has become of no use.
    func discard() {
        unlink(draft)
    }

    private func check(_ code: CInt) throws(Errno) {
        if code != 0 { throw Errno(rawValue: errno) }
    }
}
