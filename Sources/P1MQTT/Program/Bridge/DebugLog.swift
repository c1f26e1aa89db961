import Glibc
import Logging
import P1MQTTMeter
import P1MQTTSystem

/// The debug mode of node-p1-reader: `debug-data-raw.log` holds the bytes as they came, `debug-data-parsed.log` the JSON
/// document of each telegram, a line each. A meter with a name has files with its name. Each file starts anew at its
/// size limit; one older file (`.1`) is kept. A file that cannot be written (a full disk) is left alone for a minute, and
/// the service goes on without it.
final class DebugLog {
    private let directory: String
    private let maximumBytes: Int
    private let logger: Logger
    private var files: [String: File] = [:]
    /// The files that cannot be written at the moment.
    private var failing: [String: Failure] = [:]
    private var reports = LogBudget()
    /// Milliseconds until a file that could not be written is tried again.
    private static let pause: Int64 = 60_000

    private struct Failure {
        var retryAt: Int64
        /// Whether it was reported, so that its end is reported too.
        var isReported: Bool
    }

    private final class File {
        let descriptor: OwnedDescriptor
        var size: Int

        init(_ path: String) throws(DebugLogError) {
            // In a folder where others may write, the name may be a link, or a pipe that would hold up the meters.
            let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
            descriptor = OwnedDescriptor(adopting: open(path, flags, 0o640))
            guard descriptor.raw >= 0 else { throw DebugLogError(path: path, code: errno) }
            var status = stat()
            guard fstat(descriptor.raw, &status) == 0 else { throw DebugLogError(path: path, code: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw DebugLogError(path: path, code: EEXIST) }
            size = Int(lseek(descriptor.raw, 0, SEEK_END))
        }
    }

    init(_ settings: DebugSettings, logger: Logger) {
        directory = settings.directory
        maximumBytes = settings.maximumBytes
        self.logger = logger
    }

    func write(raw chunk: UnsafeRawBufferPointer, of meter: String?, at now: Moment) {
        write(chunk, to: "debug-data-raw", meter, at: now)
    }

    func write(parsed document: CompletedDocument, of meter: String?, at now: Moment) {
        let line = document.json() + [UInt8(ascii: "\n")]
        line.withUnsafeBytes { write($0, to: "debug-data-parsed", meter, at: now) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to name: String, _ meter: String?, at now: Moment) {
        let path = "\(directory)/\(name)\(meter.map { "-" + $0 } ?? "").log"
        let failure = failing[path]
        if let failure, now.monotonic < failure.retryAt { return }
        do throws(DebugLogError) {
            try append(bytes, to: path)
            failing[path] = nil
            if failure?.isReported == true { logger.notice("writing the debug log \(path) again") }
        } catch {
            files[path] = nil
            let quiet = failure == nil ? reports.note(at: now) : nil
            if let quiet { logger.warning("\(error)\(quiet)") }
            failing[path] = Failure(retryAt: now.monotonic + Self.pause, isReported: quiet != nil || failure?.isReported == true)
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
