import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// The promise of design A10's noise: a telegram with a checksum is used as it was sent or not at all.
@Suite("Bit errors on telegrams with a checksum") struct BitErrorTests {
    private static let telegram = TelegramFixture.bytes(
        ["0-0:1.0.0(260703181502S)", "0-0:96.1.1(4B)", "1-0:1.8.1(123.456*kWh)", "0-1:24.2.1(260703181000S)(987.654*m3)"],
        header: "T5")

    @Test("100,000 single and double errors: no wrong value is published", arguments: 0..<4 as Range<UInt64>) func errors(
        _ seed: UInt64
    ) {
        let fixture = PipelineFixture { settings, _ in settings.homeAssistant.enabled = false }
        fixture.send(Self.telegram)
        let first = fixture.taken()
        let truth = Dictionary(uniqueKeysWithValues: first.map { ($0.topic, $0.payload) })
        #expect(truth["p1/gas/reading"] == Array("987.654".utf8))
        var random = SplitMix64(seed: seed)
        var wrong: [String] = []
        for round in 0..<25_000 {
            var bytes = Self.telegram
            for _ in 0..<1 + round % 2 {
                let bit = Int(random.next() % UInt64(bytes.count * 8))
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            fixture.send(bytes)
            // Now and then a good one, so that not all of them run into each other.
            if round % 25 == 24 { fixture.send(Self.telegram) }
            guard round % 100 == 99 else { continue }
            for message in fixture.taken() where message.topic != "p1/bridge/event" && truth[message.topic] != message.payload {
                wrong.append("\(message.topic) \(message.text)")
            }
        }
        #expect(wrong.isEmpty)
        #expect(fixture.pipeline.counts[.wrongChecksum] > 15_000)
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
    }
}
