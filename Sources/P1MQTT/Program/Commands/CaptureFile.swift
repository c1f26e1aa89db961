import ArgumentParser
import P1MQTTSystem
import SystemPackage

/// A file of bytes, read in portions; `-` is standard input.
enum CaptureFile {
    static func read(_ path: String, _ handle: ([UInt8]) -> Void) throws {
        do {
            let file = OwnedDescriptor(
                path == "-" ? try .standardInput.duplicate() : try .open(FilePath(path), .readOnly, options: .closeOnExec))
            try file.readAll { handle(Array($0)) }
        } catch {
            StandardError.write("cannot read \(path): \(error)")
            throw ExitCode(2)
        }
    }
}
