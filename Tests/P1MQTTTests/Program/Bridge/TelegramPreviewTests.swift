import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Preview of a telegram") struct TelegramPreviewTests {
    private func preview(_ bytes: [UInt8], prefix: String = "p1") -> (messages: [Message], problems: [String]) {
        var preview = TelegramPreview(prefix: prefix, utcOffset: nil, language: .en)
        preview.feed(bytes)
        let messages = preview.finish()
        return (messages, preview.problems)
    }

    @Test("has discovery, availability, values and the document, in this order") func order() {
        let (messages, problems) = preview(Array(GoldenPair.telegram.utf8))
        #expect(problems.isEmpty)
        #expect(messages.first?.topic == "homeassistant/device/p1mqtt_4530303132333435363738/config")
        let kinds = messages.map(\.kind)
        #expect(kinds == kinds.sorted())
        #expect(messages.contains { $0.topic == "p1/availability" && $0.text == "online" })
        #expect(messages.last?.topic == "p1/json")
    }

    @Test("has codes that are not known, though they came but once") func unknown() {
        let (messages, _) = preview(TelegramFixture.bytes(["0-0:94.98.31(00000)", "1-0:13.7.0(4.556)"]), prefix: "home/meter")
        #expect(messages.contains { $0.topic == "home/meter/unknown/0-0:94.98.31" && $0.text == "(00000)" })
        #expect(messages.contains { $0.topic == "home/meter/unknown/1-0:13.7.0" && $0.text == "(4.556)" })
    }

    @Test("of several telegrams the values of the last") func several() {
        let (messages, _) = preview(TelegramFixture.bytes(["1-0:1.7.0(1.0*kW)"]) + TelegramFixture.bytes(["1-0:1.7.0(2.0*kW)"]))
        #expect(messages.first { $0.topic == "p1/electricity/received/actual" }?.text == "2.0")
    }

    @Test("says what could not be used") func problems() {
        #expect(preview([]).problems == ["no telegram that can be used was found"])
        var damaged = TelegramFixture.bytes(["1-0:1.7.0(1.0*kW)"])
        damaged[20] ^= 1
        let (messages, problems) = preview(damaged)
        #expect(messages.isEmpty)
        #expect(problems.count == 2 && problems[0].hasPrefix("at offset 0: a telegram came with checksum "))
        #expect(preview(TelegramFixture.bytes(["1-0:1.7.0(x*kW)"])).problems.count == 1)
    }

    @Test("a last telegram without its end line is used and reported, but refused where a checksum is expected")
    func lastTelegram() {
        let golden = Array(GoldenPair.telegram.utf8)
        let alone = preview(Array(golden.prefix(300)))
        #expect(!alone.messages.isEmpty && alone.problems.last == "line at offset 300: no end line (!)")
        let behind = preview(golden + golden.prefix(300))
        #expect(behind.messages.map(\.topic) == preview(golden).messages.map(\.topic))
        #expect(behind.problems == ["at offset \(golden.count): the last telegram was cut off after 300 bytes"])
    }
}
