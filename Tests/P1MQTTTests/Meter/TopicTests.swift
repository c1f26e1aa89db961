import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Topic") struct TopicTests {
    @Test("takes what brokers take", arguments: ["p1", "p1/électricité/L1", "a b", "/", "p1/$x", "🔌"])
    func accepts(_ text: String) throws {
        #expect(try Topic(text).text == text)
    }

    @Test(
        "refuses what they do not",
        arguments: [
            ("", TopicError.empty), ("p1/+", .wildcard("+")), ("#", .wildcard("#")), ("$SYS/x", .reserved),
            ("a\u{0}b", .controlCharacter(0)), ("a\nb", .controlCharacter(10)), ("a\u{85}", .controlCharacter(0x85)),
            (String(repeating: "é", count: 32768), .tooLong(bytes: 65536)),
        ])
    func refuses(_ text: String, _ error: TopicError) {
        #expect(throws: error) { try Topic(text) }
    }

    @Test("says what is wrong")
    func says() {
        #expect(TopicError.controlCharacter(10).description.contains("U+000A"))
        #expect(TopicError.wildcard("+").description.contains("must not contain +"))
    }
}
