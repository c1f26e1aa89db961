import Logging
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Text from a wire") struct PrintableTextTests {
    @Test("control characters and turns of direction are replaced, all else stays")
    func printable() {
        #expect("plain ASCII ~".printable == "plain ASCII ~")
        #expect("caf\u{E9} \u{20AC} \u{1F50C}".printable == "caf\u{E9} \u{20AC} \u{1F50C}")
        #expect("a\r\nb\tc\u{2028}d\u{85}e".printable == "a  b c d e")
        #expect("\u{1B}[2J\u{0}\u{7F}\u{9B}x".printable == "?[2J???x")
        #expect("a\u{202E}b\u{2066}c\u{200F}".printable == "a?b?c?")
    }

    @Test("what is logged is one line of a bounded length, whoever wrote it") func logLine() {
        let line = ConsoleLog.line(.warning, "a\n2026-01-01T00:00:00Z ERROR forged", ["topic": "x\u{1B}[31m\r\ny"], at: 0)
        #expect(line == "1970-01-01T00:00:00Z WARNING a 2026-01-01T00:00:00Z ERROR forged (topic=x?[31m  y)")
        #expect(ConsoleLog.line(.info, String(repeating: "\u{20AC}", count: 100_000), [:], at: 0).utf8.count < 4096)
    }

    @Test("at most 200 characters of a text from a wire stand in a log or an event") func sanitised() {
        #expect(String(repeating: "\n", count: 1000).sanitised == String(repeating: " ", count: 200))
    }
}
