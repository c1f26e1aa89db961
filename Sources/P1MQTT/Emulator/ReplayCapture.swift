import P1Parser

/// The telegrams of a capture file, byte for byte as they were recorded, damaged ones included.
package struct ReplayCapture: Sendable, Equatable {
    package let path: String
    /// At least one.
    let telegrams: [[UInt8]]

    /// The most bytes of a file: a day of a meter that speaks each second has about 80 MB.
    package static let maximumSize = 100_000_000

    /// `nil` when there is no telegram among the bytes. Those outside telegrams are left out.
    package init?(path: String, bytes: [UInt8]) {
        var framer = Framer()
        var telegrams: [[UInt8]] = []
        // Encrypted telegrams are sent as they are: whoever reads them has the key. Without it ciphertext may look like
        // the start of another telegram, so what is discarded up to the end that the head states is a part of it.
        var sealedEnd = 0
        let keep: (Framer.Event) -> Void = { event in
            switch event {
            case .frame(let frame):
                telegrams.append(frame.bytes)
                sealedEnd = 0
            case .discarded(let discard):
                let end = discard.offset + discard.count
                if case .sealed(let envelope, _) = discard.reason {
                    telegrams.append(Array(bytes[discard.offset..<end]))
                    sealedEnd = envelope.offset + envelope.length
                } else if discard.offset < sealedEnd, let last = telegrams.indices.last {
                    telegrams[last] += bytes[discard.offset..<min(end, sealedEnd)]
                }
            }
        }
        framer.feed(bytes.span, keep)
        framer.finish(keep)
        guard !telegrams.isEmpty else { return nil }
        self.path = path
        self.telegrams = telegrams
    }
}
