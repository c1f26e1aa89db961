import P1Parser

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The telegrams of a capture file, byte for byte as they were recorded, damaged ones included.
struct ReplayCapture: Sendable {
    /// At least one.
    let telegrams: [[UInt8]]

    /// A day of a meter that speaks each second has about 80 MB.
    static let maximumSize = 100_000_000

    /// Reads and frames a file. Bytes outside telegrams are left out.
    init(path: String) throws(EmulatorError) {
        try self.init(bytes: ReplayCapture.load(path), path: path)
    }

    /// - Parameters:
    ///   - bytes: the capture.
    ///   - path: for the error.
    init(bytes: [UInt8], path: String) throws(EmulatorError) {
        var framer = Framer()
        var telegrams: [[UInt8]] = []
        let keep: (Framer.Event) -> Void = { event in
            switch event {
            case .frame(let frame): telegrams.append(frame.bytes)
            case .discarded(let discard):
                // Encrypted telegrams are sent as they are: whoever reads them has the key.
                guard case .sealed = discard.reason else { return }
                telegrams.append(Array(bytes[discard.offset..<discard.offset + discard.count]))
            }
        }
        framer.feed(bytes.span, keep)
        framer.finish(keep)
        guard !telegrams.isEmpty else { throw .replayEmpty(path: path) }
        self.telegrams = telegrams
    }

    private static func load(_ path: String) throws(EmulatorError) -> [UInt8] {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw .replayUnreadable(path: path, reason: String(cString: strerror(errno))) }
        let file = OwnedDescriptor(adopting: raw)
        var bytes: [UInt8] = []
        var portion = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = portion.withUnsafeMutableBytes { read(file.raw, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .replayUnreadable(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: portion[..<count])
            guard bytes.count <= maximumSize else { throw .replayTooLarge(path: path, limit: maximumSize) }
        }
    }
}
