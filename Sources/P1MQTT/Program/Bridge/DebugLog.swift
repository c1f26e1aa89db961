import Glibc
import Logging
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

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

        init(_ path: String) throws {
            // In a folder where others may write, the name may be a link, or a pipe that would hold up the meters.
            descriptor = OwnedDescriptor(
                try .open(
                    FilePath(path), .writeOnly, options: [.create, .append, .closeOnExec, .noFollow, .nonBlocking],
                    permissions: [.ownerReadWrite, .groupRead]))
            let status = try descriptor.descriptor.stat()
            guard status.type == .regular else { throw Errno.fileExists }
            size = Int(status.size)
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

    /// Closes the files of a meter that is gone.
    func close(_ meter: String?) {
        for name in ["debug-data-raw", "debug-data-parsed"] {
            (files[path(name, meter)], failing[path(name, meter)]) = (nil, nil)
        }
    }

    private func path(_ name: String, _ meter: String?) -> String { "\(directory)/\(name)\(meter.map { "-" + $0 } ?? "").log" }

    private func write(_ bytes: UnsafeRawBufferPointer, to name: String, _ meter: String?, at now: Moment) {
        let path = path(name, meter)
        let failure = failing[path]
        if let failure, now.monotonic < failure.retryAt { return }
        do {
            try append(bytes, to: path)
            failing[path] = nil
            if failure?.isReported == true { logger.notice("writing the debug log \(path) again") }
        } catch {
            files[path] = nil
            let quiet = failure == nil ? reports.note(at: now) : nil
            if let quiet {
                logger.warning("cannot write the debug log \(path): \(error); check debug.directory and the space on its disk\(quiet)")
            }
            failing[path] = Failure(retryAt: now.monotonic + Self.pause, isReported: quiet != nil || failure?.isReported == true)
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        var file: File
        if let open = files[path] { file = open } else { file = try File(path) }
        if file.size > 0, file.size + bytes.count > maximumBytes {
            guard rename(path, path + ".1") == 0 else { throw Errno(rawValue: errno) }
            file = try File(path)
        }
        files[path] = file
        let count = try file.descriptor.descriptor.write(bytes)
        guard count == bytes.count else { throw Errno.noSpace }
        file.size += count
    }
}
