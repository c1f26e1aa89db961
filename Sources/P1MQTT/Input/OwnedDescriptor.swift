#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A file descriptor that is closed exactly once, when its owner goes.
struct OwnedDescriptor: ~Copyable, Sendable {
    let raw: CInt

    /// Takes over a descriptor that nobody else closes.
    init(adopting raw: CInt) {
        self.raw = raw
    }

    deinit {
        close(raw)
    }
}
