import Foundation
import P1Parser
import Testing

@Suite("Values by their code")
struct TelegramValueTests {
    private func telegram(_ fixture: Fixture) throws -> Telegram {
        try #require(TelegramReader().telegrams(in: fixture.bytes).first)
    }

    @Test("numbers with unit, counters, texts, times")
    func kinds() throws {
        let telegram = try telegram(.dsmr50)
        #expect(telegram.value(for: "1-0:1.8.1").map { "\($0)" } == "4242.017 kWh")
        #expect(telegram.value(for: "1-0:1.8.1")?.number == FixedDecimal("4242.017"))
        #expect(telegram.value(for: "1-0:1.8.1")?.unit == .kWh)
        #expect(telegram.value(for: "0-0:96.7.21")?.number == FixedDecimal("9"))
        #expect(telegram.value(for: "0-0:96.1.1")?.text == "4748493530303031313132323233333334")
        #expect(telegram.value(for: "0-0:1.0.0")?.time == MeterTimestamp("230714153012S"))
        #expect(telegram.value(for: "0-1:24.2.1").map { "\($0)" } == "1234.567 m3 (230714153000S)")
        #expect(telegram.value(for: "1-0:9.9.9") == nil)
    }

    @Test("messages and numbers of connections are decoded; what is empty, impossible or no number is none")
    func texts() throws {
        let telegram = try Telegram(
            lines: "0-0:96.13.0(48616C6C6F)", "0-0:96.1.2(353431)", "1-0:1.8.0(*kWh)", "0-0:1.0.0(000101000000W)", "0-0:96.13.1()")
        #expect(telegram.value(for: "0-0:96.13.0")?.text == "Hallo")
        #expect(telegram.value(for: "0-0:96.1.2")?.text == "541")
        #expect(telegram.value(for: "1-0:1.8.0") == nil)
        #expect(telegram.value(for: "0-0:1.0.0") == nil)
        #expect(telegram.value(for: "0-0:96.13.1")?.text == "")
    }

    @Test("what the catalogue does not explain, and lists, are the groups as sent")
    func groups() throws {
        let telegram = try Telegram(
            lines: "1-0:200.7.0(1.5*kW)(x)", "1-0:13.7.0(4.556)", "1-0:1.7.0(x*kW)",
            "1-0:99.97.0(1)(0-0:96.7.19)(101208152415W)(0000000240*s)")
        #expect(telegram.value(for: "1-0:200.7.0")?.text == "(1.5*kW)(x)")
        #expect(telegram.value(for: "1-0:13.7.0")?.text == "(4.556)")
        #expect(telegram.value(for: "1-0:1.7.0")?.text == "(x*kW)")
        #expect(telegram.value(for: "1-0:99.97.0")?.text == "(1)(0-0:96.7.19)(101208152415W)(0000000240*s)")
    }

    @Test("F of 255 is none, any other names another value; of several lines the first that has a value counts")
    func billingPeriod() throws {
        let telegram = try Telegram(
            lines: "1-0:1.8.0*01(1*kWh)", "1-0:1.8.0*255(2*kWh)", "1-0:2.8.0()", "1-0:2.8.0(3*kWh)", "1-0:2.8.0(4*kWh)")
        #expect(telegram.value(for: "1-0:1.8.0")?.number == FixedDecimal("2"))
        #expect(telegram.value(for: "1-0:1.8.0*255")?.number == FixedDecimal("2"))
        #expect(telegram.value(for: "1-0:1.8.0*1")?.text == "(1*kWh)")
        #expect(telegram.value(for: "1-0:2.8.0")?.number == FixedDecimal("3"))
    }

    @Test("JSON has what there is")
    func json() throws {
        let telegram = try telegram(.dsmr50)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let value = try #require(telegram.value(for: "0-1:24.2.1"))
        let json = try encoder.encode(value)
        #expect(String(decoding: json, as: UTF8.self) == #"{"number":"1234.567","time":"230714153000S","unit":"m3"}"#)
        #expect(try JSONDecoder().decode(Telegram.Value.self, from: json) == value)
    }
}

