import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Pipeline with events") struct EventPipelineTests {
    private static let id = "4530303438303030303132333435363738"

    private func lines(tariff: Int, failures: Int = 4, id: String = id) -> [String] {
        TelegramFixture.dsmr5 + [
            "0-0:96.1.1(\(id))", "0-0:96.14.0(000\(tariff))", "0-0:96.7.21(0000\(failures))", "1-0:1.8.1(000100.000*kWh)",
        ]
    }

    private func events(_ messages: [Message]) -> [String] { messages.map(\.topic).filter { $0.contains("/event/") } }

    /// A meter on a cable, and what an earlier run published of it.
    private func restarted(after earlier: [String]) throws -> PipelineFixture {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let memory = BrokerMemory(recalling: [topics])
        let document = try TelegramFixture.document(earlier).json()
        memory.note(.message(.init(topic: topics.document, payload: document, isRetained: true)))
        memory.note(.recalled)
        return PipelineFixture(broker: memory) { $1.source = .tcp(host: "meter", port: 23) }
    }

    @Test("an event goes out once, before the values of its telegram; between telegrams that are not due too") func order() {
        let fixture = PipelineFixture { settings, _ in settings.publish.minimumInterval = 10 }
        fixture.send(lines(tariff: 2))
        #expect(events(fixture.taken()).isEmpty)
        fixture.send(lines(tariff: 1))
        #expect(fixture.topics().filter { !$0.hasPrefix("homeassistant") } == ["p1/event/tariff"])
        for _ in 0..<10 { fixture.send(lines(tariff: 1)) }
        let later = fixture.taken()
        #expect(events(later).isEmpty && later.contains { $0.topic == "p1/electricity/tariffIndicator" && $0.text == "1" })
    }

    @Test("each event has a number that counts on from the start, of the meter and of its source alike, and is confirmed") func numbers() {
        let fixture = PipelineFixture()
        fixture.report(.connected)
        fixture.send(lines(tariff: 2))
        fixture.send(lines(tariff: 1, failures: 5))
        fixture.send(Array("/x\r\n\r\n0-0:96.14.0(0001)\r\n!0000\r\n".utf8))
        let found = fixture.taken().filter { $0.kind.isInSequence }
        #expect(found.map(\.topic) == ["p1/bridge/event", "p1/event/powerFailure", "p1/event/tariff", "p1/bridge/event"])
        for (index, message) in found.enumerated() {
            #expect(message.text.contains(#""seq":\#(PipelineFixture.start.utc + Int64(index))"#))
            #expect(message.qos == 1 && !message.retain)
        }
    }

    @Test("what happened while the program was down is reported at its start") func missed() throws {
        let fixture = try restarted(after: lines(tariff: 2, failures: 4))
        fixture.send(lines(tariff: 2, failures: 5))
        #expect(events(fixture.taken()) == ["p1/event/powerFailure"])
        fixture.send(lines(tariff: 2, failures: 5))
        #expect(events(fixture.taken()).isEmpty)
    }

    @Test("nothing happened while the program was down: nothing is reported") func uneventful() throws {
        let log = "1-0:99.97.0(1)(0-0:96.7.19)(260601120000S)(0000000300*s)"
        let all =
            lines(tariff: 1) + [log, "0-0:96.13.0(48616C6C6F)", "1-0:32.32.0(00003)", "0-0:96.3.10(1)"]
            + TelegramFixture.gas(channel: 1, id: "4731")
        let fixture = try restarted(after: all)
        for _ in 0..<3 { fixture.send(all) }
        #expect(events(fixture.taken()).isEmpty)
    }

    @Test("a meter that was replaced while the program was down: its device is deleted, and it is reported") func replaced() throws {
        let fixture = try restarted(after: lines(tariff: 1))
        for _ in 0..<2 { fixture.send(lines(tariff: 1, id: "4530303438303030303939393939393939")) }
        let messages = fixture.taken()
        #expect(events(messages) == ["p1/event/meterSwap"])
        #expect(messages.contains { $0.topic == "homeassistant/device/p1mqtt_\(Self.id)/config" && $0.payload.isEmpty && $0.retain })
        #expect(
            messages.contains { $0.topic == "homeassistant/device/p1mqtt_4530303438303030303939393939393939/config" && !$0.payload.isEmpty }
        )
    }

    @Test("the emulator's swaps are reported") func emulated() throws {
        let faults = [
            EmulatorFault(kind: .gasMeterSwap(reading: 0), at: 100), EmulatorFault(kind: .meterSwap(registers: 0), at: 200),
        ]
        var meter = EmulatedMeter(EmulatorSettings(faults: faults), seed: 5, now: 1_792_836_000_000)
        let fixture = PipelineFixture()
        var found: [String] = []
        for _ in 0..<50 {
            fixture.send(meter.next(), after: 10_000)
            found += fixture.taken().filter { $0.topic == "p1/event/meterSwap" }.map(\.text)
        }
        #expect(found.count == 2)
        #expect(found.first?.contains(#""meter":"gas""#) == true && found.last?.contains(#""meter":"electricity""#) == true)
    }

    @Test("the flow of gas is published, announced, and deleted with the other values of an emulated meter") func flow() {
        let fixture = PipelineFixture { _, meter in meter.source = .emulator(EmulatorSettings()) }
        for (time, reading) in [("181000", "00987.654"), ("181500", "00987.754")] {
            fixture.send(lines(tariff: 1) + TelegramFixture.gas(channel: 1, id: "4731", time: "260703\(time)S", reading: reading))
        }
        let messages = fixture.taken()
        #expect(messages.filter { $0.topic == "p1/derived/gas/flow" }.map(\.text) == ["1.200"])
        #expect(messages.last?.text.contains(#""gas":{"flow":{"reading":1.200,"unit":"m3/h"}}"#) == true)
        #expect(fixture.pipeline.publication.identity.slots.contains(DerivedValue.gasFlow.slot))
        #expect(fixture.pipeline.publication.leftovers.contains("p1/derived/gas/flow"))
    }

    @Test("how far the meter's clock is off, where it has one") func clock() {
        let fixture = PipelineFixture()
        fixture.now.utc = TelegramFixture.dsmr5Time * 1000 + 6000
        fixture.send(lines(tariff: 1))
        #expect(fixture.pipeline.publication.clockOffset == -7)
        let without = PipelineFixture()
        without.send(["0-0:96.14.0(0001)"], hasChecksum: false)
        #expect(without.pipeline.counts.good == 1 && without.pipeline.publication.clockOffset == nil)
    }
}
