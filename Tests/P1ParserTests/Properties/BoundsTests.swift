import P1Parser
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite("Bounds")
struct BoundsTests {
    @Test(
        "a telegram of as many lines as fit costs what its length costs",
        arguments: ["(\n", "0-0:1.0.0(\n", "a\n", " \n", "(1)\n", "0-0:96.13.0()\n", "0-1:24.2.1(260703181000S)(1*m3)\n", "4\n"])
    func telegram(_ line: String) throws {
        func work(_ length: Int) throws -> Int {
            let text = "/T\n0-0:96.13.0(\n" + String(repeating: line, count: length / line.utf8.count) + "!\n"
            let frame = try #require(Framer.frames(in: Array(text.utf8)).first)
            return BoundsTests.processorTime { _ = Telegram(frame).mbusDevices }
        }
        // Sixteen times the length; what grows with its square costs 256 times as much.
        #expect(try work(16_000) < max(try work(1000), 20) * 160)
    }

    @Test(
        "a stream costs what its length costs, in one portion and in small ones",
        arguments: [
            "/", "/\n", "(", "!\n", ")!A", "/X\n!\n", "/X\n1-0:1.8.0(\n", "a/", "\u{DB}\u{08}",
            "\u{DB}\u{08}12345678\u{82}\u{3F}\u{00}0\0\0\0\u{1}", "\u{DB}\u{08}12345678 0\0\0\0\u{1}",
        ], [3, 100_000])
    func stream(_ piece: String, _ portion: Int) {
        func work(_ length: Int) -> Int {
            let bytes = piece.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            let stream = Wire.bytes("/X\n") + Array(repeating: bytes, count: length / bytes.count).flatMap(\.self)
            return BoundsTests.processorTime { _ = Framer.events(in: stream, portions: [portion]) }
        }
        #expect(work(160_000) < max(work(20_000), 500) * 32)
    }

    /// Microseconds of this thread's processor time, the least of several: other work on the machine only ever adds.
    private static func processorTime(_ body: () -> Void) -> Int {
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
        return (0..<3).map { _ in
            let start = now()
            body()
            return now() - start
        }.min() ?? 0
    }
}
