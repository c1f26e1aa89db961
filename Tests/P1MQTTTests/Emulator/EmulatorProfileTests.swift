import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator

@Suite("Emulator profiles")
struct EmulatorProfileTests {
    @Test("send what their golden telegram says, byte for byte", arguments: EmulatorProfile.names)
    func golden(_ name: String) throws {
        let expected = try #require(GoldenTelegrams.all[name]).replacing("\n", with: "\r\n")
        #expect(String(decoding: try telegram(12, of: name), as: UTF8.self) == expected)
    }

    @Test("send telegrams that parse without an issue, with a valid checksum where they have one", arguments: EmulatorProfile.names)
    func parses(_ name: String) throws {
        let profile = try EmulatorProfile.named(name)
        var meter = EmulatedMeter(try settings(name), seed: 7, now: 0)
        for _ in 0..<500 {
            let parsed = try parse(meter.next())
            #expect(parsed.issues.isEmpty)
            if case .valid = parsed.frame.checksum { #expect(profile.hasChecksum) } else { #expect(!profile.hasChecksum) }
            #expect(parsed.meterType.contains("EMULATOR"))
            let unknown = parsed.objects.filter { Catalogue.find($0.code) == nil }.map(\.code.description)
            #expect(unknown == (name == "pl" ? ["0-0:94.98.31", "0-0:94.98.32", "0-0:94.98.33"] : []))
            #expect(parsed.readings.count == parsed.objects.count - unknown.count)
        }
    }

    @Test("are read back as the values of the scenario", arguments: EmulatorProfile.names)
    func values(_ name: String) throws {
        var scenario = MeterScenario(try settings(name), seed: 7, now: 0)
        for _ in 0..<500 { scenario.advance() }
        let parsed = try parse(scenario.settings.profile.telegram(scenario))
        try checkRegisters(of: parsed, scenario)
        if name.hasPrefix("nl-") || ["be-emucs", "lu-smarty"].contains(name) {
            let meter = try #require(parsed.mbusDevices.first)
            #expect(meter.medium == (name == "nl-warmtelink" ? .heat : .gas) && meter.unit == (name == "nl-warmtelink" ? .GJ : .m3))
            #expect(meter.reading == FixedDecimal(mantissa: scenario.gas.reading / 1000, scale: 3))
            #expect(meter.timestamp?.secondsSince1970(standardOffset: 60) == scenario.gas.time / 1000)
            #expect(meter.equipmentId.flatMap(parsed.serialNumber) == scenario.gasEquipmentId)
        } else {
            #expect(parsed.mbusDevices.isEmpty)
        }
        let time = parsed.readings.lazy.compactMap { if case .time(let time) = $0.value { time } else { nil } }.first
        let expected = ["nl-dsmr22", "de-q3d"].contains(name) ? nil : scenario.time / 1000
        #expect((time ?? parsed.splitClock)?.secondsSince1970(standardOffset: scenario.settings.profile.standardOffset) == expected)
    }

    /// Meters with tariffs show each one, and their total if any is the sum; others show one register. The meter of
    /// Luxembourg counts by tariff but shows the sum only.
    private func checkRegisters(of parsed: Telegram, _ scenario: MeterScenario) throws {
        let names = ["electricity/received/tariff1", "electricity/received/tariff2", "electricity/received/total"]
        let numbers = names.map(parsed.number)
        let hasTariffs = numbers[0] != nil || scenario.settings.profile.name == "lu-smarty"
        let values = scenario.received + [hasTariffs ? scenario.receivedTotal : scenario.receivedAlone]
        #expect(numbers.contains { $0 != nil } || scenario.settings.profile.name == "nl-warmtelink")
        for (number, value) in zip(numbers, values) {
            guard let number else { continue }
            // What the meter shows may be cut off, or have zeros behind it.
            let next = try #require(number.adding(FixedDecimal(mantissa: 1, scale: number.scale)))
            let exact = FixedDecimal(mantissa: value, scale: 6)
            #expect(!(exact < number) && exact < next)
        }
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
        var plain = EmulatedMeter(try settings(name), seed: 7, now: 0)
        var meter = EmulatedMeter(try settings(name), seed: 7, now: 0, cipher: cipher)
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
        // Only these are encrypted in the field. Without the key the length in the envelope is trusted as far as it must be.
        guard ["lu-smarty", "at-t210dr"].contains(name) else { return }
        let capture = try #require(ReplayCapture(path: "capture", bytes: sealed))
        #expect(capture.telegrams.count == 5 && capture.telegrams.flatMap(\.self) == sealed)
    }

    @Test("have names of their own")
    func names() {
        #expect(EmulatorProfile.names.starts(with: ["nl-dsmr22", "nl-dsmr42", "nl-dsmr50"]))
        #expect(Set(EmulatorProfile.names).count == EmulatorProfile.all.count)
        #expect(EmulatorProfile.all.contains(EmulatorSettings().profile))
    }

    private func settings(_ profile: String) throws -> EmulatorSettings {
        var settings = GoldenTelegrams.settings
        settings.profile = try .named(profile)
        return settings
    }

    private func telegram(_ number: Int, of profile: String) throws -> [UInt8] {
        var meter = EmulatedMeter(try settings(profile), seed: 42, now: 0)
        for _ in 0..<number { meter.skip() }
        return meter.next()
    }
}

extension EmulatorProfile {
    static func named(_ name: String) throws -> EmulatorProfile {
        try #require(all.first { $0.name == name })
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
            switch (reading.catalogueRow.quantity, reading.value) {
            case (_, .text(let range)): string(range)
            case (.failureLog, _): "\(String(describing: failureLog(of: reading)))"
            case (.peakHistory, _): words(monthEnd(of: reading)) + "\(String(describing: peakHistory(of: reading)))"
            case (.monthEnd, _), (.loadProfile, _): words(profile(of: reading))
            case (.currentLimit, _): "\(reading.value) \(String(describing: exportLimit(of: reading)))"
            default: "\(reading.value)"
            }
        }
    }

    /// A profile in words; the texts in it have other places in another telegram.
    private func words(_ profile: CapturedProfile?) -> String {
        guard let profile else { return "" }
        return "\(profile.count)"
            + profile.entries.flatMap { entry in
                entry.values.map { value in
                    let content = if case .text(let range) = value.content { string(range) } else { "\(value.content)" }
                    return "\(String(describing: entry.time)) \(String(describing: value.code)) \(content)"
                }
            }.joined()
    }
}
