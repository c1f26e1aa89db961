import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Messages of a telegram") struct ValueMessagesTests {
    private let now = Moment(monotonic: 0, utc: 1_783_095_302_000)

    private func maker(name: String? = nil, _ adapt: (inout MQTTSettings, inout PublishSettings) -> Void = { _, _ in }) -> ValueMessages {
        var (mqtt, publish) = (MQTTSettings(), PublishSettings())
        adapt(&mqtt, &publish)
        return ValueMessages(
            topics: MeterTopics(bridgePrefix: mqtt.topicPrefix, meterName: name), qos: mqtt.qos, retain: mqtt.retain, publish: publish)
    }

    private func lines(_ messages: [Message]) -> [String] { messages.map { "\($0.topic) \($0.text)" } }

    @Test("a whole telegram: topics and payloads") func golden() throws {
        var maker = maker()
        let document = try TelegramFixture.document(GoldenPair.lines)
        let messages = maker.messages(for: document, at: now)
        #expect(lines(messages.dropLast()) == GoldenPair.messages)
        let last = try #require(messages.last)
        #expect(last.topic == "p1/json")
        #expect(last.kind == .document)
        #expect(last.payload == document.json())
        #expect(messages.dropLast().allSatisfy { $0.kind == .value })
        #expect(messages.allSatisfy { $0.retain && $0.qos == 0 })
    }

    @Test("every topic is one that a broker takes, and comes once") func validTopics() throws {
        var maker = maker(name: "roof")
        let topics = maker.messages(for: try TelegramFixture.document(GoldenPair.lines), at: now).map(\.topic)
        #expect(Set(topics).count == topics.count)
        #expect(topics.allSatisfy { Topic.fault(in: $0) == nil && $0.hasPrefix("p1/roof/") })
        #expect(topics.allSatisfy { !$0.hasSuffix("/unit") })
    }

    @Test("the settings of the broker count") func settings() throws {
        var maker = maker {
            $0.qos = 1
            $0.retain = false
            $0.topicPrefix = "house/p1"
            _ = $1
        }
        let messages = maker.messages(for: try TelegramFixture.document(["1-0:1.7.0(01.193*kW)"]), at: now)
        #expect(messages.allSatisfy { $0.qos == 1 && !$0.retain && $0.topic.hasPrefix("house/p1/") })
        #expect(messages.contains { $0.topic == "house/p1/electricity/received/actual" && $0.text == "1.193" })
    }

    @Test("without values there is the document alone, with every change of one") func documents() throws {
        var maker = maker { $1.values = false }
        let document = try TelegramFixture.document(GoldenPair.lines)
        for _ in 0..<2 { #expect(maker.messages(for: document, at: now).map(\.topic) == ["p1/json"]) }
        #expect(maker.retained(Array(0..<10)) == ["p1/json"])
        var changes = self.maker { ($1.values, $1.onlyChanges) = (false, true) }
        #expect(changes.messages(for: document, at: now).map(\.topic) == ["p1/json"])
        #expect(changes.messages(for: document, at: now.advanced(byMilliseconds: 59_999)).isEmpty)
        #expect(changes.messages(for: document, at: now.advanced(byMilliseconds: 60_000)).map(\.topic) == ["p1/json"])
    }

    @Test("null publishes nothing; empty text is an empty payload") func nothing() throws {
        var maker = maker()
        let messages = maker.messages(for: try TelegramFixture.document(["0-0:96.13.0()", "1-0:1.7.0()"]), at: now)
        #expect(lines(messages.dropLast()) == ["p1/meterType TST5\\2UNIT", "p1/textMessage/message "])
    }

    @Test("a peak without a possible time has no time topic") func peakWithoutTime() throws {
        var maker = maker()
        let messages = maker.messages(for: try TelegramFixture.document(["1-0:1.6.0(632525252525S)(03.125*kW)"]), at: now)
        let demand = lines(messages).filter { $0.hasPrefix("p1/electricity/demand") }
        #expect(demand == ["p1/electricity/demand/positiveActiveDemand/maximumDemand 3.125"])
    }

    @Test("an unknown code is published from its third telegram on, not retained, before the document") func unknownCode() throws {
        var maker = maker()
        let document = try TelegramFixture.document(["0-0:94.98.31(00012)(x)"])
        #expect(maker.messages(for: document, at: now).count == 2)
        #expect(maker.messages(for: document, at: now).count == 2)
        let third = maker.messages(for: document, at: now)
        #expect(third.map(\.topic) == ["p1/meterType", "p1/unknown/0-0:94.98.31", "p1/json"])
        #expect(third[1].text == "(00012)(x)")
        #expect(!third[1].retain && third[1].kind == .passing)
    }

    @Test("with onlyChanges, what is the same waits for the heartbeat; nothing due, no document (dsmr-reader 1558, 611)")
    func onlyChanges() throws {
        var maker = maker { $1.onlyChanges = true }
        let first = try TelegramFixture.document(["1-0:1.8.1(1.0*kWh)", "1-0:1.7.0(0.100*kW)"])
        let second = try TelegramFixture.document(["1-0:1.8.1(1.0*kWh)", "1-0:1.7.0(0.200*kW)"])
        #expect(
            maker.messages(for: first, at: now).map(\.topic) == [
                "p1/meterType", "p1/electricity/received/tariff1", "p1/electricity/received/actual", "p1/derived/received/total",
                "p1/derived/netPower/total", "p1/json",
            ])
        #expect(maker.messages(for: first, at: now.advanced(byMilliseconds: 1000)).isEmpty)
        #expect(
            lines(maker.messages(for: second, at: now.advanced(byMilliseconds: 2000)).dropLast())
                == ["p1/electricity/received/actual 0.200", "p1/derived/netPower/total 0.200"])
        // The heartbeat of each value runs from when it was sent.
        #expect(
            maker.messages(for: second, at: now.advanced(byMilliseconds: 60_000)).map(\.topic)
                == ["p1/meterType", "p1/electricity/received/tariff1", "p1/derived/received/total", "p1/json"])
        #expect(
            maker.messages(for: second, at: now.advanced(byMilliseconds: 62_000)).map(\.topic)
                == ["p1/electricity/received/actual", "p1/derived/netPower/total", "p1/json"])
    }
}

