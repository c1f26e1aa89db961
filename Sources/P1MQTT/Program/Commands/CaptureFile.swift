import ArgumentParser
import Glibc
import P1MQTTSystem

/// A file of bytes, read in portions; `-` is standard input.
enum CaptureFile {
    static func read(_ path: String, _ handle: ([UInt8]) -> Void) throws {
        let file = path == "-" ? OwnedDescriptor(adopting: dup(STDIN_FILENO)) : OwnedDescriptor(adopting: open(path, O_RDONLY | O_CLOEXEC))
        guard file.raw >= 0 else { throw failure(path) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file.raw, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return }
            handle(Array(buffer[..<count]))
        }
    }

    private static func failure(_ path: String) -> ExitCode {
        StandardError.write("cannot read \(path): \(String(cString: strerror(errno)))")
        return ExitCode(2)
    }
}
