import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Pipeline with the register guard") struct GuardedPipelineTests {
    private func lines(_ energy: String, at second: Int) -> [String] {
        let digits = second < 10 ? "0\(second)" : "\(second)"
        return [
            "1-3:0.2.8(50)", "0-0:1.0.0(2607031815\(digits)S)", "0-0:96.1.1(4B31)", "1-0:1.8.1(\(energy)*kWh)", "1-0:2.8.1(000.000*kWh)",
        ]
    }

    private func recalled(_ fixture: (BrokerMemory) -> PipelineFixture) -> (PipelineFixture, BrokerMemory) {
        let memory = BrokerMemory(recalling: [MeterTopics(bridgePrefix: "p1", meterName: nil)])
        return (fixture(memory), memory)
    }

    private func document(_ text: String) -> BrokerEvent {
        .message(BrokerMessage(topic: "p1/json", payload: Array(text.utf8), isRetained: true))
    }

    private func live(_ memory: BrokerMemory) -> PipelineFixture {
        PipelineFixture(broker: memory) { $1.source = .tcp(host: "meter", port: 23) }
    }

    private let topic = "p1/electricity/received/tariff1"

    @Test("a glitched zero reaches no topic, the raw telegram excepted; it is reported, counted and listed") func zero() throws {
        let fixture = PipelineFixture { settings, _ in settings.publish.raw = true }
        fixture.send(lines("100.000", at: 1))
        _ = fixture.taken()
        fixture.send(lines("000.000", at: 2))
        let messages = fixture.taken()
        #expect(!messages.contains { $0.topic == topic })
        let document = try JSONReader.read(try #require(messages.first { $0.topic == "p1/json" }).payload)
        #expect(document.at("electricity/received/tariff1/reading") == .number("100.000"))
        #expect(document.at("electricity/delivered/tariff1/reading") == .number("0.000"))
        #expect(document["held"]?.json == #"["electricity/received/tariff1"]"#)
        #expect(messages.contains { $0.topic == "p1/event/heldRegister" && $0.text.contains(#""reason":"zero""#) })
        #expect(fixture.pipeline.counts[.heldRegister] == 1)
        #expect(fixture.pipeline.counts.good == 2 && fixture.pipeline.counts.bad == 0)
        #expect(fixture.log.lines.count == 1)
        #expect(
            fixture.log.lines.first?.hasPrefix("warning: electricity/received/tariff1 fell to zero: 0.000 kWh after 100.000 kWh;") == true)
        fixture.send(lines("100.001", at: 3))
        let next = fixture.taken()
        #expect(next.contains { $0.topic == topic && $0.text == "100.001" })
        #expect(next.last?.text.contains(#""held""#) == false)
    }

    @Test("395 kW once a minute are followed after three further telegrams; the setting is named only where it is the remedy")
    func faster() {
        let fixture = PipelineFixture()
        var shown: [String?] = []
        for minute in 0..<8 {
            let energy = FixedDecimal(mantissa: 1_463_051_760 + Int64(minute) * 6_587, scale: 3)
            fixture.send(["0-0:1.0.0(26092211\(17 + minute)00S)", "0-0:96.1.1(4B31)", "1-0:1.8.0(0\(energy)*kWh)"], after: 60_000)
            shown.append(fixture.taken().last { $0.topic == "p1/electricity/received/total" }?.text)
        }
        #expect(shown == ["1463051.760", nil, nil, nil, "1463078.108", "1463084.695", "1463091.282", "1463097.869"])
        #expect(fixture.pipeline.counts[.heldRegister] == 1)
        #expect(fixture.log.lines.count == 1 && fixture.log.lines.first?.contains("raise guard.maximumPower") == true)

        let zero = PipelineFixture()
        zero.send(lines("100.000", at: 1))
        zero.send(lines("000.000", at: 2))
        #expect(zero.log.lines.count == 1 && zero.log.lines.first?.contains("guard.maximumPower") == false)
        #expect(zero.log.lines.first?.hasSuffix("If the meter is right, nothing needs to be done.") == true)
    }

    @Test("without the guard everything passes") func disabled() {
        let fixture = PipelineFixture { settings, _ in settings.guard.enabled = false }
        fixture.send(lines("100.000", at: 1))
        fixture.send(lines("000.000", at: 2))
        #expect(fixture.taken().last { $0.topic == topic }?.text == "0.000")
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
    }

    @Test("the first telegram waits for the earlier document, which wins over a glitch") func recall() {
        let (fixture, memory) = recalled(live)
        fixture.send(lines("000.000", at: 1))
        #expect(fixture.topics().isEmpty)
        #expect(fixture.pipeline.deadline == PipelineFixture.start.monotonic + WaitingTelegrams.limit)
        memory.note(
            document(
                #"{"timestamp":"2026-07-03T16:14:00.000Z","equipmentId":"4B31","#
                    + #""electricity":{"received":{"tariff1":{"reading":99.500,"unit":"kWh"}}}}"#))
        fixture.pipeline.tick(at: fixture.now)
        #expect(fixture.taken().isEmpty)
        memory.note(.recalled)
        #expect(fixture.pipeline.deadline == .min)
        fixture.pipeline.tick(at: fixture.now)
        let messages = fixture.taken()
        #expect(messages.first?.topic == "p1/availability")
        #expect(!messages.contains { $0.topic == topic })
        #expect(messages.last?.text.contains(#""reading":99.500"#) == true)
        #expect(fixture.pipeline.deadline == nil)
        fixture.send(lines("100.000", at: 2))
        #expect(fixture.taken().contains { $0.topic == topic && $0.text == "100.000" })
    }

    @Test("nothing waits longer than two seconds from the start, than ten telegrams, or than the end of the source") func bounds() {
        let (slow, _) = recalled(live)
        slow.send(lines("000.000", at: 1))
        slow.pipeline.tick(at: PipelineFixture.start.advanced(byMilliseconds: WaitingTelegrams.limit))
        #expect(slow.taken().contains { $0.topic == topic && $0.text == "0.000" })

        let (idle, tooLate) = recalled(live)
        idle.pipeline.tick(at: PipelineFixture.start.advanced(byMilliseconds: WaitingTelegrams.limit))
        tooLate.note(document(#"{"equipmentId":"4B31","electricity":{"received":{"tariff1":{"reading":9.5,"unit":"kWh"}}}}"#))
        tooLate.note(.recalled)
        idle.send(lines("000.000", at: 9), after: 5000)
        #expect(idle.taken().contains { $0.topic == topic && $0.text == "0.000" }, "what comes late is ignored")

        let (fast, _) = recalled(live)
        for number in 0..<10 { fast.send(lines("000.000", at: number), after: 1) }
        #expect(fast.taken().isEmpty)
        fast.send(lines("000.000", at: 10), after: 1)
        #expect(fast.taken().count { $0.topic == topic } == 1)

        let (short, _) = recalled(live)
        short.send(lines("000.000", at: 1))
        short.report(.ended)
        let last = short.taken()
        #expect(last.contains { $0.topic == topic })
        #expect(last.last { $0.topic == "p1/availability" }?.text == "offline")

        let (late, memory) = recalled(live)
        memory.note(.recalled)
        late.send(lines("000.000", at: 1))
        let all = late.topics()
        #expect(all.first == "p1/availability" && all.contains(topic) && all.last == "p1/json")
    }

    @Test("an earlier document that is no JSON is reported, and the first value is taken") func noJSON() {
        let (fixture, memory) = recalled(live)
        memory.note(document("{"))
        memory.note(.recalled)
        fixture.send(lines("000.000", at: 1))
        #expect(fixture.taken().contains { $0.topic == topic && $0.text == "0.000" })
        #expect(fixture.log.lines.first?.hasPrefix("warning: the retained document on p1/json is not JSON") == true)
    }

    @Test("a capture and the emulator begin anew: no earlier document is waited for") func startsAnew() {
        for source in [SourceSettings.file(path: "capture"), .emulator(EmulatorSettings())] {
            let (fixture, _) = recalled { memory in PipelineFixture(broker: memory) { $1.source = source } }
            fixture.send(lines("000.000", at: 1))
            #expect(fixture.taken().contains { $0.topic == topic })
        }
    }

    @Test("an outage leaves a document a minute, guarded, with its number") func history() throws {
        let memory = BrokerMemory()
        let fixture = PipelineFixture(name: "roof", broker: memory) { settings, _ in settings.publish.history = true }
        memory.note(.connected(to: .any))
        fixture.send(lines("100.000", at: 1))
        memory.note(.disconnected(reason: "test"))
        fixture.send(lines("000.000", at: 2))
        let messages = fixture.pipeline.takeHistory(10)
        #expect(messages.map(\.topic) == ["p1/roof/history"])
        #expect(messages.map(\.qos) == [1] && messages.map(\.retain) == [false] && messages.map(\.kind) == [.history])
        let document = try JSONReader.read(try #require(messages.first).payload)
        #expect(document["seq"] == .number("\(1_783_095_301 / 60)"))
        #expect(document["timestamp"] == .text("2026-07-03T16:15:01.000Z"))
        #expect(fixture.pipeline.takeHistory(10).isEmpty)
    }

    /// Some three hours of each kind of meter, over which gas is read and the tariff may change.
    @Test("the emulator's defaults pass without a word", arguments: EmulatorProfile.names) func emulator(_ profile: String) throws {
        let start: Int64 = 1_790_000_000_000
        var meter = try EmulatedMeter(EmulatorSettings(profile: .named(profile)), seed: 3, now: start)
        let fixture = PipelineFixture()
        fixture.now.utc = start - 10_000
        for _ in 0..<1000 { fixture.send(meter.next(), after: 10_000) }
        #expect(fixture.pipeline.counts.good == 1000)
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
        #expect(fixture.log.lines.isEmpty)
    }
}
