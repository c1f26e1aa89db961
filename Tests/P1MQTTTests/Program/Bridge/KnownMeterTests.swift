import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// One telegram changes nothing, neither one of another meter nor one that nothing vouches for.
@Suite("The meter that is known to be there") struct KnownMeterTests {
    private static let own = "4530303438303030303132333435363738"
    private static let other = "4530303438303030303939393939393939"
    private static let ownDevice = "homeassistant/device/p1mqtt_\(own)/config"
    private static let otherDevice = "homeassistant/device/p1mqtt_\(other)/config"

    private func lines(_ id: String?, energy: String = "000100.000", at second: Int = 10) -> [String] {
        ["1-3:0.2.8(50)", "0-0:1.0.0(2607031815\(second)S)"] + (id.map { ["0-0:96.1.1(\($0))"] } ?? [])
            + ["0-0:96.14.0(0001)", "1-0:1.8.1(\(energy)*kWh)"]
    }

    /// A meter of DSMR 2.2.
    private func old(_ id: String?, energy: String = "00100.000", gas: [String] = []) -> [String] {
        (id.map { ["0-0:96.1.1(\($0))"] } ?? []) + ["1-0:1.8.1(\(energy)*kWh)"] + gas
    }

    /// Topics and payloads of what went out, without what the bridge says of itself.
    private func messages(_ fixture: PipelineFixture) -> [String] {
        fixture.taken().filter { !$0.topic.hasPrefix("p1/bridge") }.map { "\($0.topic) \($0.text)" }
    }

    private func announced() -> PipelineFixture {
        let fixture = PipelineFixture()
        for _ in 0..<3 { fixture.send(lines(Self.own)) }
        #expect(fixture.topics().contains(Self.ownDevice))
        return fixture
    }

    // MARK: - Another meter

