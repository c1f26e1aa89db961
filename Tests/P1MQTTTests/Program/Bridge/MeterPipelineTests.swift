import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Pipeline of a meter") struct MeterPipelineTests {
    @Test("a telegram: availability, values, the document last", arguments: [1, 7, 4096]) func telegram(_ portion: Int) {
        let fixture = PipelineFixture()
        let bytes = Array(GoldenPair.telegram.utf8)
        for start in stride(from: 0, to: bytes.count, by: portion) {
            fixture.send(Array(bytes[start..<min(start + portion, bytes.count)]), after: 1)
        }
        let messages = fixture.taken()
        #expect(messages.prefix(2).map { "\($0.topic) \($0.text)" } == ["p1/availability online", "p1/mbus/1/availability online"])
        #expect(messages.dropFirst(2).dropLast().map { "\($0.topic) \($0.text)" } == GoldenPair.messages)
        #expect(messages.last?.topic == "p1/json")
        #expect(messages.last?.text == GoldenPair.document)
        #expect(fixture.pipeline.counts.good == 1)
        #expect(fixture.pipeline.goodFrames == 1)
        #expect(fixture.log.lines.isEmpty)
    }

    @Test("availability is reported when it changes only") func availability() {
        let fixture = PipelineFixture(name: "roof")
        fixture.send(["1-0:1.7.0(1.0*kW)"])
        #expect(fixture.topics().first == "p1/roof/availability")
        fixture.send(["1-0:1.7.0(1.0*kW)"])
        #expect(!fixture.topics().contains("p1/roof/availability"))
        fixture.report(.silent)
        let messages = fixture.taken()
        #expect(messages.map(\.topic) == ["p1/roof/availability", "p1/bridge/event"])
        #expect(messages.first?.text == "offline")
        #expect(messages.first?.qos == 1 && messages.first?.retain == true)
        fixture.report(.failed)
        #expect(fixture.topics() == ["p1/bridge/event"])
        fixture.send(["1-0:1.7.0(1.0*kW)"])
        #expect(fixture.taken().first?.text == "online")
    }

    @Test("a source that cannot be opened makes its meter offline from the start") func neverThere() {
        let fixture = PipelineFixture()
        fixture.report(.failed, "there is no such file", remedy: "Check the path of the source.")
        #expect(fixture.taken().first.map { "\($0.topic) \($0.text)" } == "p1/availability offline")
        #expect(fixture.log.lines == ["warning: file capture: there is no such file. Check the path of the source."])
    }

    @Test("the end of a capture ends its last telegram, and the meter is offline then") func ending() {
        let fixture = PipelineFixture()
        fixture.send(Array("/TST5\r\n\r\n1-0:1.7.0(01.000*kW)\r\n".utf8))
        #expect(fixture.taken().isEmpty)
        fixture.report(.ended, "the end is reached")
        let messages = fixture.taken()
        #expect(messages.contains { $0.topic == "p1/electricity/received/actual" && $0.text == "1.000" })
        #expect(messages.last { $0.topic == "p1/availability" }?.text == "offline")
        #expect(
            fixture.log.lines == [
                "warning: the last telegram has no end line (!). It is used as far as it goes.", "notice: file capture: the end is reached",
            ])
    }

    @Test("a wrong checksum: no value, one line in the log, one event, and counted each time") func wrongChecksum() throws {
        let fixture = PipelineFixture(name: "roof")
        var bytes = Array(GoldenPair.telegram.utf8)
        bytes[bytes.count - 6] = UInt8(ascii: "F")
        fixture.send(bytes)
        let messages = fixture.taken()
        #expect(messages.map(\.topic) == ["p1/bridge/event"])
        let event = try JSONReader.read(try #require(messages.first).payload)
        #expect(event["event"] == .text("error"))
        #expect(event["meter"] == .text("roof"))
        #expect(event["reason"] == .text("a telegram came with checksum F529, its bytes give 0529"))
        #expect(event["remedy"]?.json.contains("check the cable") == true)
        for _ in 0..<5 { fixture.send(bytes) }
        #expect(fixture.taken().isEmpty)
        #expect(fixture.log.lines.count == 1)
        #expect(
            fixture.log.lines.first?.hasPrefix("warning: a telegram came with checksum F529, its bytes give 0529. The telegram is dropped.")
                == true)
        #expect(fixture.log.lines.first?.hasSuffix(" meter=roof") == true)
        #expect(fixture.pipeline.counts[.wrongChecksum] == 6)
        #expect(fixture.pipeline.counts.bad == 6 && fixture.pipeline.counts.good == 0)
    }

    @Test("an hour later the same fault is reported again, with how many there were") func again() {
        let fixture = PipelineFixture { $1.crc = .required }
        for _ in 0..<4 { fixture.send(["1-0:1.7.0(1.0*kW)"], hasChecksum: false) }
        fixture.send(["1-0:1.7.0(1.0*kW)"], hasChecksum: false, after: 3_600_000)
        #expect(fixture.log.lines.count == 2)
        #expect(fixture.log.lines.last?.contains("(and 3 more since this was last reported)") == true)
        #expect(fixture.log.lines.last?.contains("set \"crc\" of the meter to \"off\"") == true)
    }

    @Test("cut, endless and noise are counted, and what follows is read") func damage() {
        let fixture = PipelineFixture()
        let golden = Array(GoldenPair.telegram.utf8)
        fixture.send(Array("line noise\r\n".utf8) + golden)
        fixture.send(Array(golden.prefix(200)) + Array("\r\n".utf8) + golden)
        fixture.send(Array("/ENDLESS\r\n".utf8) + [UInt8](repeating: 0x55, count: 40_000) + Array("\r\n".utf8) + golden)
        #expect(fixture.pipeline.counts.good == 3)
        #expect(fixture.pipeline.counts[.noise] > 12)
        #expect(fixture.pipeline.counts[.cutOff] == 1)
        #expect(fixture.pipeline.counts[.tooLong] == 1)
        #expect(fixture.log.lines.count == 2)
        #expect(fixture.log.lines.first?.hasPrefix("warning: a telegram was cut off by the next one after 202 bytes.") == true)
        #expect(fixture.log.lines.last?.hasPrefix("warning: no end line (!) within ") == true)
    }

    @Test("a damaged line costs that line only; what the log shows of it has no control characters") func damagedLine() {
        let fixture = PipelineFixture()
        fixture.send(["1-0:1.8.1(12\u{1B}3*kWh)", "1-0:1.7.0(01.193*kW)"])
        let messages = fixture.taken()
        #expect(messages.contains { $0.topic == "p1/electricity/received/actual" })
        #expect(!messages.contains { $0.topic == "p1/electricity/received/tariff1" })
        #expect(fixture.pipeline.counts[.damagedLine] == 1)
        #expect(fixture.pipeline.counts.good == 1 && fixture.pipeline.counts.bad == 0)
        #expect(fixture.log.lines.first?.hasPrefix("warning: a number was expected: 1-0:1.8.1(12?3*kWh). The line is left out") == true)
    }

    @Test("raw telegrams go out byte for byte where that is wanted, before their document") func raw() throws {
        let fixture = PipelineFixture { settings, _ in settings.publish.raw = true }
        let golden = Array(GoldenPair.telegram.utf8)
        fixture.send(golden)
        let messages = fixture.taken()
        let raw = try #require(messages.first { $0.topic == "p1/raw" })
        #expect(raw.payload == golden)
        #expect(!raw.retain)
        #expect(messages.last?.topic == "p1/json" || messages.last?.topic == "p1/raw")
    }

    @Test("an interval: what is not due is not published, but counts as good") func interval() {
        let fixture = PipelineFixture { settings, _ in settings.publish.minimumInterval = 10 }
        for _ in 0..<11 { fixture.send(["1-0:1.7.0(1.0*kW)"]) }
        #expect(fixture.taken().count { $0.topic == "p1/json" } == 1)
        #expect(fixture.outbox.counters.superseded > 0)
        #expect(fixture.pipeline.counts.good == 11)
    }

    @Test("the settings of the meter count: time, gas meter, checksum") func settings() {
        let fixture = PipelineFixture {
            $1.utcOffset = 120
            $1.gasMeter = "4732"
            $1.crc = .off
            _ = $0
        }
        let lines = TelegramFixture.dsmr5 + TelegramFixture.gas(channel: 1, id: "4731") + TelegramFixture.gas(channel: 2, id: "4732")
        // Nothing vouches for the first, so that it waits for the second.
        for _ in 0..<2 { fixture.send(TelegramFixture.bytes(lines).dropLast(6) + Array("FFFF\r\n".utf8)) }
        let newest = Dictionary(fixture.taken().map { ($0.topic, $0.text) }, uniquingKeysWith: { $1 })
        #expect(newest["p1/timestamp"] == "2026-07-03T15:15:02.000Z")
        #expect(newest["p1/gas/equipmentId"] == "4732")
    }

    @Test("random bytes stop nothing", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]) func random(_ seed: UInt64) {
        let fixture = PipelineFixture { settings, _ in settings.publish.minimumInterval = 5 }
        var generator = SplitMix64(seed: seed)
        let golden = Array(GoldenPair.telegram.utf8)
        for _ in 0..<300 {
            var bytes = golden
            for _ in 0..<Int(generator.next() % 6) {
                let place = Int(generator.next() % UInt64(bytes.count))
                if generator.next() % 2 == 0 { bytes[place] = UInt8(truncatingIfNeeded: generator.next()) } else { bytes.remove(at: place) }
            }
            // Without its checksum the telegram is parsed whatever it holds.
            if generator.next() % 2 == 0, let end = bytes.lastIndex(of: UInt8(ascii: "!")) {
                bytes = bytes[...end] + Array("\r\n".utf8)
            }
            fixture.send(bytes, after: Int64(generator.next() % 4000))
        }
        _ = fixture.taken()
        fixture.send(Array("\r\n".utf8) + golden, after: 60_000)
        #expect(fixture.taken().contains { $0.topic == "p1/json" })
    }
}
