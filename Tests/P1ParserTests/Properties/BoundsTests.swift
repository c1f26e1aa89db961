import Testing

@testable import P1Parser

@Suite("Bounds")
struct BoundsTests {
    @Test("the framer keeps no more than its limit and one portion, whatever comes", arguments: ["/", "x", "\n", "/x\n", "!", "/\n!"])
    func memory(_ piece: String) {
        var framer = Framer(maximumLength: 1024)
        let chunk = Array(repeating: Array(piece.utf8), count: 20_000).flatMap(\.self)
        for _ in 0..<10 { framer.feed(chunk.span) { _ in } }
        #expect(framer.bufferedBytes <= 1024)
    }

    @Test(
        "a telegram of as many lines as fit is parsed in time that grows with its length only",
        arguments: ["(\n", "0-0:1.0.0(\n", "a\n", "0-0:96.13.0()\n", "4\n"])
    func time(_ line: String) throws {
        func duration(_ length: Int) throws -> Duration {
            let text = "/T\n0-0:96.13.0(\n" + String(repeating: line, count: length / line.utf8.count) + "!\n"
            let frame = try #require(Framer.frames(in: Array(text.utf8)).first)
            // The best of several: other work on the machine only ever adds.
            return (0..<5).map { _ in ContinuousClock().measure { _ = Telegram(frame) } }.min() ?? .zero
        }
        let (short, long) = (try duration(1000), try duration(16_000))
        #expect(long < max(short, .microseconds(20)) * 160)
    }
}
