import P1Parser
import Testing

@Suite("Framer")
struct FramerTests {
    private let telegram = Fixture.dsmr50.bytes

    @Test("finds the telegram of each dialect whole", arguments: Fixture.allCases)
    func dialects(_ fixture: Fixture) throws {
        let events = Framer.events(in: fixture.bytes)
        #expect(events.count == 1)
        let frame = try #require(events.first?.frame)
        #expect(frame.bytes == fixture.bytes)
        #expect(frame.offset == 0)
        #expect(frame.hasEndLine)
        #expect(frame.checksum.isValid == fixture.hasChecksum)
    }

    @Test("the size of the portions does not matter", arguments: [1, 2, 3, 7, 64, 917, 5000])
    func portions(_ size: Int) {
        let stream = Wire.bytes("00.1*kW)\n!12AB\n") + telegram + Fixture.dsmr22.bytes + telegram
        #expect(Framer.events(in: stream, portions: [size]) == Framer.events(in: stream))
    }

    @Test("an empty portion changes nothing")
    func emptyPortion() {
        var framer = Framer()
        var events: [Framer.Event] = []
        framer.feed([UInt8]().span) { events.append($0) }
        framer.feed(telegram.span) { events.append($0) }
        framer.feed([UInt8]().span) { events.append($0) }
        framer.finish { events.append($0) }
        #expect(events == Framer.events(in: telegram))
    }

    @Test("back to back: each telegram has its place in the stream")
    func backToBack() {
        let frames = Framer.frames(in: telegram + telegram + telegram)
        #expect(frames.map(\.offset) == [0, telegram.count, 2 * telegram.count])
        #expect(frames.allSatisfy { $0.bytes == telegram })
    }

    @Test("the tail of a telegram before the first one is noise, reported with its place")
    func joinsInTheMiddle() throws {
        let tail = Array(telegram.suffix(100))
        let events = Framer.events(in: tail + telegram)
        #expect(events.first?.discard == Discarded(offset: 0, count: 100, reason: .noise))
        #expect(events.dropFirst().compactMap(\.frame).map(\.offset) == [100])
    }

    @Test("line ends before the telegram are noise (Kamstrup in Sweden)")
    func leadingLineEnds() {
        #expect(Framer.frames(in: [0x0D, 0x0A] + telegram).map(\.offset) == [2])
    }

    @Test("a / inside a line starts nothing")
    func slashInsideLine() {
        #expect(Framer.frames(in: Wire.bytes("a/b\n") + telegram).map(\.offset) == [5])
    }

    @Test("a telegram behind bytes that are no text starts at its / (line noise at power-up)")
    func binaryNoise() {
        #expect(Framer.frames(in: [0xFE, 0x80, 0xFF] + telegram).map(\.offset) == [3])
    }

    @Test("a telegram that is cut off by the next one is discarded")
    func cutOff() {
        let cut = Array(telegram.prefix(300)) + [0x0D, 0x0A]
        let events = Framer.events(in: cut + telegram)
        #expect(events.first?.discard == Discarded(offset: 0, count: 302, reason: .cutOff))
        #expect(events.dropFirst().compactMap(\.frame).map(\.offset) == [302])
    }

    @Test("a telegram that is cut off within a line costs itself only, whatever the portions", arguments: [1, 64, 5000])
    func cutWithinLine(_ portion: Int) {
        for count in 1..<telegram.count {
            let events = Framer.events(in: telegram.prefix(count) + telegram + telegram, portions: [portion])
            #expect(events.compactMap(\.frame).filter(\.checksum.isValid).suffix(2).map(\.offset) == [count, count + telegram.count])
            let counts = events.map { $0.frame?.bytes.count ?? $0.discard?.count ?? 0 }
            #expect(counts.reduce(0, +) == count + 2 * telegram.count)
        }
    }

    @Test("of a stream that broke off nothing is left, neither a telegram nor a line that the next one could continue")
    func breaksOff() {
        for (start, reason) in [(telegram.prefix(300), Framer.Discard.Reason.cutOff), (telegram[300..<310], .noise)] {
            var framer = Framer()
            var events: [Framer.Event] = []
            framer.feed(Array(start).span) { events.append($0) }
            framer.breakOff { events.append($0) }
            #expect(events.map(\.discard) == [Discarded(offset: 0, count: start.count, reason: reason)])
            framer.feed(telegram.span) { events.append($0) }
            #expect(events.last?.frame?.offset == start.count)
            #expect(events.last?.frame?.bytes == telegram)
        }
    }

    @Test("a / within a telegram with a wrong checksum starts another one only if that has the right one")
    func slashInDamage() {
        let damaged = Wire.bytes("/TST5\n\n0-0:96.13.0(a/TST5\n1-0:1.8.1(1*kWh)\n!0000\n")
        #expect(Framer.frames(in: damaged).map(\.bytes) == [damaged])
    }

