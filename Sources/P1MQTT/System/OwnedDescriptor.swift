import Glibc

/// A file descriptor that is closed exactly once, when its owner goes.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let raw: CInt

    /// Takes over a descriptor that nobody else closes; a negative one stands for none.
    package init(adopting raw: CInt) {
        self.raw = raw
    }

    deinit {
        if raw >= 0 { close(raw) }
    }
}