    @Test("a telegram with another id in the middle: nothing at all is published of it, and the guard does not begin anew")
    func inTheMiddle() {
        let fixture = announced()
        fixture.send(lines(Self.other, energy: "000007.000"))
        #expect(messages(fixture).isEmpty)
        fixture.send(lines(Self.own, energy: "000000.000", at: 20))
        let next = fixture.taken()
        #expect(next.contains { $0.topic == "p1/event/heldRegister" })
        #expect(!next.contains { $0.topic == "p1/electricity/received/tariff1" || $0.topic.hasPrefix("homeassistant") })
        #expect(next.last?.text.contains(Self.own) == true)
        #expect(fixture.pipeline.publication.identity.equipmentId == Self.own)
        #expect(fixture.pipeline.counts.good == 5 && fixture.pipeline.counts[.stranger] == 1 && fixture.pipeline.counts.bad == 0)
        #expect(
            fixture.log.lines.first
                == "warning: a telegram of another meter came (equipment id \(Self.other)), and no second one behind it. It is not used. "
                + "If this happens often, the telegrams of two meters come from this source: each needs a source of its own.")
    }

    @Test("ids that alternate: the first one stays, and it is reported once an hour")
    func alternating() {
        let fixture = announced()
        var ids: Set<String> = []
        for _ in 0..<50 {
            fixture.send(lines(Self.other))
            #expect(messages(fixture).isEmpty)
            fixture.send(lines(Self.own))
            for message in fixture.taken() {
                if message.topic == "p1/equipmentId" { ids.insert(message.text) }
                #expect(!message.topic.hasPrefix("homeassistant") && !message.topic.hasPrefix("p1/event"))
                #expect(!message.topic.hasSuffix("availability"))
            }
        }
        #expect(ids == [Self.own])
        #expect(fixture.log.lines.count == 1 && fixture.pipeline.counts[.stranger] == 50)
    }

    @Test("two telegrams in a row: event, devices and values change at once, and none of both is lost")
    func swap() {
        let fixture = announced()
        fixture.send(lines(Self.other, energy: "000007.000"))
        #expect(messages(fixture).isEmpty)
        fixture.send(lines(Self.other, energy: "000007.001"))
        let swap = fixture.taken()
        #expect(swap.filter { $0.topic == "p1/event/meterSwap" }.count == 1)
        #expect(swap.first { $0.topic == Self.ownDevice }?.payload.isEmpty == true)
        #expect(swap.first { $0.topic == Self.otherDevice }?.payload.isEmpty == false)
        #expect(swap.last { $0.topic == "p1/electricity/received/tariff1" }?.text == "7.001")
        #expect(swap.last?.text.contains(Self.other) == true)
        #expect(fixture.pipeline.counts[.stranger] == 0 && fixture.pipeline.counts[.heldRegister] == 0)
        fixture.send(lines(Self.other))
        #expect(!fixture.topics().contains { $0.hasPrefix("homeassistant") })
    }

    @Test("an id that got lost is the known meter's; one that says nothing too")
    func lost() {
        let fixture = announced()
        for id in [nil, "00000000", ""] as [String?] {
            fixture.send(lines(id, energy: "000100.001"))
            let messages = fixture.taken()
            #expect(messages.contains { $0.topic == "p1/electricity/received/tariff1" })
            #expect(!messages.contains { $0.topic.hasPrefix("homeassistant") || $0.topic.hasPrefix("p1/event") })
        }
        // One of a meter without id gets one: that is another meter.
        let without = PipelineFixture()
        for _ in 0..<3 { without.send(lines(nil)) }
        _ = without.taken()
        without.send(lines(Self.own))
        #expect(messages(without).isEmpty)
    }

    @Test("another header is no other meter, unless the id is missing")
    func header() {
        let fixture = announced()
        fixture.send(TelegramFixture.bytes(lines(Self.own), header: "NEW5\\FIRMWARE"))
        #expect(fixture.taken().contains { $0.topic == "p1/meterType" && $0.text == "NEW5\\FIRMWARE" })
        fixture.send(TelegramFixture.bytes(lines(nil), header: "OTH5\\METER"))
        #expect(messages(fixture).isEmpty)
        fixture.send(TelegramFixture.bytes(lines(nil), header: "NEW5\\FIRMWARE"))
        #expect(!messages(fixture).isEmpty)
    }

    @Test("a meter that was replaced while nobody listened needs two telegrams as well")
    func afterRestart() throws {
        let fixture = try restarted(after: lines(Self.own))
        fixture.send(lines(Self.other))
        #expect(messages(fixture).isEmpty)
        fixture.send(lines(Self.own))
        #expect(messages(fixture).first == "p1/availability online")
        fixture.send(lines(Self.other))
        fixture.send(lines(Self.other))
        #expect(fixture.topics().contains("p1/event/meterSwap"))
    }

    // MARK: - Meters that nothing vouches for

    private func restarted(after earlier: [String], hasChecksum: Bool = true) throws -> PipelineFixture {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let memory = BrokerMemory(recalling: [topics])
        let document = try TelegramFixture.document(earlier, hasChecksum: hasChecksum).json()
        memory.note(.message(.init(topic: topics.document, payload: document, isRetained: true)))
        memory.note(.recalled)
        return PipelineFixture(broker: memory) { $1.source = .tcp(host: "meter", port: 23) }
    }

    @Test("without a checksum the first telegram waits for a second one like it, and both are published", arguments: ["4B41", nil])
    func second(_ id: String?) {
        let fixture = PipelineFixture { settings, _ in settings.publish.raw = true }
        fixture.send(old(id), hasChecksum: false)
        #expect(messages(fixture).isEmpty && fixture.pipeline.goodFrames == 1)
        fixture.send(old(id, energy: "00100.001"), hasChecksum: false)
        let both = fixture.taken()
        #expect(both.first.map { "\($0.topic) \($0.text)" } == "p1/availability online")
        #expect(both.contains { $0.topic.hasPrefix("homeassistant") })
        #expect(both.last { $0.topic == "p1/electricity/received/tariff1" }?.text == "100.001")
        fixture.send(old(id, energy: "00100.002"), hasChecksum: false)
        #expect(fixture.topics().contains("p1/json"))
        #expect(fixture.log.lines.isEmpty)
    }

    @Test("one with a right checksum, or a right tag, is known at once")
    func proven() {
        let checked = PipelineFixture()
        checked.send(lines(Self.own))
        #expect(checked.topics().contains("p1/json"))
        let sealed = PipelineFixture { $1.cipher = SealedTelegrams.cipher() }
        sealed.send(SealedTelegrams.common)
        #expect(sealed.topics().contains("p1/json"))
        // Where the checksum is not looked at, it vouches for nothing unless it is right.
        let unchecked = PipelineFixture { $1.crc = .off }
        var damaged = TelegramFixture.bytes(lines(Self.own))
        damaged[damaged.count - 3] ^= 1
        unchecked.send(damaged)
        #expect(messages(unchecked).isEmpty)
        unchecked.send(damaged)
        #expect(unchecked.topics().contains("p1/json"))
    }

    @Test("a document of an earlier run is the first one: a meter that speaks once an hour does not wait", arguments: ["4B41", nil])
    func hourly(_ id: String?) throws {
        let fixture = try restarted(after: old(id), hasChecksum: false)
        fixture.send(old(id, energy: "00100.500"), hasChecksum: false)
        #expect(fixture.topics().contains("p1/json"))
        let other = try restarted(after: old(id), hasChecksum: false)
        other.send(old("4B42"), hasChecksum: false)
        #expect(messages(other).isEmpty)
    }

    @Test("noise replaces no document and sets nothing online, with and without an earlier one", arguments: 0..<4 as Range<UInt64>)
    func noise(_ seed: UInt64) throws {
        for fixture in [PipelineFixture(), try restarted(after: old("4B41"), hasChecksum: false)] {
            var random = SplitMix64(seed: seed)
            var stream: [UInt8] = []
            for _ in 0..<5000 {
                stream += Array(["\n/", "\r\n!\r\n", "(", "", ""][Int(random.next() % 5)].utf8)
                for _ in 0..<random.next() % 9 { stream.append(UInt8(truncatingIfNeeded: random.next())) }
            }
            fixture.send(stream)
            fixture.send(Array("/TST5\r\n\r\n\u{8F}\u{2}k(\r\n!\r\n".utf8))
            #expect(messages(fixture).isEmpty)
            #expect(fixture.pipeline.goodFrames == 0 && fixture.pipeline.counts[.implausible] > 0)
            #expect(fixture.log.lines.count { $0.hasPrefix("warning: what came without a checksum is no telegram") } == 1)
        }
    }

    @Test("two meters without checksums that alternate from the start: neither is published, and it is reported")
    func never() {
        let fixture = PipelineFixture()
        for _ in 0..<10 {
            for id in ["4B41", "4B42"] { fixture.send(old(id), hasChecksum: false) }
        }
        #expect(messages(fixture).isEmpty && fixture.log.lines.count == 1)
        fixture.send(old("4B42"), hasChecksum: false)
        #expect(fixture.topics().contains("p1/json"))
    }

    @Test("the only telegram of a capture is published at its end, but never a stranger's")
    func capture() {
        let single = PipelineFixture()
        single.send(old("4B41"), hasChecksum: false)
        single.report(.ended)
        let messages = single.taken()
        #expect(messages.contains { $0.topic == "p1/electricity/received/tariff1" })
        #expect(messages.last { $0.topic == "p1/availability" }?.text == "offline")
        let stranger = announced()
        stranger.send(lines(Self.other))
        stranger.report(.ended)
        #expect(!stranger.taken().contains { $0.topic == "p1/json" })
    }

    @Test("who pastes one telegram without a checksum sees it decoded, and its topics")
    func commands() {
        let bytes = TelegramFixture.bytes(old("4B41"), header: "ISk5\\2MT382-1003", hasChecksum: false)
        var preview = TelegramPreview(prefix: "p1", utcOffset: nil, language: .en)
        preview.feed(bytes)
        let topics = preview.finish().map(\.topic)
        #expect(topics.contains("p1/json") && topics.contains("homeassistant/device/p1mqtt_4b41/config") && preview.problems.isEmpty)
    }
}
