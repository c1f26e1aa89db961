import Glibc
import P1MQTTSystem
import P1Parser

/// The telegrams of a capture file, byte for byte as they were recorded, damaged ones included.
package struct ReplayCapture: Sendable {
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