@Suite("Change filter") struct ChangeFilterTests {
    private let start = Moment(monotonic: 5000, utc: 0)
    private let one = Document.Value.text("a")

    @Test("lets pass what changed or is as old as the heartbeat") func due() {
        var filter = ChangeFilter(heartbeat: 100)
        func isDue(_ slot: Int, _ value: Document.Value, after time: Int64 = 0) -> Bool {
            filter.isDue(slot, value, at: start.advanced(byMilliseconds: time))
        }
        #expect(isDue(0, one))
        #expect(!isDue(0, one, after: 99))
        #expect(isDue(0, one, after: 100))
        #expect(isDue(0, .text("b"), after: 101))
        #expect(isDue(0, one, after: 102))
        #expect(isDue(1, one, after: 102))
    }

    @Test("a change of decimals is a change: the payload is another") func decimals() {
        var filter = ChangeFilter(heartbeat: 100)
        func isDue(_ slot: Int, _ value: Document.Value, after time: Int64 = 0) -> Bool {
            filter.isDue(slot, value, at: start.advanced(byMilliseconds: time))
        }
        #expect(isDue(0, .number(FixedDecimal(mantissa: 10, scale: 1))))
        #expect(isDue(0, .number(FixedDecimal(mantissa: 1))))
    }
}

@Suite("Unknown codes") struct UnknownCodesTests {
    private func codes(_ names: String...) -> [(code: String, groups: String)] { names.map { ($0, "()") } }

    @Test("last when they came three times in a row") func threeInARow() {
        var unknown = UnknownCodes()
        #expect(unknown.lasting(codes("a")).isEmpty)
        #expect(unknown.lasting(codes("a", "b")).isEmpty)
        #expect(unknown.lasting(codes("a", "b")).map(\.code) == ["a"])
        #expect(unknown.lasting(codes("b", "a")).map(\.code) == ["b", "a"])
        #expect(unknown.lasting([]).isEmpty)
        #expect(unknown.lasting(codes("a")).isEmpty)
    }

    @Test("are 64 at most, however many come") func bounded() {
        var unknown = UnknownCodes()
        let many = (0..<200).map { (code: "1-0:\($0).0.0", groups: "()") }
        for _ in 0..<3 { _ = unknown.lasting(many) }
        #expect(unknown.lasting(many).count == UnknownCodes.maximum)
    }

    @Test("a code that comes twice in a telegram counts once") func twice() {
        var unknown = UnknownCodes()
        #expect(unknown.lasting(codes("a", "a")).isEmpty)
        #expect(unknown.lasting(codes("a", "a")).isEmpty)
        #expect(unknown.lasting(codes("a", "a")).count == 2)
    }
}
