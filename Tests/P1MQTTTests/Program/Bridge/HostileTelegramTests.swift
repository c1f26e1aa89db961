import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// Telegrams that somebody made to do harm: whoever can write on the serial line, pose as the TCP source or publish to
/// the topic of an `mqtt` source can give them a checksum that is right.
@Suite("Hostile telegrams") struct HostileTelegramTests {
    /// All texts that a telegram may carry, each with what would be worst in it.
    private static let escape = "\u{1B}]0;owned\u{7}"
    private static func hex(_ text: String) -> String {
        text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static let poison = "\"},\"a\":{\"b\":\"\\ +/#/$SYS \u{0}\u{1B}[2J\r\n\u{202E}"
    private static let lines = [
        "1-3:0.2.8(50)", "0-0:1.0.0(260703181502S)",
        "0-0:96.1.1(\(hex("+/#/../\u{0}\"\n$SYS")))",
        "0-0:96.13.0(\(hex(poison)))", "0-0:96.13.1(\(hex(poison)))",
        "1-0:0.2.0(a+b#c\u{1}\u{1B}d)", "0-0:42.0.0(\(escape))",
        "0-1:24.1.0(003)", "0-1:96.1.0(\(hex("#")))", "0-1:24.2.1(260703181000S)(00987.654*m3)",
        "9-9:99.99.99(\(escape)+#)", "0-0:96.14.0(0002)", "1-0:1.7.0(01.193*kW)",
    ]

    private func messages(_ fixture: PipelineFixture, header: String = "TST5\\\u{1B}[2J+#\"\u{7}") -> [Message] {
        for _ in 0..<3 { fixture.send(TelegramFixture.bytes(Self.lines, header: header)) }
        return fixture.taken()
    }

    @Test("neither wildcards nor control characters reach a topic") func topics() {
        let messages = messages(PipelineFixture())
        #expect(messages.count > 20)
        for message in messages { #expect(Topic.fault(in: message.topic) == nil, "\(message.topic)") }
        let first = Set(messages.map { $0.topic.split(separator: "/").first })
        #expect(first == ["p1", "homeassistant"])
        #expect(messages.contains { $0.topic == "p1/unknown/9-9:99.99.99" })
    }

    @Test("no payload holds a control character, and each that is JSON can be read") func payloads() throws {
        for message in messages(PipelineFixture()) {
            let text = try #require(String(validating: message.payload, as: UTF8.self), "\(message.topic)")
            #expect(
                text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }, "\(message)")
            if text.hasPrefix("{") { _ = try JSONReader.read(message.payload) }
        }
    }

    @Test("the text of a message stays one text in the JSON") func injection() throws {
        let message = try #require(messages(PipelineFixture()).last { $0.topic == "p1/json" })
        let tree = try JSONReader.read(message.payload)
        #expect(tree.keys.count < 60 && tree["a"] == nil)
        #expect(tree.at("textMessage/message") == .text("\"},\"a\":{\"b\":\"\\ +/#/$SYS ??[2J  ?"))
    }

    @Test("ids in discovery hold nothing but letters, digits, _ and -") func ids() throws {
        for message in messages(PipelineFixture()) where message.topic.hasPrefix("homeassistant/") {
            let levels = message.topic.split(separator: "/")
            #expect(levels.count == 4 && levels[1] == "device" && levels[3] == "config")
            #expect(
                levels[2].utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F || $0 == 0x2D }, "\(message.topic)")
        }
    }

    @Test("a log line about a damaged telegram is one line without control characters") func logs() {
        let fixture = PipelineFixture()
        fixture.send(["1-0:1.7.0(\u{1B}[2J\u{7}\u{0})", "no code \u{1B}[31m\u{85}ERROR forged"])
        #expect(fixture.log.lines.count == 1)
        for line in fixture.log.lines { #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) }
        let events = fixture.taken().filter { $0.topic == "p1/bridge/event" }
        #expect(events.count == 1)
    }

    @Test("any number of codes that nobody knows leads to 64 topics at most") func unknownCodes() {
        let fixture = PipelineFixture()
        var topics: Set<String> = []
        for round in 0..<50 {
            let lines = (0..<300).map { "7-\(($0 + round / 10 * 300) / 100 % 10):\($0 % 100).\(round / 10).9(\(round))" }
            fixture.send(lines)
            let messages = fixture.taken().filter { $0.topic.hasPrefix("p1/unknown/") }
            #expect(messages.count <= 64)
            // Nothing of it stays anywhere.
            for message in messages { #expect(!message.retain) }
            topics.formUnion(messages.map(\.topic))
        }
        #expect(topics.count <= 5 * 64)
        #expect(fixture.outbox.counters.topics < 100)
    }

    @Test("a meter that has another id in each telegram leaves no devices and no memory behind") func ids200() {
        let fixture = PipelineFixture()
        var announced: Set<String> = []
        for id in 0..<200 {
            // Two of each, or it is not believed.
            for _ in 0..<2 { fixture.send(["1-3:0.2.8(50)", "0-0:96.1.1(\(Self.hex("ID\(id)")))", "1-0:1.7.0(01.193*kW)"]) }
            for message in fixture.taken() where message.topic.hasPrefix("homeassistant/") {
                if message.payload.isEmpty { announced.remove(message.topic) } else { announced.insert(message.topic) }
            }
            #expect(announced.count <= 1)
        }
        #expect(fixture.outbox.counters.topics < 20)
    }

    @Test("noise in a thousand forms costs a bounded memory and a few lines") func noise() {
        let fixture = PipelineFixture()
        var generator = SplitMix64(seed: 11)
        for _ in 0..<200 {
            fixture.send((0..<2000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
        #expect(fixture.log.lines.count <= TelegramCounts.Fault.allCases.count * 2)
        #expect(fixture.outbox.counters.topics < 10)
    }
}
