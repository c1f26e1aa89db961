import Glibc
package import P1MQTTMeter
import P1MQTTSystem

/// A capture, a named pipe, or standard input (`-`). Its bytes wait for us, and its end is the end.
package final class FileSource: ByteSource {
    package let name: String
    package let traits = SourceTraits.file

    /// Bytes read at once: less than a telegram, so that the loop can wait for the broker between any two of them.
    private static let portion = 128

    private let path: String
    /// Standard input is not ours to close.
    private let isStandardInput: Bool
    private var descriptor: OwnedDescriptor?
    private var isOpen = false

    package init(path: String) {
        self.path = path
        isStandardInput = path == "-"
        name = path == "-" ? "standard input" : "file \(path)"
    }

    package var interest: PollInterest? {
        isOpen ? PollInterest(descriptor: raw, events: Int16(POLLIN)) : nil
    }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        // Standard input is shared with others and stays blocking; it is read only after the loop said so.
        if !isStandardInput {
            let raw = Self.openFile(path)
            let code = errno
            guard raw >= 0 else { throw failure(code) }
            descriptor = OwnedDescriptor(adopting: raw)
        }
        isOpen = true
        return .opened("opened")
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        guard isOpen, ready != 0 else { return nil }
        let count = read(raw, buffer.baseAddress, min(buffer.count, Self.portion))
        let code = errno
        if count == 0 { return .ended }
        if count > 0 {
            deliver(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return nil
        }
        return code == EINTR || code == EAGAIN ? nil : .failed(failure(code))
    }

    package func close() {
        descriptor = nil
        isOpen = false
    }

    private var raw: CInt { isStandardInput ? STDIN_FILENO : descriptor?.raw ?? -1 }

    private static func openFile(_ path: String) -> CInt {
        // Non-blocking, so that a named pipe without a writer does not hold up everybody else.
        Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    }

    private func failure(_ code: CInt) -> SourceError {
        switch code {
        case ENOENT:
            SourceError(.notFound, "there is no such file", remedy: "Check the path of the source.")
        case EACCES, EPERM:
            SourceError(
                .forbidden, "may not be read by user \(DeviceAccess.userName(geteuid()))",
                remedy: "Give that user the right to read it.")
        case EISDIR:
            SourceError(.setting, "is a folder", remedy: "Name a file in it.")
        default: .system("reading", code)
        }
    }
}
