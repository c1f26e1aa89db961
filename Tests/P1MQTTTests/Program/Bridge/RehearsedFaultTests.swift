import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTMeter

@Suite("The emulator's faults through the pipeline") struct RehearsedFaultTests {
    private static let start: Int64 = 1_792_836_000_000

    private func run(_ faults: [EmulatorFault], _ telegrams: Int, interval: Int64 = 10_000) throws -> (PipelineFixture, [Message]) {
        let settings = EmulatorSettings(
            electricityOffset: 1_000_000_000, gasOffset: 500_000_000, interval: interval, faults: faults)
        var meter = EmulatedMeter(settings, seed: 5, now: Self.start)
        let fixture = PipelineFixture()
        fixture.now.utc = Self.start - interval
        var messages: [Message] = []
        for _ in 0..<telegrams {
            fixture.send(meter.next(), after: interval)
            messages += fixture.taken()
        }
        return (fixture, messages)
    }

    @Test("every register falls to zero once: only true values are published, in order") func glitches() throws {
        let faults = EmulatorFault.Register.allCases.enumerated().map { index, register in
            EmulatorFault(kind: .registerGlitch(register, value: 0), at: 100 + Int64(index) * 100, telegrams: 3)
        }
        let (fixture, messages) = try run(faults, 100)
        #expect(fixture.pipeline.counts[.heldRegister] == 5)
        #expect(messages.count { $0.topic == "p1/event/heldRegister" } == 5)
        for (topic, first) in [
            ("p1/electricity/received/tariff1", "1000"), ("p1/electricity/received/tariff2", "1000"),
            ("p1/electricity/delivered/tariff1", "1000"), ("p1/electricity/delivered/tariff2", "1000"), ("p1/gas/reading", "500"),
            ("p1/derived/received/total", "2000"),
        ] {
            let values = messages.filter { $0.topic == topic }.compactMap { FixedDecimal($0.text) }
            #expect(values.count >= 97, "\(topic)")
            #expect(values.allSatisfy { $0 >= FixedDecimal(first)! }, "\(topic)")
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "\(topic)")
        }
    }

    @Test("swaps, clock jumps and the nights of the clock change pass without a word") func passing() throws {
        let (fixture, messages) = try run(
            [
                EmulatorFault(kind: .meterSwap(registers: 0), at: 100), EmulatorFault(kind: .gasMeterSwap(reading: 0), at: 200),
                EmulatorFault(kind: .clockJump(seconds: 86400), at: 300), EmulatorFault(kind: .clockJump(seconds: -100_000), at: 400),
                EmulatorFault(kind: .clockChange(to: .winter), at: 500), EmulatorFault(kind: .clockChange(to: .summer), at: 3000),
            ], 1000)
        #expect(fixture.pipeline.counts[.heldRegister] == 0)
        #expect(fixture.log.lines.isEmpty)
        // The first telegram of the new meter waits for the second, whose values take its place.
        #expect(messages.count { $0.topic == "p1/json" } == 999)
    }

    @Test("noise from 1e-6 to 1e-2: what is published is in the good run", arguments: [0.000_001, 0.000_1, 0.001, 0.01])
    func noise(_ rate: Double) throws {
        let count = 300
        let truth = try run([], count).1
        let known = Set(truth.map { "\($0.topic) \($0.text)" })
        let (fixture, messages) = try run(
            [EmulatorFault(kind: .bitErrors(rate: rate, seed: 11), at: 10, telegrams: Int64(count))], count)
        let wrong = messages.filter { !$0.topic.hasPrefix("p1/bridge/event") && !known.contains("\($0.topic) \($0.text)") }
        #expect(wrong.isEmpty, "\(wrong.first?.topic ?? "") \(wrong.first?.text ?? "")")
        #expect(fixture.pipeline.counts.good + fixture.pipeline.counts.bad > 0)
    }
}
