/// Bytes in a form in which they may come: one by one, or several at a time.
///
/// A type of your own needs one function:
///
///     extension ByteBuffer: ByteChunk {
///         public func withBytes(_ body: (Span<UInt8>) -> Void) {
///             withUnsafeReadableBytes { body(Span(_unsafeBytes: $0)) }
///         }
///     }
public protocol ByteChunk {
    /// Lends its bytes.
    ///
    /// - Parameter body: is called once and must not keep them.
    func withBytes(_ body: (Span<UInt8>) -> Void)
}

extension UInt8: ByteChunk {
    /// Lends this byte.
    ///
    /// - Parameter body: is called once.
    public func withBytes(_ body: (Span<UInt8>) -> Void) {
        // Sound: the pointer is used inside the closure only.
        withUnsafePointer(to: self) { body(Span(_unsafeStart: $0, count: 1)) }
    }
}

extension Array<UInt8>: ByteChunk {
    /// Lends the elements.
    ///
    /// - Parameter body: is called once.
    public func withBytes(_ body: (Span<UInt8>) -> Void) { body(span) }
}

extension ArraySlice<UInt8>: ByteChunk {
    /// Lends the elements.
    ///
    /// - Parameter body: is called once.
    public func withBytes(_ body: (Span<UInt8>) -> Void) { body(span) }
}
