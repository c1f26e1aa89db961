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
