import FuzzSupport
import P1Parser

/// What must hold for the verdicts on the telegrams of any stream.
enum ReaderProperties {
    static func check(_ stream: [UInt8], cipher: ClearCipher?) {
        var portions = Portions(of: stream)
        let whole = events(stream, cipher) { stream.count }
        // The framer is divided each time; what the reader adds needs it less often.
        if portions.isOne(of: 4) {
            require(events(stream, cipher) { portions.next() } == whole, "any division gives the same verdicts")
        }
        var next = 0
        var hasChecksum = false
        for event in whole {
            switch event {
            case .telegram(let telegram):
                checkChecksum(of: telegram, &hasChecksum)
                next = advance(next, telegram.frame.streamRange)
            case .rejected(let rejection):
                require(!rejection.description.isEmpty, "a rejection has words")
                next = advance(next, rejection.offset..<rejection.offset + rejection.count)
            case .skipped(let offset, let count): next = advance(next, offset..<offset + count)
            case .remark(_, let envelope): require(envelope.offset == next, "a remark is about the next event")
            }
        }
        require(next == stream.count, "every byte is in an event")
    }

    private static func checkChecksum(of telegram: Telegram, _ hasChecksum: inout Bool) {
        switch telegram.frame.checksum {
        case .valid: hasChecksum = true
        case .absent: require(!hasChecksum, "no telegram without a checksum behind one with a right one")
        case .invalid: require(false, "no telegram with a wrong checksum")
        }
    }

    private static func advance(_ next: Int, _ range: Range<Int>) -> Int {
        require(range.lowerBound == next && !range.isEmpty, "an event starts where the one before it ended")
        return range.upperBound
    }

    private static func events(_ stream: [UInt8], _ cipher: ClearCipher?, portion: () -> Int) -> [TelegramReader.Event] {
        var reader = TelegramReader(cipher: cipher)
        var events: [TelegramReader.Event] = []
        var start = 0
        while start < stream.count {
            let end = min(start + portion(), stream.count)
            reader.feed(stream.span.extracting(start..<end)) { events.append($0) }
            start = end
        }
        reader.finish { events.append($0) }
        return events
    }
}
