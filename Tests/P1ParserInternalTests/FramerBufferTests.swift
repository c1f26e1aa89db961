import Testing
@testable import P1Parser

/// How much a framer keeps: nothing of that shows from outside.
@Suite("Buffer of the framer")
struct FramerBufferTests {
    @Test("is no more than its limit, whatever comes", arguments: ["/", "x", "\n", "/x\n", "!", "/\n!"])
    func memory(_ piece: String) {
        var framer = Framer(maximumLength: 1024)
        let chunk = Array(repeating: Array(piece.utf8), count: 20_000).flatMap(\.self)
        for _ in 0..<10 { framer.feed(chunk.span) { _ in } }
        #expect(framer.bufferedBytes <= 1024)
    }

    @Test("is no more than its limit when every few bytes look like an encrypted telegram of the greatest length")
    func sealed() {
        let head = Envelope(systemTitle: 42, counter: 1, textLength: 1000).head
        var framer = Framer(maximumLength: 2048, cipher: NoCipher())
        let chunk = Array(repeating: head, count: 500).flatMap(\.self)
        for _ in 0..<4 {
            framer.feed(chunk.span) { _ in }
            #expect(framer.bufferedBytes <= 2048)
        }
    }

    @Test("is empty behind a stream that broke off")
    func breaksOff() {
        var framer = Framer()
        framer.feed(Array("/TST5\r\n\r\n1-0:1.8.0(1*kW".utf8).span) { _ in }
        #expect(framer.bufferedBytes > 0)
        framer.breakOff { _ in }
        #expect(framer.bufferedBytes == 0)
    }

    private struct NoCipher: FrameCipher {
        func open(_ envelope: Envelope, ciphertext: Span<UInt8>, tag: Span<UInt8>) -> OpenedText? { nil }
    }
}
