#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import P1Parser

extension Data: ByteChunk {
    /// Lends the bytes.
    ///
    /// - Parameter body: is called once.
    public func withBytes(_ body: (Span<UInt8>) -> Void) {
        // Sound: any byte is a UInt8, and the pointer is used inside the closure only.
        withUnsafeBytes { bytes in bytes.withMemoryRebound(to: UInt8.self) { body(Span(_unsafeElements: $0)) } }
    }
}
