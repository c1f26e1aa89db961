import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Pipeline of an encrypted meter") struct EncryptedMeterTests {
    private func fixture(_ key: MeterKey?, authenticationKey: MeterKey? = nil) -> PipelineFixture {
        PipelineFixture {
            $0.publish.raw = true
            $1.cipher = key.map { MeterCipher(decryptionKey: $0, authenticationKey: authenticationKey) }
        }
    }

    @Test("its telegrams are published as those in clear, the raw ones deciphered", arguments: [1, 7, 4096]) func publishes(_ portion: Int)
    {
        let fixture = fixture(SealedTelegrams.key)
        let bytes = SealedTelegrams.common
        for start in stride(from: 0, to: bytes.count, by: portion) {
            fixture.send(Array(bytes[start..<min(start + portion, bytes.count)]), after: 1)
        }
        let newest = Dictionary(fixture.taken().map { ($0.topic, $0.text) }, uniquingKeysWith: { $1 })
        #expect(newest["p1/electricity/received/total"] == "123.456")
        #expect(newest["p1/raw"] == SealedTelegrams.text)
        #expect(newest["p1/availability"] == "online")
        #expect(fixture.log.lines.isEmpty)
        #expect(
            fixture.pipeline.publication.identity.encryption
                == "AES-128-GCM, system title 545354000000002A, tag right with the public authentication key of Luxembourg")
    }

    @Test("a meter in clear says so, and one that changes is followed") func changes() {
        let fixture = fixture(SealedTelegrams.key)
        let inClear = TelegramFixture.bytes(["1-0:1.7.0(1.0*kW)"], header: "TST5\\CIPHER")
        fixture.send(inClear)
        #expect(fixture.pipeline.publication.identity.encryption == "none: the telegrams begin with a /")
        fixture.send(SealedTelegrams.common)
        #expect(fixture.pipeline.publication.identity.encryption?.hasPrefix("AES-128-GCM") == true)
        fixture.send(inClear)
        #expect(fixture.pipeline.counts.good == 3 && fixture.pipeline.counts.bad == 0)
        #expect(fixture.log.lines.isEmpty)
    }

    @Test("without a key: one error that names the setting, offline, and the line is not blamed") func noKey() throws {
        let fixture = fixture(nil)
        for _ in 0..<5 { fixture.send(SealedTelegrams.common) }
        let messages = fixture.taken()
        #expect(messages.map(\.topic) == ["p1/bridge/event", "p1/availability"])
        #expect(messages.last?.text == "offline")
        let event = try JSONReader.read(try #require(messages.first).payload)
        #expect(event["remedy"]?.json.contains("decryptionKeyFile") == true)
        #expect(fixture.log.lines.count == 1)
        #expect(fixture.log.lines.first?.hasPrefix("error: the meter sends encrypted telegrams (system title 545354000000002A)") == true)
        #expect(fixture.pipeline.counts[.noKey] == 5 && fixture.pipeline.counts.bad == 5 && fixture.pipeline.counts.good == 0)
        #expect(fixture.pipeline.goodFrames == 5)
        #expect(fixture.pipeline.publication.identity.encryption == "encrypted, system title 545354000000002A, no key is set")
    }

    @Test("with a wrong key: one error, nothing published, and telegrams in clear are read") func wrongKey() {
        let fixture = fixture(SealedTelegrams.otherKey)
        for _ in 0..<5 { fixture.send(SealedTelegrams.common) }
        #expect(fixture.topics() == ["p1/bridge/event", "p1/availability"])
        #expect(fixture.log.lines.count == 1)
        #expect(fixture.log.lines.first?.hasPrefix("error: the decryption key is wrong") == true)
        fixture.send(["1-0:1.7.0(1.0*kW)"])
        #expect(fixture.topics().contains("p1/json"))
        #expect(fixture.pipeline.counts[.wrongKey] == 5)
    }

    @Test("a wrong authentication key: refused when it is set, taken with one warning when none is") func authenticationKey() {
        let strict = fixture(SealedTelegrams.key, authenticationKey: SealedTelegrams.otherKey)
        for _ in 0..<3 { strict.send(SealedTelegrams.own) }
        #expect(strict.topics() == ["p1/bridge/event", "p1/availability"])
        #expect(strict.log.lines.count == 1)
        #expect(strict.log.lines.first?.hasPrefix("error: the authentication key is wrong") == true)
        #expect(strict.pipeline.goodFrames == 3)
        let lenient = fixture(SealedTelegrams.key)
        for _ in 0..<3 { lenient.send(SealedTelegrams.own) }
        #expect(lenient.topics().contains("p1/json"))
        #expect(lenient.pipeline.counts.good == 3 && lenient.pipeline.counts.bad == 0)
        #expect(lenient.log.lines.filter { $0.hasPrefix("warning: the authentication key is not known") }.count == 1)
        let right = fixture(SealedTelegrams.key, authenticationKey: SealedTelegrams.authenticationKey)
        right.send(SealedTelegrams.own)
        #expect(right.pipeline.counts.good == 1)
        #expect(right.log.lines.isEmpty)
    }

    @Test("a repeated frame is used and reported") func replay() {
        let fixture = fixture(SealedTelegrams.key)
        for _ in 0..<3 { fixture.send(SealedTelegrams.common) }
        #expect(fixture.pipeline.counts.good == 3 && fixture.pipeline.counts[.oldCounter] == 2 && fixture.pipeline.counts.bad == 0)
        #expect(fixture.log.lines.count == 1)
        #expect(fixture.log.lines.first?.hasPrefix("warning: the frame counter of an encrypted telegram went from 1 to 1") == true)
    }

    @Test("a frame whose rest does not come is dropped after ten seconds, and the next one is read") func halfFrame() throws {
        let fixture = fixture(SealedTelegrams.key)
        #expect(fixture.pipeline.deadline == nil)
        fixture.send(Array(SealedTelegrams.common.prefix(60)))
        let deadline = try #require(fixture.pipeline.deadline)
        #expect(deadline == fixture.now.monotonic + 10_000)
        fixture.send(Array(SealedTelegrams.common[60..<70]), after: 5000)
        #expect(fixture.pipeline.deadline == deadline)
        fixture.now = fixture.now.advanced(byMilliseconds: 4999)
        fixture.pipeline.tick(at: fixture.now)
        #expect(fixture.pipeline.counts.bad == 0)
        fixture.now = fixture.now.advanced(byMilliseconds: 1)
        fixture.pipeline.tick(at: fixture.now)
        #expect(fixture.pipeline.deadline == nil)
        #expect(fixture.pipeline.counts[.cutOff] == 1)
        #expect(fixture.log.lines.first?.hasPrefix("warning: an encrypted telegram was cut off after 70 of 117 bytes") == true)
        fixture.send(SealedTelegrams.own)
        #expect(fixture.pipeline.counts.good == 1)
    }

    @Test("no log, event or document holds a key") func silent() {
        for (key, authenticationKey) in [
            (SealedTelegrams.key, nil), (SealedTelegrams.otherKey, nil), (SealedTelegrams.key, SealedTelegrams.otherKey),
            (SealedTelegrams.key, SealedTelegrams.authenticationKey),
        ] as [(MeterKey, MeterKey?)] {
            let fixture = fixture(key, authenticationKey: authenticationKey)
            for sealed in [SealedTelegrams.common, SealedTelegrams.own, SealedTelegrams.noKey, SealedTelegrams.tagless] {
                fixture.send(sealed)
            }
            let all = fixture.log.lines + fixture.taken().map(\.text) + [fixture.pipeline.publication.identity.encryption ?? ""]
            // The beginnings of the three keys.
            for secret in ["000102030405", "100102030405", "D0D1D2D3D4D5"] {
                #expect(!all.contains { $0.uppercased().contains(secret) })
            }
        }
    }
}
