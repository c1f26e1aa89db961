import Glibc

/// A small file, read whole.
package struct SmallFile {
    package var bytes: [UInt8]
    /// Whether every user of the machine may read it.
    package var isReadableByOthers: Bool

    /// Why a file could not be read, as the rest of a sentence that begins with its name.
    package struct Failure: Error, Equatable {
        package var isMissing: Bool
        package var reason: String
    }

    /// - Parameter limit: the most bytes that the file may have.
    package static func load(_ path: String, limit: Int) throws(Failure) -> SmallFile {
        // Not blocking: opening a named pipe would wait for its writer.
        let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else { throw failure(errno) }
        let descriptor = OwnedDescriptor(adopting: raw)
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(isMissing: false, reason: "is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count <= limit {
            let count = read(descriptor.raw, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard bytes.count <= limit else { throw Failure(isMissing: false, reason: "is larger than \(limit) bytes") }
        return SmallFile(bytes: bytes, isReadableByOthers: status.st_mode & S_IROTH != 0)
    }

    private static func failure(_ code: CInt) -> Failure {
        Failure(
            isMissing: code == ENOENT || code == ENOTDIR,
            reason: "cannot be read: \(String(cString: strerror(code)))")
    }
}
