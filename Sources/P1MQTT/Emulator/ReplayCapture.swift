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
        var reader = TelegramReader(checksums: .off)
        var telegrams: [[UInt8]] = []
        // Encrypted telegrams are sent as they are: whoever reads them has the key. Without it ciphertext may look like
        // the start of another telegram, so what is passed over up to the end that the head states is a part of it.
        var sealedEnd = 0
        func extend(_ offset: Int, _ count: Int) {
            guard offset < sealedEnd, let last = telegrams.indices.last else { return }
            telegrams[last] += bytes[offset..<min(offset + count, sealedEnd)]
        }
        let keep: (TelegramReader.Event) -> Void = { event in
            switch event {
            case .telegram(let telegram):
                telegrams.append(telegram.frame.bytes)
                sealedEnd = 0
            case .rejected(let rejection):
                guard case .sealed(let envelope, _) = rejection.reason else { return extend(rejection.offset, rejection.count) }
                telegrams.append(Array(bytes[rejection.offset..<rejection.offset + rejection.count]))
                sealedEnd = envelope.offset + envelope.length
            case .skipped(let offset, let count): extend(offset, count)
            case .remark: break
            }
        }
        reader.feed(bytes.span, keep)
        reader.finish(keep)
        guard !telegrams.isEmpty else { return nil }
        self.path = path
        self.telegrams = telegrams
    }
}
