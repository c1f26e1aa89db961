import P1Parser
import Testing

@testable import P1MQTT

@Suite("Emulator profiles")
struct EmulatorProfileTests {
    @Test("send what their golden telegram says, byte for byte", arguments: EmulatorProfile.names)
    func golden(_ name: String) throws {
        let expected = try #require(GoldenTelegrams.all[name]).replacing("\n", with: "\r\n")
        #expect(String(decoding: try telegram(12, of: name), as: UTF8.self) == expected)
    }

    @Test("send telegrams that parse without an issue, with a valid checksum where they have one", arguments: EmulatorProfile.names)
    func parses(_ name: String) throws {
        let profile = try #require(EmulatorProfile.named(name))
        var meter = try EmulatedMeter(settings(name), seed: 7, now: 0)
        for _ in 0..<500 {
            let parsed = try parse(meter.next())
            #expect(parsed.issues.isEmpty)
            if case .valid = parsed.frame.checksum { #expect(profile.hasChecksum) } else { #expect(!profile.hasChecksum) }
            #expect(parsed.meterType.contains("EMULATOR"))
            #expect(parsed.readings.count == parsed.objects.count)
        }
    }

    @Test("are read back as the values of the scenario", arguments: EmulatorProfile.names)
    func values(_ name: String) throws {
        var scenario = MeterScenario(try EmulatorPlan(settings(name)), seed: 7, now: 0)
        for _ in 0..<500 { scenario.advance() }
        let parsed = try parse(scenario.plan.profile.telegram(scenario))
        let shown = scenario.received.map { $0 / 1000 }
        let hasTariffs = name != "lu-smarty"
        #expect(parsed.number("electricity/received/tariff1") == (hasTariffs ? FixedDecimal(mantissa: shown[0], scale: 3) : nil))
        #expect(parsed.number("electricity/received/tariff2") == (hasTariffs ? FixedDecimal(mantissa: shown[1], scale: 3) : nil))
        let hasTotal = ["lu-smarty", "at-t210dr"].contains(name)
        #expect(parsed.number("electricity/received/total") == (hasTotal ? FixedDecimal(mantissa: shown[0] + shown[1], scale: 3) : nil))
        let time = parsed.readings.lazy.compactMap { if case .time(let time) = $0.value { time } else { nil } }.first
        #expect(time?.secondsSince1970(standardOffset: 60) == (name == "nl-dsmr22" ? nil : scenario.time / 1000))
        if name == "at-t210dr" { return #expect(parsed.mbusDevices.isEmpty) }
        let gas = try #require(parsed.mbusDevices.first)
        #expect(gas.medium == .gas && gas.unit == .m3)
        #expect(gas.reading == FixedDecimal(mantissa: scenario.gas.reading / 1000, scale: 3))
        #expect(gas.timestamp?.secondsSince1970(standardOffset: 60) == scenario.gas.time / 1000)
        #expect(gas.equipmentId.flatMap(parsed.serialNumber) == scenario.gasEquipmentId)
    }

    @Test("are written again by the writer from their readings", arguments: EmulatorProfile.names)
    func roundTrip(_ name: String) throws {
        let first = try parse(telegram(12, of: name))
        var writer = TelegramWriter(header: first.meterType)
        for reading in first.readings { writer.line(of: reading, in: first) }
        let second = try parse(writer.finish(withChecksum: true))
        #expect(second.issues.isEmpty)
        #expect(second.meanings == first.meanings)
    }

    @Test("are encrypted for a meter with keys, and read with them; those of a capture stay as they are", arguments: EmulatorProfile.names)
    func encrypted(_ name: String) throws {
        let cipher = try #require(SealedTelegrams.cipher(authenticationKey: SealedTelegrams.authenticationKey))
        var plain = try EmulatedMeter(settings(name), seed: 7, now: 0)
        var meter = try EmulatedMeter(settings(name), seed: 7, now: 0, cipher: cipher)
        var framer = Framer(cipher: cipher)
        var frames: [Frame] = []
        var sealed: [UInt8] = []
        for _ in 0..<5 {
            let bytes = meter.next()
            sealed += bytes
            framer.feed(bytes.span) { if case .frame(let frame) = $0 { frames.append(frame) } }
        }
        #expect(frames.map(\.bytes) == (0..<5).map { _ in plain.next() })
        #expect(frames.allSatisfy { $0.seal?.authentication == .valid(.own) && $0.seal?.envelope.systemTitleText == "454D550000000007" })
        #expect(Set(frames.map(\.seal?.envelope.counter)).count == 5)
        let capture = try ReplayCapture(bytes: sealed, path: "capture")
        #expect(capture.telegrams.count == 5 && capture.telegrams.flatMap(\.self) == sealed)
    }

    @Test("can be found by name, and only by it")
    func names() {
        #expect(EmulatorProfile.names == ["nl-dsmr22", "nl-dsmr42", "nl-dsmr50", "be-emucs", "lu-smarty", "at-t210dr"])
        #expect(EmulatorProfile.names.contains(EmulatorSettings().profile))
        #expect(EmulatorProfile.named("NL-DSMR42") == nil)
    }

    private func settings(_ profile: String) -> EmulatorSettings {
        var settings = GoldenTelegrams.settings
        settings.profile = profile
        return settings
    }

    private func telegram(_ number: Int, of profile: String) throws -> [UInt8] {
        var meter = try EmulatedMeter(settings(profile), seed: 42, now: 0)
        for _ in 0..<number { meter.skip() }
        return meter.next()
    }
}

/// Parses the one telegram that some bytes are.
func parse(_ bytes: [UInt8]) throws -> Telegram {
    var framer = Framer()
    var frames: [Frame] = []
    framer.feed(bytes.span) { if case .frame(let frame) = $0 { frames.append(frame) } }
    #expect(frames.count == 1)
    return Telegram(try #require(frames.first))
}

extension Telegram {
    /// The number at a path of the catalogue.
    func number(_ path: String) -> FixedDecimal? {
        for reading in readings where reading.catalogueRow.path == path {
            if case .number(let number, _) = reading.value { return number }
        }
        return nil
    }

    /// Readings in words, without their places.
    fileprivate var meanings: [String] {
        readings.map { reading in
            switch reading.value {
            case .text(let range): string(range)
            case .list: "\(String(describing: failureLog(of: reading))) \(String(describing: peakHistory(of: reading)))"
            default: "\(reading.value)"
            }
        }
    }
}
