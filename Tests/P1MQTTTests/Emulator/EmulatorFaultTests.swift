import ArgumentParser
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Scripted faults of the emulator") struct EmulatorFaultTests {
    /// 2026-10-24 10:00 UTC, a Saturday; the clocks change the night after.
    private static let start: Int64 = 1_792_836_000_000

    private func meter(_ faults: String..., adapt: (inout EmulatorSettings) -> Void = { _ in }) throws -> EmulatedMeter {
        var settings = EmulatorSettings(electricityOffset: 1_000_000_000, gasOffset: 500_000_000)
        settings.faults = try faults.map { try EmulatorFault(text: $0) }
        adapt(&settings)
        return EmulatedMeter(settings, seed: 5, now: Self.start)
    }

    /// The documents of the next telegrams; `nil` for what is none.
    private func documents(_ meter: inout EmulatedMeter, _ count: Int) throws -> [CompletedDocument?] {
        try (0..<count).map { _ -> CompletedDocument? in
            let bytes = meter.next()
            var frames: [Frame] = []
            var framer = Framer()
            framer.feed(bytes.span) { if case .frame(let frame) = $0 { frames.append(frame) } }
            guard let frame = frames.first, case .valid = frame.checksum else { return nil }
            try #require(frames.count == 1)
            return Telegram(frame).document()
        }
    }

    private func numbers(_ documents: [CompletedDocument?], _ path: String) -> [String] {
        documents.map { document in
            if case .quantity(let number, _)? = document?[path] { "\(number)" } else { "nothing" }
        }
    }

    @Test("a register glitch: the telegrams it names, with a valid checksum, then as before") func glitch() throws {
        var meter = try meter(
            #"{"type": "registerGlitch", "at": 20, "register": "electricity/received/tariff1", "value": 0, "telegrams": 2}"#,
            #"{"type": "registerGlitch", "at": 30, "register": "gas", "value": 7.5}"#)
        let documents = try documents(&meter, 5)
        #expect(numbers(documents, "electricity/received/tariff1") == ["1000.000", "1000.100", "0.000", "0.000", "1000.400"])
        #expect(numbers(documents, "gas/reading") == ["500.000", "500.000", "500.000", "7.500", "500.000"])
    }

    @Test("a silent line, a cut telegram: the meter counts on") func line() throws {
        var meter = try meter(#"{"type": "silent", "at": 10, "telegrams": 2}"#, #"{"type": "cut", "at": 35, "bytes": 100}"#)
        let first = meter.next()
        #expect(meter.next().isEmpty && meter.next().isEmpty)
        #expect(meter.next().count == first.count)
        #expect(meter.next().count == 100)
        #expect(numbers(try documents(&meter, 1), "electricity/received/tariff1") == ["1000.500"])
    }

    @Test("bit errors follow rate and seed") func bitErrors() throws {
        func differences(_ rate: String, seed: Int, _ count: Int = 50) throws -> (bits: Int, bytes: [[UInt8]]) {
            var good = try meter()
            var bad = try meter(#"{"type": "bitErrors", "at": 0, "rate": \#(rate), "seed": \#(seed), "telegrams": \#(count)}"#)
            var bits = 0
            var all: [[UInt8]] = []
            for _ in 0..<count {
                let (one, other) = (good.next(), bad.next())
                bits += zip(one, other).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
                all.append(other)
            }
            #expect(good.next() == bad.next())
            return (bits, all)
        }
        let once = try differences("0.001", seed: 1)
        #expect(once.bytes == (try differences("0.001", seed: 1)).bytes)
        #expect(once.bytes != (try differences("0.001", seed: 2)).bytes)
        #expect((150...700).contains(once.bits), "\(once.bits)")
        #expect(try differences("0", seed: 1).bits == 0)
    }

    @Test("a new electricity meter and a new gas meter: other ids, their registers from the value given") func swap() throws {
        var meter = try meter(
            #"{"type": "meterSwap", "at": 10, "value": 3}"#, #"{"type": "gasMeterSwap", "at": 20}"#)
        let documents = try documents(&meter, 4)
        let ids = documents.map { $0?["equipmentId"] }
        #expect(ids[0] != ids[1] && ids[1] == ids[2])
        let gasIds = documents.map { $0?["gas/equipmentId"] }
        #expect(gasIds[0] == gasIds[1] && gasIds[1] != gasIds[2] && gasIds[2] == gasIds[3])
        #expect(numbers(documents, "electricity/received/tariff1") == ["1000.000", "3.100", "3.200", "3.300"])
        #expect(numbers(documents, "electricity/delivered/tariff2") == ["1000.000", "3.000", "3.000", "3.000"])
        #expect(numbers(documents, "gas/reading") == ["500.000", "500.000", "0.000", "0.000"])
    }

    @Test("a clock that jumps takes no register along") func clockJump() throws {
        var meter = try meter(#"{"type": "clockJump", "at": 20, "seconds": -7200}"#)
        let documents = try documents(&meter, 4)
        let start = Self.start / 1000
        #expect(documents.map { $0?.time } == [start, start + 10, start + 20 - 7200, start + 30 - 7200])
        #expect(numbers(documents, "gas/reading") == ["500.000", "500.000", "500.000", "500.000"])
        #expect(numbers(documents, "electricity/received/tariff1").last == "1000.300")
    }

    @Test(
        "the script follows the meter's clock: a jump ahead brings faults along, one back lets them wait",
        arguments: [("7200", 2), ("15", 4), ("-20", 7), ("0", 5)])
    func scriptAcrossJump(_ seconds: String, _ first: Int) throws {
        let jump = #"{"type": "clockJump", "at": 20, "seconds": \#(seconds)}"#
        let silence = #"{"type": "silent", "at": 50}"#
        for script in [[jump, silence], [silence, jump]] {
            var meter = try meter(script[0], script[1])
            #expect((0..<20).filter { _ in meter.next().isEmpty } == [first])
        }
    }

    @Test("a change of the clocks moves no fault") func scriptAcrossChange() throws {
        var meter = try meter(#"{"type": "clockChange", "at": 0, "to": "summer"}"#, #"{"type": "silent", "at": 50}"#)
        #expect((0..<20).filter { _ in meter.next().isEmpty } == [5])
    }

    @Test("the night of the clock change: summer time ends after ten minutes, and UTC goes on", arguments: ["winter", "summer"])
    func clockChange(_ season: String) throws {
        var meter = try meter(#"{"type": "clockChange", "at": 0, "to": "\#(season)"}"#) { $0.interval = 60_000 }
        // 2026-10-25 and 2027-03-28, 01:00 UTC.
        let change: Int64 = season == "winter" ? 1_792_890_000 : 1_806_195_600
        let documents = try documents(&meter, 20)
        #expect(documents.map { $0?.time } == (0..<20).map { change - 600 + 60 * $0 })
    }

    @Test("without faults nothing changes, and a script is the same each time") func deterministic() throws {
        var plain = try meter()
        var again = try meter(#"{"type": "silent", "at": 1000}"#)
        for _ in 0..<100 { #expect(plain.next() == again.next()) }
        #expect(again.next().isEmpty)
    }

    @Test("a silent emulator is reported as a silent meter is, and as back when it is") func silentSource() throws {
        let settings = EmulatorSettings(interval: 10_000, faults: [EmulatorFault(kind: .silent, at: 50, telegrams: 10)])
        let fixture = PipelineFixture()
        let feed = Feed(source: EmulatorSource(settings, meterName: nil), consumer: fixture.pipeline, seed: 1)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
        defer { buffer.deallocate() }
        var reported: [String] = []
        for second in 0..<200 as Range<Int64> {
            feed.timePassed(at: fixture.now.advanced(byMilliseconds: second * 1000), buffer: buffer)
            reported += fixture.taken().filter { $0.topic == "p1/availability" }.map { "\($0.text) \(second)" }
        }
        #expect(reported.map { $0.split(separator: " ")[0] } == ["online", "offline", "online"])
        #expect(fixture.log.lines.contains { $0.contains("The emulator's faults say so.") })
    }

    @Test(
        "what is wrong with a fault is said",
        arguments: [
            ("{", "a JSON object"), (#"{"type": "melt", "at": 1}"#, #"type as "bitErrors", "cut","#),
            (#"{"type": "silent"}"#, "at as a whole number"), (#"{"type": "silent", "at": -1}"#, "at as a whole number from 0"),
            (#"{"type": "silent", "at": 1, "rate": 1}"#, "it without rate"),
            (#"{"type": "bitErrors", "at": 1, "rate": 2}"#, "rate as a number from 0 to 1"),
            (#"{"type": "registerGlitch", "at": 1, "register": "water", "value": 0}"#, #"register as "electricity/received/tariff1","#),
            (#"{"type": "clockChange", "at": 1, "to": "spring"}"#, #"to as "summer", "winter""#),
        ]) func wrong(_ text: String, _ part: String)
    {
        do {
            _ = try EmulatorFault(text: text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.description.contains(part), "\(error)")
        }
    }

    @Test("the configuration, the environment and the command line say the same") func settings() throws {
        let fault = #"{"type": "registerGlitch", "at": 60, "register": "gas", "value": 0.5, "telegrams": 3}"#
        let expected = EmulatorFault(kind: .registerGlitch(.gas, value: 500_000), at: 60, telegrams: 3)
        let file = try loadSettings(#"{"meters": [{"source": {"type": "emulator", "faults": [\#(fault)]}}]}"#)
        let environment = try loadSettings(
            environment: ["P1MQTT_METERS_0_SOURCE_TYPE": "emulator", "P1MQTT_METERS_0_SOURCE_FAULTS": "[\(fault)]"])
        let command = try EmulateCommand.parse(["--fault", fault, "--fault", #"{"type": "silent", "at": 1}"#])
        for source in [file.settings.meters[0].source, environment.settings.meters[0].source] {
            #expect(source == .emulator(EmulatorSettings(faults: [expected])))
        }
        #expect(try command.settings().faults == [expected, EmulatorFault(kind: .silent, at: 1)])
        let wrong = #"{"meters": [{"source": {"type": "emulator", "faults": [\#(fault), {"type": "silent"}]}}]}"#
        #expect(
            try settingsProblems(wrong).first?.hasPrefix(
                #"config.json: meters[0].source.faults is a list: in [1], the fault {"type": "silent"} cannot be used; give at as "#)
                == true)
    }
}
