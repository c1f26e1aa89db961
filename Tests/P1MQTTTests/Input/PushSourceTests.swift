import P1Parser
import Testing
@testable import P1MQTTInput
@testable import P1MQTTSystem

@Suite("Telegrams from the broker") struct PushSourceTests {
    private let source = PushSource(name: "mqtt topic attic/raw")

    private func taken() -> [Int] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
        defer { buffer.deallocate() }
        var sizes: [Int] = []
        _ = source.service(0, at: .at(0), buffer: buffer) { sizes.append($0.count) }
        return sizes
    }

    @Test("hands on what was pushed, in order, as soon as the loop asks") func order() {
        #expect(source.deadline == nil)
        for size in 1...3 { source.push(Array(repeating: 0x41, count: size)) }
        source.push([])
        #expect(source.deadline == .min)
        #expect(taken() == [1, 2, 3])
        #expect(source.deadline == nil && taken().isEmpty)
    }

    @Test("a telegram of another device that lacks its last line end is complete all the same") func lineEnd() {
        let telegram = Array(GoldenPair.telegram.utf8)
        #expect(PushSource.withLineEnd(telegram) == telegram)
        for cut in 1...2 {
            var framer = Framer()
            var events: [Framer.Event] = []
            framer.feed(PushSource.withLineEnd(Array(telegram.dropLast(cut))).span) { events.append($0) }
            guard case .frame(let frame)? = events.first, case .valid = frame.checksum else {
                Issue.record("\(events)")
                continue
            }
        }
    }

    @Test("what is only a piece of a telegram stays as it came", arguments: ["/TST5\r", "1-0:1.7.0(01.193", "!0529", ""])
    func pieces(_ text: String) {
        #expect(PushSource.withLineEnd(Array(text.utf8)) == Array(text.utf8))
    }
}