@Suite("Values by their quantity")
struct TelegramKeyTests {
    private static let decimals: [TelegramKey<FixedDecimal>] =
        (1...16).flatMap { [.energyReceived(tariff: $0), .energyDelivered(tariff: $0)] }
        + Phase.allCases.flatMap { [.powerReceived($0), .powerDelivered($0), .netPower($0), .voltage($0), .current($0)] }
        + [
            .energyReceived, .energyDelivered, .powerReceived, .powerDelivered, .netPower, .frequency, .reactiveEnergyReceived,
            .reactiveEnergyDelivered, .currentDemand,
        ]
    private static let counts: [TelegramKey<Int>] =
        Phase.allCases.flatMap { [.voltageSags($0), .voltageSwells($0)] } + [.tariff, .powerFailures, .longPowerFailures]
    private static let texts: [TelegramKey<String>] = [.equipmentId, .version, .message, .switchPosition]

    @Test("each has a row in the catalogue")
    func rows() {
        let paths =
            Self.decimals.map(\.path) + Self.counts.map(\.path) + Self.texts.map(\.path)
            + [TelegramKey.maximumDemand.path, TelegramKey.threshold.path, TelegramKey<MeterTimestamp>.time.path]
        #expect(Set(paths).count == paths.count)
        for path in paths { #expect(Catalogue.rows.contains { $0.path == path }, "\(path)") }
    }

    @Test("each has the value of the line")
    func values() throws {
        let telegram = try #require(TelegramReader().telegrams(in: Fixture.dsmr50.bytes).first)
        #expect(telegram[.energyReceived(tariff: 1)]?.description == "4242.017")
        #expect(telegram[.energyDelivered(tariff: 2)]?.description == "2323.456")
        #expect(telegram[.powerDelivered]?.description == "1.733")
        #expect(telegram[.powerDelivered(.L3)]?.description == "0.900")
        #expect(telegram[.voltage(.L2)]?.description == "231.0")
        #expect(telegram[.current(.L1)] == FixedDecimal("1"))
        #expect(telegram[.tariff] == 2 && telegram[.powerFailures] == 9 && telegram[.voltageSags(.L2)] == 3)
        #expect(telegram[.version] == "50" && telegram[.message] == "")
        #expect(telegram[.time] == telegram.time && telegram.time == MeterTimestamp("230714153012S"))
        #expect(telegram[.energyReceived] == nil && telegram[.frequency] == nil && telegram[.netPower] == nil)
        #expect(telegram.mbusDevice(.gas)?.reading == FixedDecimal("1234.567"))
        #expect(telegram.mbusDevice(.water) == nil)
        let peak = try #require(TelegramReader().telegrams(in: Fixture.emucs.bytes).first)[.maximumDemand]
        #expect(peak.map { "\($0)" } == "5.122 kW (240212184500W)")
    }

    @Test("of several codes for a quantity the catalogue's first counts; a word is no number")
    func choice() throws {
        let ids = try Telegram(
            lines: "0-0:0.0.0(CC)", "1-1:1.8.0(7*kWh)", "0-0:96.1.1(AA)", "0-0:96.1.1(BB)", "0-0:96.14.0(peak)", "1-0:1.8.0(8*kWh)")
        #expect(ids[.equipmentId] == "AA")
        #expect(ids[.energyReceived]?.description == "8")
        #expect(ids[.tariff] == nil)
    }

    @Test("what a maker means by a code, not what others mean by it")
    func exceptions() throws {
        let telegram = try Telegram(text: "/ESY5Q3DA1004 V3.04\n\n1-0:1.7.0(-00000.12*kW)\n!\n")
        #expect(telegram[.powerReceived] == nil)
        #expect(telegram[.netPower]?.description == "-0.12")
        #expect(telegram.row(of: try #require(telegram.readings.first)).meaning == "Net power (EasyMeter)")
    }

    @Test("a clock on two lines is the time too")
    func splitClock() throws {
        let telegram = try Telegram(lines: "1-0:0.9.1(222553)", "1-0:0.9.2(251002)")
        #expect(telegram[.time] == nil && telegram.time == MeterTimestamp("251002222553"))
    }
}
