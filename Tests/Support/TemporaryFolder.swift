package import Foundation

/// A folder of its own for the files of one test, removed with all that is in it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        // Short, for the name of a socket in it has 107 bytes at most.
        var template = Array((FileManager.default.temporaryDirectory.path + "/p1mqtt-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw SupportFailure("no temporary folder: errno \(errno)") }
        path = String(cString: made)
        // Programs that run as another user find their files.
        chmod(path, 0o755)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // `make test` fails when one is left.
            print("left behind: \(path): \(error)")
        }
    }

    /// The path of a file in it.
    package func path(_ name: String) -> String { path + "/" + name }

    /// What a file of it holds; empty without such a file.
    package func content(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path(name)) ?? Data(), as: UTF8.self)
    }

    /// Writes a file that only its owner can read, unless said otherwise. Returns its path.
    @discardableResult
    package func write(_ text: String, to name: String = "config.json", mode: mode_t = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        chmod(path(name), mode)
        return path(name)
    }
}

/// What went wrong with the things around a test.
package struct SupportFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