    @Test("the end line needs no line end before the next /", arguments: [1, 3, 5000])
    func noLineEnd(_ portion: Int) {
        let cut = Array(telegram.dropLast(2))
        let frames = Framer.frames(in: cut + telegram, portions: [portion])
        #expect(frames.map(\.bytes) == [cut, telegram])
        #expect(frames.allSatisfy { $0.checksum.isValid })
    }

    @Test("the end mark may be glued to the last value", arguments: ["\n", "", "\n/TST5\n"], [1, 4, 5000])
    func gluedMark(_ behind: String, _ portion: Int) throws {
        let glued = Wire.checked("/TST5\n\n0-0:96.14.0(0001)!").dropLast(2) + Wire.bytes(behind)
        let frames = Framer.frames(in: Array(glued), portions: [portion])
        #expect(frames.count == (behind.count > 1 ? 2 : 1))
        let frame = try #require(frames.first)
        #expect(frame.checksum.isValid)
        #expect(Telegram(frame).literal == [LiteralObject(obis: "0-0:96.14.0", values: [LiteralValue(value: "0001", unit: nil)])])
    }

    @Test("a ! in the header or in a damaged line ends nothing", arguments: ["/TST!5", "/TST5\n\n1-0:1.8.1(0!", "/T\n\n1-0:1.7.0(1)!9Z"])
    func markInsideLine(_ text: String) {
        let frames = Framer.frames(in: Wire.checked(text + "\n0-0:96.14.0(0001)\n!"))
        #expect(frames.count == 1)
        #expect(frames.first?.checksum.isValid == true)
    }

    @Test("a doubled slash belongs to the header")
    func doubledSlash() throws {
        let frame = try #require(Framer.frames(in: Wire.bytes("//TST5\n\n0-0:96.14.0(0001)\n!\n")).first)
        let telegram = Telegram(frame)
        #expect(telegram.string(telegram.header) == "//TST5")
    }

    @Test("the end of the stream ends a telegram without end line")
    func noEndLine() throws {
        let frames = Framer.frames(in: Wire.bytes("/TST5\n\n0-0:96.14.0(0001)\n"))
        let frame = try #require(frames.first)
        #expect(!frame.hasEndLine)
        #expect(frame.checksum == .absent)
    }

    @Test("the end of the stream ends an end line without line end")
    func endLineWithoutLineEnd() throws {
        let frame = try #require(Framer.frames(in: Array(telegram.dropLast(2))).first)
        #expect(frame.hasEndLine)
        #expect(frame.checksum.isValid)
    }

    @Test("after the end of a stream the next one starts afresh")
    func finishTwice() {
        var framer = Framer()
        var events: [Framer.Event] = []
        framer.feed(Array(telegram.prefix(50)).span) { events.append($0) }
        framer.finish { events.append($0) }
        framer.finish { events.append($0) }
        framer.feed(telegram.span) { events.append($0) }
        #expect(events.compactMap(\.frame).map(\.offset) == [0, 50])
    }

    @Test("a telegram may be as long as the limit and no longer, in whatever portions", arguments: [1, 100, 4096, 100_000], [-1, 0, 1])
    func limit(_ portion: Int, _ excess: Int) {
        let frame = "/T\n\n0-0:96.13.0()\n!\n"
        let room = 16384 - Wire.bytes(frame).count + excess
        let stream = Wire.bytes(frame.replacing("()", with: "(" + String(repeating: "A", count: room) + ")"))
        let events = Framer.events(in: stream + telegram, portions: [portion])
        if excess <= 0 {
            #expect(events.compactMap(\.frame).map(\.bytes.count) == [stream.count, telegram.count])
        } else {
            #expect(events.compactMap(\.discard).first == Discarded(offset: 0, count: 16384, reason: .tooLong))
            #expect(events.compactMap(\.frame).map(\.bytes) == [telegram])
        }
    }

    @Test("what follows a telegram that was too long is noise up to the next /")
    func afterTooLong() {
        let endless = Wire.bytes("/" + String(repeating: "x", count: 40_000) + "\n")
        let events = Framer.events(in: endless + telegram)
        #expect(
            events.compactMap(\.discard) == [
                Discarded(offset: 0, count: 16384, reason: .tooLong),
                Discarded(offset: 16384, count: endless.count - 16384, reason: .noise),
            ])
        #expect(events.compactMap(\.frame).map(\.offset) == [endless.count])
    }

    @Test("every byte of the stream is in exactly one event")
    func nothingIsLost() {
        let stream = Wire.bytes("noise\n") + telegram.prefix(200) + [0x0A] + telegram + [0xFF] + telegram.dropLast(2) + telegram
        var next = 0
        for event in Framer.events(in: stream, portions: [13]) {
            let (offset, count) = event.frame.map { ($0.offset, $0.bytes.count) } ?? event.discard.map { ($0.offset, $0.count) } ?? (0, 0)
            #expect(offset == next)
            next = offset + count
        }
        #expect(next == stream.count)
    }
}
