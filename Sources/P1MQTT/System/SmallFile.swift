import SystemPackage

/// A file, read whole.
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
        do {
            // Not blocking: opening a named pipe would wait for its writer.
            let file = OwnedDescriptor(try .open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking]))
            let status = try file.descriptor.stat()
            guard status.type == .regular else { throw Failure(isMissing: false, reason: "is not a regular file") }
            var bytes: [UInt8] = []
            try file.readAll { portion in
                bytes += portion
                guard bytes.count <= limit else { throw Failure(isMissing: false, reason: "is larger than \(limit) bytes") }
            }
            return SmallFile(bytes: bytes, isReadableByOthers: status.permissions.contains(.otherRead))
        } catch let failure as Failure {
            throw failure
        } catch {
            let isMissing = error as? Errno == .noSuchFileOrDirectory || error as? Errno == .notDirectory
            throw Failure(isMissing: isMissing, reason: "cannot be read: \(error)")
        }
    }
}
