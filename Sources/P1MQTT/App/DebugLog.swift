import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The debug mode of node-p1-reader: `debug-data-raw.log` holds the bytes as they came, `debug-data-parsed.log` the JSON
/// document of each telegram, a line each. A meter with a name has files with its name. Each file starts anew at its
/// size limit; one older file (`.1`) is kept.
final class DebugLog {
    private let directory: String
    private let maximumBytes: Int
    private let logger: Logger
    private var files: [String: File] = [:]
    /// The files that cannot be written at the moment; each is told once, and once when it can be again.
    private var failing: Set<String> = []

    private final class File {
        let descriptor: OwnedDescriptor
        var size: Int

        init(_ path: String) throws(DebugLogError) {
            descriptor = OwnedDescriptor(adopting: open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640))
            guard descriptor.raw >= 0 else { throw DebugLogError(path: path, code: errno) }
            size = Int(lseek(descriptor.raw, 0, SEEK_END))
        }
    }

    init(_ settings: DebugSettings, logger: Logger) {
        directory = settings.directory
        maximumBytes = settings.maximumBytes
        self.logger = logger
    }

    func write(raw chunk: UnsafeRawBufferPointer, of meter: String?) {
        write(chunk, to: "debug-data-raw", meter)
    }

    func write(parsed document: Document, of meter: String?) {
        let line = document.json() + [UInt8(ascii: "\n")]
        line.withUnsafeBytes { write($0, to: "debug-data-parsed", meter) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to name: String, _ meter: String?) {
        let path = "\(directory)/\(name)\(meter.map { "-" + $0 } ?? "").log"
        do throws(DebugLogError) {
            try append(bytes, to: path)
            if failing.remove(path) != nil { logger.notice("writing the debug log \(path) again") }
        } catch {
            files[path] = nil
            if failing.insert(path).inserted { logger.warning("\(error)") }
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to path: String) throws(DebugLogError) {
        var file: File
        if let open = files[path] { file = open } else { file = try File(path) }
        if file.size > 0, file.size + bytes.count > maximumBytes {
            guard rename(path, path + ".1") == 0 else { throw DebugLogError(path: path, code: errno) }
            file = try File(path)
        }
        files[path] = file
        let count = Glibc.write(file.descriptor.raw, bytes.baseAddress, bytes.count)
        guard count == bytes.count else { throw DebugLogError(path: path, code: count < 0 ? errno : ENOSPC) }
        file.size += count
    }
}

struct DebugLogError: Error, CustomStringConvertible {
    let path: String
    let code: CInt

    var description: String {
        "cannot write the debug log \(path): \(String(cString: strerror(code))); check debug.directory and the space on its disk"
    }
}
