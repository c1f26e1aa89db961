import P1Parser

extension TelegramReader {
    /// All events of a stream that comes in portions of these sizes (used over and over) and then ends.
    static func events(
        in bytes: [UInt8], portions: [Int] = [.max], checksums: ChecksumPolicy = .auto, cipher: (any FrameCipher)? = nil
    ) -> [Event] {
        var reader = TelegramReader(checksums: checksums, cipher: cipher)
        var events: [Event] = []
        var start = 0
        var turn = 0
        while start < bytes.count {
            let end = start + min(portions[turn % portions.count], bytes.count - start)
            reader.feed(bytes.span.extracting(start..<end)) { events.append($0) }
            start = end
            turn += 1
        }
        reader.finish { events.append($0) }
        return events
    }
}

extension TelegramReader.Event {
    var telegram: Telegram? { if case .telegram(let telegram) = self { telegram } else { nil } }
    var rejection: TelegramReader.Rejection? { if case .rejected(let rejection) = self { rejection } else { nil } }
    var remark: TelegramReader.Remark? { if case .remark(let remark, _) = self { remark } else { nil } }
    var isAccepted: Bool { telegram != nil }

    /// The bytes of the stream that it is about; none for a remark, which is about those of the next event.
    var streamRange: Range<Int> {
        switch self {
        case .telegram(let telegram): telegram.frame.streamRange
        case .rejected(let rejection): rejection.offset..<rejection.offset + rejection.count
        case .remark(_, let envelope): envelope.offset..<envelope.offset
        case .skipped(let offset, let count): offset..<offset + count
        }
    }
}
