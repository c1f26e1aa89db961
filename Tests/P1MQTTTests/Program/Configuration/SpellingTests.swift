import Testing
@testable import P1MQTT

@Suite("Spelling") struct SpellingTests {
    @Test(
        "proposes what is near",
        arguments: zip(
            ["hots", "HOST", "topicprefx", "qqs", "pasword"], ["host", "host", "topicPrefix", "qos", "password"]))
    func near(_ typed: String, _ meant: String) {
        #expect(Spelling.closest(to: typed, among: ["host", "port", "topicPrefix", "qos", "password"]) == meant)
    }

    @Test("proposes nothing for what is far", arguments: ["", "x", "broker", String(repeating: "é", count: 10_000)])
    func far(_ typed: String) {
        #expect(Spelling.closest(to: typed, among: ["host", "topicPrefix"]) == nil)
        #expect(Spelling.closest(to: typed, among: []) == nil)
    }
}
