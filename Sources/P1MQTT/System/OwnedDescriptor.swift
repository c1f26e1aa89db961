import Glibc
package import SystemPackage

/// A file descriptor that is closed exactly once, when its owner goes.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let raw: CInt

    /// Takes over a descriptor that nobody else closes; a negative one stands for none.
    package init(adopting raw: CInt) {
        self.raw = raw
    }

    package init(_ descriptor: FileDescriptor) {
        raw = descriptor.rawValue
    }

    deinit {
        if raw >= 0 { close(raw) }
    }

    package var descriptor: FileDescriptor { FileDescriptor(rawValue: raw) }

    /// Hands on what is left of a file, in portions that are valid during the call only.
    package func readAll(_ handle: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = try descriptor.read(into: buffer)
            if count == 0 { return }
            try handle(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
