import Glibc
package import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

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
        isOpen ? PollInterest(descriptor: input.rawValue, events: Int16(POLLIN)) : nil
    }

    package func open(at now: Moment) throws(SourceError) -> OpenState {
        // Standard input is shared with others and stays blocking; it is read only after the loop said so.
        if !isStandardInput {
            // Not blocking, so that a named pipe without a writer does not hold up everybody else.
            do {
                descriptor = OwnedDescriptor(try .open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec]))
            } catch {
                throw failure(error)
            }
        }
        isOpen = true
        return .opened("opened")
    }

    package func service(
        _ ready: Int16, at now: Moment, buffer: UnsafeMutableRawBufferPointer,
        deliver: (UnsafeRawBufferPointer) -> Void
    ) -> SourceEvent? {
        guard isOpen, ready != 0 else { return nil }
        do {
            let count = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Self.portion)))
            if count == 0 { return .ended }
            deliver(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return nil
        } catch Errno.wouldBlock {
            return nil
        } catch {
            return .failed(failure(error))
        }
    }

    package func close() {
        descriptor = nil
        isOpen = false
    }

    private var input: FileDescriptor { isStandardInput ? .standardInput : FileDescriptor(rawValue: descriptor?.raw ?? -1) }

    private func failure(_ error: any Error) -> SourceError {
        switch error {
        case Errno.noSuchFileOrDirectory:
            SourceError(.notFound, "there is no such file", remedy: "Check the path of the source.")
        case Errno.permissionDenied, Errno.notPermitted:
            SourceError(
                .forbidden, "may not be read by user \(DeviceAccess.userName(geteuid()))",
                remedy: "Give that user the right to read it.")
        case Errno.isDirectory:
            SourceError(.setting, "is a folder", remedy: "Name a file in it.")
        default: .system("reading", (error as? Errno ?? .ioError).rawValue)
        }
    }
}
