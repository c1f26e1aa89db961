import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

/// What users of other programs ran into, each with its thread, on telegrams of our own.
///
/// The others are named by the tests of what they are about: encryption (27), registers that jump (9), silence (10 to 12),
/// ports (13, 14), discovery (15 to 17), the queue (18), the heartbeat (19), means (21), the log (2). Load (20) is measured.
@Suite("Threads from the field") struct FieldThreadTests {
    /// The messages that bytes lead to, by topic, and what could not be used.
    private func preview(_ bytes: [UInt8]) -> (values: [String: String], problems: [String]) {
        var preview = TelegramPreview(prefix: "p1", utcOffset: nil, language: .en)
        preview.feed(bytes)
        let messages = preview.finish()
        return (Dictionary(messages.map { ($0.topic, $0.text) }, uniquingKeysWith: { $1 }), preview.problems)
    }

    @Test(
        "bytes above 7F and telnet negotiation around a telegram cost nothing (home-assistant/core 167387, 60435, 94466)",
        arguments: [[0xFF, 0xFB, 0x01], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0xFE, 0x00]] as [[UInt8]])
    func highBytes(_ noise: [UInt8]) {
        let telegram = TelegramFixture.bytes(["1-0:1.7.0(1.5*kW)"])
        let (values, problems) = preview(noise + telegram + noise + telegram)
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(problems.isEmpty)
    }

    @Test("a high byte within a telegram without checksum costs its line only (ndokter/dsmr_parser 80)") func highByteInLine() {
        var bytes = TelegramFixture.bytes(["1-0:1.8.1(1.5*kWh)", "1-0:1.8.2(2.5*kWh)"], hasChecksum: false)
        let index = bytes.firstIndex(of: UInt8(ascii: "8")) ?? 0
        bytes[index] = 0xB8
        let (values, problems) = preview(bytes)
        #expect(values["p1/electricity/received/tariff1"] == nil)
        #expect(values["p1/electricity/received/tariff2"] == "2.5")
        #expect(problems.count == 1)
    }

    @Test("a flipped bit in a code is reported as damage (sanderdw/hassio-addons 114: 0%0:)") func flippedBit() {
        let (values, problems) = preview(TelegramFixture.bytes(["0%0:96.1.4(50217)", "1-0:1.7.0(1.5*kW)"], hasChecksum: false))
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(problems.first?.contains("no OBIS code") == true)
    }

    @Test(
        "a gas meter that is not paired yet costs nothing else (esphome/issues 3886, core 152514, 103450)",
        arguments: [
            "0-1:24.2.1(632525252525S)(00000.000)", "0-1:24.2.1(632525252525W)(00000.000*m3)", "0-1:24.2.1(700101010000W)(00000000)",
            "0-1:24.2.1()(*m3)", "0-1:24.2.1(0)", "0-1:24.2.1(35255255255255255S)(00000.000*m3)", "0-1:24.2.3(000101000001W)(00000.000*m3)",
        ])
    func notPaired(_ line: String) {
        let (values, problems) = preview(TelegramFixture.bytes(["1-0:1.7.0(1.5*kW)", "0-1:24.1.0(003)", "0-1:96.1.0()", line]))
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(values["p1/gas/reading"] == nil && values["p1/mbus/1/reading"] == nil)
        #expect(values["p1/mbus/1/availability"] == nil)
        #expect(problems.isEmpty)
    }

    @Test("value and time swapped, text in tariff and switch (mhendriks/P1-Dongel-ESP32 87, esphome-libs/dsmr_parser 53)")
    func swapped() {
        let (values, problems) = preview(
            TelegramFixture.bytes(["1-0:1.6.0(05.122*kW)(240212184500)", "0-0:96.14.0(TARIFF 1)", "0-0:96.3.10(ON)"]))
        #expect(values["p1/electricity/demand/positiveActiveDemand/maximumDemand"] == "5.122")
        #expect(values["p1/electricity/demand/positiveActiveDemand/maximumDemand/timestamp"] == "2024-02-12T17:45:00.000Z")
        #expect(values["p1/electricity/tariffIndicator"] == "TARIFF 1" && values["p1/electricity/switchPosition"] == "ON")
        #expect(problems.isEmpty)
    }

    @Test("a checksum of another variant, once three telegrams have it (ndokter/dsmr_parser 91)") func variant() {
        var bytes: [UInt8] = []
        for reading in 1...4 {
            let covered = Array("/HLY5\\D545-METER\r\n\r\n1-0:1.8.0(\(reading)*kWh)\r\n!".utf8)
            bytes += covered + Array("\(CRC16.text(of: ChecksumVariant.x25.checksum(of: covered.span)))\r\n".utf8)
        }
        let (values, problems) = preview(bytes)
        #expect(values["p1/electricity/received/total"] == "4")
        #expect(problems.count == 2)
    }

    @Test("a checksum in lower case or without its leading zeros (ndokter/dsmr_parser 91, Warmtelink)") func unpadded() throws {
        // Sixteen telegrams or so until one has a checksum that begins with a zero.
        for reading in 1...200 {
            let covered = Array("/TST5\r\n\r\n1-0:1.8.0(\(reading)*kWh)\r\n!".utf8)
            let checksum = CRC16.checksum(of: covered.span)
            guard checksum < 0x1000 else { continue }
            let (values, problems) = preview(covered + Array(String(checksum, radix: 16).utf8) + [0x0D, 0x0A])
            #expect(values["p1/electricity/received/total"] == "\(reading)" && problems.isEmpty)
            return
        }
        Issue.record("no checksum began with a zero")
    }

    @Test(
        "a failure log that is empty, short or odd costs nothing else (ndokter/dsmr_parser 67, 24, core 7904)",
        arguments: ["()", "(0)(0-0:96.7.19)", "(5)(0-0:96.7.19)(200101120000W)(0000000240*s)", "(1)(0-0:96.7.19)(200101120000W)", "(1)"])
    func failureLog(_ groups: String) {
        let (values, problems) = preview(TelegramFixture.bytes(["1-0:99.97.0" + groups, "1-0:1.7.0(1.5*kW)"]))
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(values["p1/electricity/longPowerFailureLog"]?.hasPrefix(#"{"count":"#) == true)
        #expect(problems.isEmpty)
    }

    @Test("a gas meter was replaced: the old one stays on channel 1, the new one comes without its type (dsmr-reader 1794, 778, 2048)")
    func replacedGasMeter() throws {
        let document = try TelegramFixture.document([
            "0-1:24.1.0(003)", "0-1:96.1.0(4F4C44)", "0-1:24.2.1(230101000000W)(09999.000*m3)", "0-2:96.1.0(4E4557)",
            "0-2:24.2.1(260703181000S)(00012.000*m3)",
        ])
        #expect(try document.json(at: "gas/serialNumber") == #""NEW""#)
        #expect(try document.json(at: "gas/reading") == "12.000")
    }

    @Test("heat only, and water only (core 103670, 107813, 125344, node-p1-reader 32)") func oneMedium() throws {
        let heat = try TelegramFixture.document(["0-1:24.1.0(012)", "0-1:24.2.1(240906184820W)(208.307*GJ)"])
        #expect(try heat.json(at: "heat/reading") == "208.307")
        let water = try TelegramFixture.document(["0-2:24.1.0(007)", "0-2:96.1.1(57)", "0-2:24.2.1(240906184820S)(00208.307*m3)"])
        #expect(try water.json(at: "water/reading") == "208.307")
        #expect(try water.json(at: "gas/reading") == "null")
    }

    @Test("import and export at the same time: signed net power, total and by phase (dsmr-reader 1873, ha-sessy 168)") func net() {
        let (values, _) = preview(
            TelegramFixture.bytes([
                "1-0:1.7.0(00.200*kW)", "1-0:2.7.0(01.000*kW)", "1-0:21.7.0(00.300*kW)", "1-0:22.7.0(00.000*kW)", "1-0:41.7.0(00.000*kW)",
                "1-0:42.7.0(01.100*kW)", "1-0:1.8.1(000001.100*kWh)", "1-0:1.8.2(000002.200*kWh)",
            ]))
        #expect(values["p1/derived/netPower/total"] == "-0.800")
        #expect(values["p1/derived/netPower/L1"] == "0.300" && values["p1/derived/netPower/L2"] == "-1.100")
        #expect(values["p1/derived/received/total"] == "3.300")
    }

    @Test("peaks of 13 months, some never set (dsmr-reader 1084, 2032)") func peaks() throws {
        let months = (1...13).map { _ in "(230201000000W)(632525252525W)(00.000*kW)" }.joined()
        let document = try TelegramFixture.document(["0-0:98.1.0(13)(1-0:1.6.0)(1-0:1.6.0)" + months])
        let list = try #require(try document.tree().at("electricity/demand/maximumDemandLastMonths/months"))
        #expect(list.elements.count == 13)
        #expect(list.elements.first?["month"]?.content == "2023-01-31T23:00:00.000Z" && list.elements.first?["timestamp"] == .null)
    }

    @Test("tariffs keep their numbers in every country (dsmr-reader 750, core 85850)", arguments: ["0-0:96.1.4(50217)", "1-3:0.2.8(50)"])
    func tariffs(_ version: String) {
        let (values, _) = preview(TelegramFixture.bytes([version, "1-0:1.8.1(1*kWh)", "1-0:1.8.2(2*kWh)", "0-0:96.14.0(0002)"]))
        #expect(values["p1/electricity/received/tariff1"] == "1" && values["p1/electricity/received/tariff2"] == "2")
        #expect(values["p1/electricity/tariffIndicator"] == "2")
    }

    @Test("gas has its own time beside it (core 80468, dsmr_parser 111)") func gasTime() {
        let (values, _) = preview(TelegramFixture.bytes(TelegramFixture.gas(channel: 1, id: "47", time: "261025020500S")))
        #expect(values["p1/gas/timestamp"] == "2026-10-25T00:05:00.000Z")
    }

    @Test(
        "a clock that was never set is none; a wrong one is shown as it is (dsmr-reader 811, 412, DSMRloggerAPI 21)",
        arguments: [
            ("000101000000W", nil), ("000101000001W", nil), ("000101010000W", nil), ("000101020000S", nil), ("000101134501", nil),
            ("07D001010602000000003C00", nil), ("20000101 03:00:00", nil), ("270703181502S", "2027-07-03T16:15:02.000Z"),
        ] as [(String, String?)])
    func clock(_ sent: String, _ expected: String?) {
        #expect(preview(TelegramFixture.bytes(["0-0:1.0.0(\(sent))"])).values["p1/timestamp"] == expected)
    }

    @Test("a message of 1,024 bytes of FF is an empty one (esphome/issues 2891, psvanstrom 58)") func filler() throws {
        var bytes = Array("/AUX5\r\n\r\n0-0:96.13.0(".utf8) + [UInt8](repeating: 0xFF, count: 1024)
        bytes += Array(")\r\n1-0:1.7.0(1.5*kW)\r\n!".utf8)
        bytes += Array("\(CRC16.text(of: CRC16.checksum(of: bytes.span)))\r\n".utf8)
        let (values, problems) = preview(bytes)
        #expect(values["p1/textMessage/message"] == "")
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(problems.isEmpty)
    }

    @Test("a month-end list that breaks off is one damaged line (esphome/issues 3042, 2393)") func brokenList() {
        let (values, problems) = preview(
            TelegramFixture.bytes(["0-0:98.1.0(", "0-0:1.0.0(220201000000T)", "1-0:1.7.0(1.5*kW)"], hasChecksum: false))
        #expect(values["p1/electricity/received/actual"] == "1.5")
        #expect(values["p1/timestamp"] == nil)
        #expect(problems.count == 1)
    }

    @Test("a header in clear, then the rest encrypted: read with a system title, reported and passed by without (esphome/issues 6500)")
    func clearHeader() {
        let header = Array("/EGM5G15\r\n".utf8)
        let plain = TelegramFixture.bytes(["1-0:1.8.0(7*kWh)"], header: "EGM5G15")
        var reader = TelegramPreview(prefix: "p1", utcOffset: nil, language: .en, cipher: SealedTelegrams.cipher())
        reader.feed(header + SealedTelegrams.common)
        let messages = reader.finish()
        #expect(messages.first { $0.topic == "p1/electricity/received/total" }?.text == "123.456")
        let untitled: [UInt8] = [0xDB, 0x00] + SealedTelegrams.common.dropFirst(10)
        let (values, problems) = preview(header + untitled + Array("\r\n".utf8) + plain)
        #expect(values["p1/electricity/received/total"] == "7")
        #expect(!problems.isEmpty)
    }

    @Test("codes on channel 1, units in thousands (esphome/feature-requests 2569, esphome-libs PR 17 and 19)") func channel() {
        let (values, _) = preview(TelegramFixture.bytes(["1-1:1.7.0(01.622*kW)", "1-0:32.7.0(0000.229*kV)", "1-0:31.7.0(0000.016*kA)"]))
        #expect(values["p1/electricity/received/actual"] == "1.622")
        #expect(values["p1/electricity/instantaneous/voltage/L1"] == "229")
        #expect(values["p1/electricity/instantaneous/current/L1"] == "16")
    }
}
