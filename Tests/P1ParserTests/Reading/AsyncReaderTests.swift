import P1Parser
import Testing

@Suite("Telegrams of bytes that come over time")
struct AsyncReaderTests {
    private let telegram = Fixture.dsmr50.bytes

    /// The elements, one by one, and then an error if there is one.
    private func stream<Element: Sendable>(_ elements: [Element], _ error: (any Error)? = nil) -> AsyncThrowingStream<Element, any Error> {
        AsyncThrowingStream { continuation in
            for element in elements { continuation.yield(element) }
            continuation.finish(throwing: error)
        }
    }

    @Test("byte by byte")
    func bytes() async throws {
        var found: [[UInt8]] = []
        for try await telegram in TelegramReader().telegrams(in: stream(telegram + telegram)) { found.append(telegram.frame.bytes) }
        #expect(found == [telegram, telegram])
    }

    @Test("in chunks, without errors: nothing to try")
    func chunks() async {
        let (chunks, continuation) = AsyncStream<[UInt8]>.makeStream()
        var iterator = TelegramReader().telegrams(in: chunks).makeAsyncIterator()
        continuation.yield(Array(telegram.prefix(300)))
        continuation.yield(Array(telegram[300...]) + telegram + Array(telegram.prefix(100)))
        // Each is there before the next chunk is.
        #expect(await iterator.next()?.frame.offset == 0)
        #expect(await iterator.next()?.frame.offset == telegram.count)
        continuation.finish()
        #expect(await iterator.next() == nil)
        #expect(await iterator.next() == nil)
    }

    @Test("slices, and a last telegram without its end line (DSMR 2.2)")
    func slices() async throws {
        let bare = Fixture.dsmr22.bytes
        let slices = stream([bare[..<100], bare[100..<bare.count - 3]])
        var issues: [TelegramIssue.Reason] = []
        for try await telegram in TelegramReader().telegrams(in: slices) { issues += telegram.issues.map(\.reason) }
        #expect(issues == [.noEndLine])
    }

    @Test("all that was found")
    func events() async throws {
        var damaged = telegram
        damaged[100] ^= 1
        let bytes = Wire.bytes("noise\n") + damaged + telegram
        var events: [TelegramReader.Event] = []
        for try await event in TelegramReader(checksums: .required).events(in: stream([bytes])) { events.append(event) }
        #expect(events == TelegramReader(checksums: .required).events(in: bytes))
        #expect(events.map(\.isAccepted) == [false, false, true])
    }

    @Test("an error ends them, behind the telegrams before it")
    func error() async {
        struct Broken: Error {}
        var count = 0
        await #expect(throws: Broken.self) {
            for try await _ in TelegramReader().telegrams(in: stream([telegram + telegram.prefix(50)], Broken())) { count += 1 }
        }
        #expect(count == 1)
    }

    @Test("a capture that is there as a whole")
    func capture() {
        #expect(TelegramReader().telegrams(in: telegram + telegram).count == 2)
        #expect(TelegramReader().telegrams(in: []).isEmpty)
    }
}
