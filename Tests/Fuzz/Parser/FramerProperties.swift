import FuzzSupport
import P1Parser

/// What must hold for the frames of any stream.
enum FramerProperties {
    /// The most bytes that a telegram may have here, so that the limit is met by inputs of a few lines.
    private static let maximumLengths = [16384, 64, 700]

    static func check(_ stream: [UInt8], cipher: ClearCipher?) {
        var portions = Portions(of: stream)
        let maximumLength = maximumLengths[portions.next(below: maximumLengths.count)]
        let whole = events(stream, maximumLength, cipher) { stream.count }
        require(events(stream, maximumLength, cipher) { portions.next() } == whole, "any division gives the same events")
        checkCover(stream, whole, maximumLength)
    }

    private static func events(
        _ stream: [UInt8], _ maximumLength: Int, _ cipher: ClearCipher?, portion: () -> Int
    ) -> [Framer.Event] {
        var framer = Framer(maximumLength: maximumLength, cipher: cipher)
        var events: [Framer.Event] = []
        var start = 0
        while start < stream.count {
            let end = min(start + portion(), stream.count)
            framer.feed(stream.span.extracting(start..<end)) { events.append($0) }
            start = end
        }
        framer.finish { events.append($0) }
        return events
    }

    /// Every byte of the stream is in one event, and the events are in its order.
    private static func checkCover(_ stream: [UInt8], _ events: [Framer.Event], _ maximumLength: Int) {
        var next = 0
        for event in events {
            switch event {
            case .frame(let frame):
                require(frame.bytes.count <= maximumLength, "a frame is no longer than the limit")
                if let seal = frame.seal {
                    require(seal.envelope.offset == next, "an envelope starts where the event before it ended")
                    require(seal.length > 0 && seal.length <= maximumLength, "an envelope is no longer than the limit")
                    next += seal.length
                } else {
                    require(frame.offset == next, "a frame starts where the event before it ended")
                    let end = next + frame.bytes.count
                    require(end <= stream.count && frame.bytes[...] == stream[next..<end], "a frame has the bytes of the stream")
                    next = end
                }
            case .discarded(let discard):
                require(discard.offset == next && discard.count > 0, "a discard starts where the event before it ended")
                next += discard.count
            }
        }
        require(next == stream.count, "every byte is in an event")
    }
}
