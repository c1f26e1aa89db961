import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter

/// What happens between whole telegrams costs those that it hits, and no other.
@Suite("Telegrams cut, merged, repeated, and noise between them") struct DamagedStreamTests {
    /// The telegram of a second; each has another register.
    private static func telegram(_ second: Int) -> [UInt8] {
        TelegramFixture.bytes(
            [
                "0-0:1.0.0(2607031815\(second)S)", "0-0:96.1.1(4B)", "1-0:1.8.1(123.4\(second)*kWh)",
                "0-1:24.2.1(260703181000S)(987.654*m3)",
            ], header: "T5")
    }

    private static let (first, hit, alsoHit, next, last) = (telegram(10), telegram(11), telegram(12), telegram(13), telegram(14))

    /// Sends these bytes between whole telegrams.
    /// - Returns: what was published of the register, one line for each message, and whatever must not be published.
    private func outcome(_ bytes: [UInt8]) -> (registers: [String], wrong: [String]) {
        let fixture = PipelineFixture { settings, _ in settings.homeAssistant.enabled = false }
        var messages: [Message] = []
        // The outbox keeps one message of a topic, so it is looked into behind each telegram.
        for portion in [Self.first, bytes, Self.next, Self.last] {
            fixture.send(portion)
            messages += fixture.taken()
        }
        let wrong = messages.filter { $0.topic == "p1/gas/reading" && $0.text != "987.654" || $0.topic == "p1/event/heldRegister" }
        return (messages.filter { $0.topic == "p1/electricity/received/tariff1" }.map(\.text), wrong.map { "\($0.topic) \($0.text)" })
    }

    @Test("cut anywhere: that one is lost") func cut() {
        for count in 1..<Self.hit.count {
            let (registers, wrong) = outcome(Array(Self.hit[..<count]))
            #expect(registers == ["123.410", "123.413", "123.414"] && wrong.isEmpty, "\(count): \(registers)")
        }
    }

    @Test("the beginning of one and the end of another: both are lost") func merged() {
        for start in stride(from: 1, to: Self.hit.count - 6, by: 3) {
            for end in stride(from: 7, to: Self.alsoHit.count - 1, by: 3) where start + end != Self.hit.count {
                let (registers, wrong) = outcome(Self.hit[..<start] + Self.alsoHit.suffix(end))
                #expect(registers == ["123.410", "123.413", "123.414"] && wrong.isEmpty, "\(start) and \(end): \(registers)")
            }
        }
    }

    @Test("repeated: published again, and nothing else") func repeated() {
        let (registers, wrong) = outcome(Self.hit + Self.hit)
        #expect(registers == ["123.410", "123.411", "123.413", "123.414"] && wrong.isEmpty)
    }

    @Test("noise: none is lost, unless it runs into the line that the next one begins with", arguments: 0..<4 as Range<UInt64>) func noise(
        _ seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        for round in 0..<400 {
            let noise = (0..<1 + Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let (registers, wrong) = outcome(noise)
            let isText = 0x20...0x7E ~= noise[noise.count - 1]
            #expect(registers == ["123.410", "123.413", "123.414"] || isText && registers == ["123.410", "123.414"], "round \(round)")
            #expect(wrong.isEmpty, "round \(round)")
        }
    }

    @Test("a source that was opened anew goes on with a whole telegram, checksum or not", arguments: [true, false]) func reopened(
        _ hasChecksum: Bool
    ) {
        let bytes = TelegramFixture.bytes(["0-0:1.0.0(260703181502S)", "1-0:1.8.1(123.456*kWh)"], hasChecksum: hasChecksum)
        for count in 1..<bytes.count - 8 {
            let fixture = PipelineFixture()
            fixture.pipeline.begin(at: fixture.now)
            fixture.send(Array(bytes[..<count]))
            fixture.pipeline.begin(at: fixture.now)
            fixture.send(bytes)
            #expect(fixture.pipeline.counts.good == 1 && fixture.pipeline.counts[.cutOff] == 1)
        }
    }
}
