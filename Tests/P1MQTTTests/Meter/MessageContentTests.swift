import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("What messages are") struct MessageContentTests {
    private let now = Moment(monotonic: 5000, utc: 1_783_095_302_000)

    private func messages(_ lines: [String], retain: Bool = true, expiry: Int? = nil) throws -> [String: Message] {
        var maker = ValueMessages(
            topics: MeterTopics(bridgePrefix: "p1", meterName: nil), qos: 0, retain: retain, publish: PublishSettings(expiry: expiry))
        let messages = maker.messages(for: try TelegramFixture.document(lines), at: now)
        return Dictionary(uniqueKeysWithValues: messages.map { ($0.topic, $0) })
    }

    @Test("unit and codes of a value are those of bridge/topics") func golden() throws {
        let document = try TelegramFixture.document(GoldenPair.lines)
        var maker = ValueMessages(topics: MeterTopics(bridgePrefix: "p1", meterName: nil), qos: 0, retain: true, publish: PublishSettings())
        let messages = maker.messages(for: document, at: now)
        var identity = MeterIdentity()
        identity.learn(from: try TelegramFixture.telegram(GoldenPair.lines), document, encryption: nil)
        let table = try JSONReader.read(BridgeDocuments.topics([(MeterTopics(bridgePrefix: "p1", meterName: nil), identity)]))
        guard case .object(let rows) = table else {
            Issue.record("\(table)")
            return
        }
        #expect(rows.count > 20)
        for row in rows {
            let message = try #require(messages.first { $0.topic == row.name })
            #expect(message.content.unitText.map(JSONTree.text) ?? .null == row.value["unit"], "\(row.name)")
            #expect(.array(message.content.codes.map(JSONTree.text)) == row.value["obis"], "\(row.name)")
        }
    }

    @Test("documents and lists are JSON, values text, a raw telegram neither") func formats() throws {
        let messages = try messages(["1-0:1.6.0(230101000000W)(03.125*kW)", "1-0:1.7.0(01.193*kW)"])
        #expect(messages["p1/json"]?.content == .json)
        #expect(messages["p1/electricity/received/actual"]?.content.format == .text)
        let peak = try #require(messages.values.first { $0.topic.hasSuffix("/timestamp") && $0.content.codes == ["1-0:1.6.0"] })
        #expect(peak.content.unitText == nil && peak.content.format == .text)
        #expect(Message(topic: "p1/raw", payload: [0xFF], qos: 0, retain: false, kind: .passing).content == .bytes)
        #expect(Message.availability("p1/a", isOnline: true).content == .text)
        for kind in [Message.Kind.info, .discovery, .event, .bridgeEvent, .history] {
            #expect(Message(topic: "t", payload: [], qos: 0, retain: false, kind: kind).content == .json)
        }
    }

    @Test("only retained values and the document are forgotten") func expiry() throws {
        let lines = ["1-0:1.7.0(01.193*kW)"]
        #expect(try messages(lines, expiry: 60).values.allSatisfy { $0.expiresAt == 65_000 } as Bool)
        #expect(try messages(lines).values.allSatisfy { $0.expiresAt == .max } as Bool)
        #expect(try messages(lines, retain: false, expiry: 60).values.allSatisfy { $0.expiresAt == .max } as Bool)
        #expect(Message.availability("p1/a", isOnline: true).expiresAt == .max)
    }
}
