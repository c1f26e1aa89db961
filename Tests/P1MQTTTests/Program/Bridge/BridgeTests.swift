import P1Parser
import Testing
@testable import P1MQTT

@Suite("Bridge") struct BridgeTests {
    @Test("a telegram of another device that lacks its last line end is complete all the same") func lineEnd() {
        let telegram = Array(GoldenPair.telegram.utf8)
        #expect(BridgeInput.withLineEnd(telegram) == telegram)
        for cut in 1...2 {
            var framer = Framer()
            var events: [Framer.Event] = []
            framer.feed(BridgeInput.withLineEnd(Array(telegram.dropLast(cut))).span) { events.append($0) }
            guard case .frame(let frame)? = events.first, case .valid = frame.checksum else {
                Issue.record("\(events)")
                continue
            }
        }
    }

    @Test("what is only a piece of a telegram stays as it came", arguments: ["/TST5\r", "1-0:1.7.0(01.193", "!0529", ""])
    func pieces(_ text: String) {
        #expect(BridgeInput.withLineEnd(Array(text.utf8)) == Array(text.utf8))
    }
}
