import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Document") struct DocumentTests {
    private let arrival: Int64 = 1_800_000_000

    private func document(
        _ lines: [String], header: String = "TST5\\2UNIT", offset: Int? = nil, arrival: Int64? = nil, hasChecksum: Bool = true
    ) throws -> CompletedDocument {
        var interpreter = TelegramInterpreter(.init(utcOffset: offset))
        return try TelegramFixture.document(lines, &interpreter, arrival: arrival, header: header, hasChecksum: hasChecksum)
    }

    @Test("the version is as sent") func version() throws {
        #expect(try document(["1-3:0.2.8(42)"])["version"] == .text("42"))
        #expect(try document(["0-0:96.1.4(50217)"])["version"] == .text("50217"))
        #expect(try document(["0-0:96.1.4(3530323137)"])["version"] == .text("50217"))
        #expect(try document(["0-0:96.1.4(     )", "0-0:1.0.0(260703181502S)"])["version"] == nil)
    }

    @Test("the version is 22 for DSMR 2.2 alone, and null where another dialect sends none") func versionRule() throws {
        let old = ["0-0:96.1.1(4B384547)", "1-0:1.8.1(00001.001*kWh)"]
        #expect(try document(old, hasChecksum: false)["version"] == .text("22"))
        #expect(try document(["0-0:1.0.0(260703181502S)"] + old)["version"] == nil)
        #expect(try document(["1-0:1.8.0(00001.001*kWh)"], header: "ADN9 6534")["version"] == nil)
    }

    @Test("a meter without a time gets that of the arrival; a capture has none") func arrivalTime() throws {
        #expect(try document(["1-0:1.8.1(1.0*kWh)"], arrival: arrival)["timestamp"] == .time(arrival))
        #expect(try document(["1-0:1.8.1(1.0*kWh)"])["timestamp"] == nil)
        #expect(try document(["0-0:1.0.0(260703181502S)"], arrival: arrival)["timestamp"] == .time(TelegramFixture.dsmr5Time))
    }

    @Test("times are UTC by their own flag and the offset of the meter") func times() throws {
        let summer = ["0-0:1.0.0(260703181502S)"]
        #expect(try document(summer).json(at: "timestamp") == #""2026-07-03T16:15:02.000Z""#)
        #expect(try document(["0-0:1.0.0(260103181502W)"]).json(at: "timestamp") == #""2026-01-03T17:15:02.000Z""#)
        #expect(try document(summer, offset: 120).json(at: "timestamp") == #""2026-07-03T15:15:02.000Z""#)
        #expect(try document(summer, header: "ESO5\\2X").json(at: "timestamp") == #""2026-07-03T15:15:02.000Z""#)
        #expect(try document(summer, header: "ESO5\\2X", offset: 60).json(at: "timestamp") == #""2026-07-03T16:15:02.000Z""#)
    }

    @Test("where the meter's clock is ignored the time of arrival counts; how far it is off is still known") func arrivalClock() throws {
        var options = TelegramInterpreter.Options()
        options.clock = .arrival
        var interpreter = TelegramInterpreter(options)
        let lines = ["0-0:1.0.0(260703181502S)"] + TelegramFixture.gas(channel: 1, id: "4731", time: "260703181000S")
        let document = try TelegramFixture.document(lines, &interpreter, arrival: arrival)
        #expect(document["timestamp"] == .time(arrival))
        #expect(document.clockOffset == TelegramFixture.dsmr5Time - arrival)
        // The meter's own clock goes with the times of its readings, and with the quarter hours that it averages.
        #expect(document.meterTime == TelegramFixture.dsmr5Time)
        var availability = MBusAvailability()
        availability.update(document, at: Moment(monotonic: 0, utc: arrival * 1000))
        #expect(availability.states.map(\.isOnline) == [true])
        #expect(try TelegramFixture.document(lines, &interpreter)["timestamp"] == .time(TelegramFixture.dsmr5Time), "a capture")
    }

    @Test("a setting says whether summer time applies to times without a flag") func summerTime() throws {
        func time(_ sent: String, _ summerTime: SummerTime?, header: String = "TST5\\2UNIT") throws -> String? {
            var options = TelegramInterpreter.Options()
            options.summerTime = summerTime
            var interpreter = TelegramInterpreter(options)
            return try TelegramFixture.document(["1-0:0.9.1(181502)", "1-0:0.9.2(260703)", sent], &interpreter, header: header).json(
                at: "timestamp")
        }
        #expect(try time("", nil) == #""2026-07-03T16:15:02.000Z""#)
        #expect(try time("", .eu) == #""2026-07-03T16:15:02.000Z""#)
        #expect(try time("", .never) == #""2026-07-03T17:15:02.000Z""#)
        #expect(try time("0-0:1.0.0(260703181502S)", .never) == #""2026-07-03T16:15:02.000Z""#, "a flag says what it says")
        #expect(try time("", nil, header: "ISk5\\2MIE5E") == #""2026-07-03T18:15:02.000Z""#)
        #expect(try time("", .eu, header: "ISk5\\2MIE5E") == #""2026-07-03T17:15:02.000Z""#)
    }

    @Test("an impossible time is null and costs nothing else") func impossibleTime() throws {
        let document = try document(["0-0:1.0.0(632525252525S)", "1-0:1.6.0(000101000000W)(03.125*kW)", "1-0:1.7.0(1.0*kW)"])
        #expect(document["timestamp"] == nil)
        #expect(
            try document.json(at: "electricity/demand/positiveActiveDemand/maximumDemand")
                == #"{"timestamp": null, "reading": 3.125, "unit": "kW"}"#)
        #expect(try document.json(at: "electricity/received/actual") == #"{"reading": 1.0, "unit": "kW"}"#)
    }

    @Test("texts: messages are decoded, ids stay as sent with the readable form beside them") func texts() throws {
        let document = try document([
            "0-0:96.1.1(4530303132333435363738)", "0-0:96.13.1(3031)", "0-0:96.13.0(4F6B C3)", "0-0:96.13.2(C3A9)",
        ])
        #expect(document["equipmentId"] == .text("4530303132333435363738"))
        #expect(document["serialNumber"] == .text("E0012345678"))
        #expect(document["textMessage/codes"] == .text("3031"))
        #expect(document["textMessage/message"] == .text("4F6B C3"), "no hexadecimal: as sent")
        #expect(document["textMessage/extra/2"] == .text("é"))
    }

    @Test("an id that says nothing has no serial number") func emptyIdentity() throws {
        let document = try document(["0-0:96.1.1()"])
        #expect(document["equipmentId"] == .text(""))
        #expect(document["serialNumber"] == nil)
        #expect(try self.document(["0-0:96.1.1(3030303030)"])["serialNumber"] == nil)
    }

    @Test("an EAN is digits or nothing") func ean() throws {
        #expect(try document(["0-0:96.1.2(353431343430)"])["ean"] == .text("541440"))
        #expect(try document(["0-0:96.1.2(2D2D2D2D)"])["ean"] == nil)
        #expect(try document(["0-0:96.1.2()"])["ean"] == nil)
        let gas = TelegramFixture.gas(channel: 1, id: "4731") + ["0-1:96.1.2(353431)"]
        #expect(try document(gas)["gas/ean"] == .text("541"))
    }

    @Test("channel 1 of electricity gives way to channel 0, whatever the order") func subordinateChannel() throws {
        let heatPump = "1-1:1.8.0(000009.000*kWh)"
        let house = "1-0:1.8.0(000100.000*kWh)"
        let total = Document.Value.quantity(FixedDecimal(mantissa: 100_000, scale: 3), .kWh)
        #expect(try document([house, heatPump])["electricity/received/total"] == total)
        #expect(try document([heatPump, house])["electricity/received/total"] == total)
        #expect(
            try document([heatPump])["electricity/received/total"] == .quantity(FixedDecimal(mantissa: 9000, scale: 3), .kWh))
    }

    @Test("one unit for each topic: the point moves, no digit changes") func units() throws {
        let document = try document(["1-0:1.8.0(0123456*Wh)", "1-0:2.8.0(00.012345*MWh)", "1-0:1.7.0(250*W)", "1-0:32.7.0(0.2310*kV)"])
        #expect(try document.json(at: "electricity/received/total/reading") == "123.456")
        #expect(try document.json(at: "electricity/delivered/total/reading") == "12.345")
        #expect(try document.json(at: "electricity/received/actual/reading") == "0.250")
        #expect(try document.json(at: "electricity/instantaneous/voltage/L1/reading") == "231.0")
    }

    @Test("water and heat have their own keys and leave gas alone") func media() throws {
        let document = try document(
            TelegramFixture.gas(channel: 1, id: "4731") + TelegramFixture.gas(channel: 2, id: "5731", reading: "00012.345", type: "007")
                + ["0-3:24.1.0(004)", "0-3:96.1.0(4831)", "0-3:24.2.1(260703180000S)(012.34*GJ)"])
        #expect(try document.json(at: "gas/reading") == "987.654")
        #expect(try document.json(at: "water/reading") == "12.345")
        #expect(try document.json(at: "heat/reading") == "12.34")
        #expect(try document.json(at: "heat/unit") == #""GJ""#)
        #expect(try document.tree().at("mbus")?.keys == ["1", "2", "3"])
        #expect(try document.json(at: "mbus/3/reading") == "12.34")
    }

    @Test("a meter on the M-Bus that never reported has its id and no reading") func announcedOnly() throws {
        let document = try document(["0-1:24.1.0(003)", "0-1:96.1.0()", "0-1:24.2.1(632525252525S)(00000.000)"])
        #expect(document["gas/reading"] == nil)
        #expect(document["gas/timestamp"] == nil)
        #expect(document["gas/deviceType"] == .text("003"))
    }

    @Test("lists keep what can be used of them") func lists() throws {
        let log = "1-0:99.97.0(3)(0-0:96.7.19)(260101021503W)(0000000301*s)(000101000001W)(0000000005*s)(260102000000W)(x*s)"
        #expect(
            try document([log]).json(at: "electricity/longPowerFailureLog")
                == #"{"count": 3, "log": [{"startOfFailure": "2026-01-01T01:10:02.000Z", "endOfFailure": "2026-01-01T01:15:03.000Z", "#
                + #""duration": 301, "unit": "s"}, {"startOfFailure": null, "endOfFailure": null, "duration": 5, "unit": "s"}]}"#)
        // Found by fuzzing: a duration of ten million years put the start into a year that cannot be written, and trapped.
        // 32 bits are the most that a meter sends, and that is before 1970.
        #expect(
            try document(["1-0:99.97.0(2)(0-0:96.7.19)(250610063408S)(00000000303030303030303032)(250610063408S)(4294967295)"])
                .json(at: "electricity/longPowerFailureLog")
                == #"{"count": 2, "log": [{"startOfFailure": "1889-05-03T22:05:53.000Z", "endOfFailure": "2025-06-10T04:34:08.000Z", "#
                + #""duration": 4294967295, "unit": "s"}]}"#)
        #expect(try document(["1-0:99.97.0()"]).json(at: "electricity/longPowerFailureLog") == #"{"count": 0, "log": []}"#)
        let peaks = "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260601000000S)(260512173000S)(04.100*kW)"
        #expect(
            try document([peaks]).json(at: "electricity/demand/maximumDemandLastMonths")
                == #"{"count": 1, "months": [{"month": "2026-05-31T22:00:00.000Z", "timestamp": "2026-05-12T15:30:00.000Z", "#
                + #""value": 4.100, "unit": "kW"}]}"#)
    }

    @Test("of every dialect: one of the schema, and the same in any order of the lines", arguments: EmulatorProfile.names)
    func order(_ profile: String) throws {
        var random = SplitMix64(seed: 20_261_124)
        let text = try #require(GoldenTelegrams.all[profile])
        // The two lines of a gas profile stay together; header and end line stay where they are.
        let lines = text.replacing("(m3)\n", with: "(m3)\r\n").split(separator: "\n").map(String.init)
        let body = lines.dropFirst().dropLast()
        let header = String(lines[0].dropFirst())
        let expected = try TelegramFixture.document(Array(body), header: header, hasChecksum: false)
        for _ in 0..<10 {
            let shuffled = try TelegramFixture.document(body.shuffled(using: &random), header: header, hasChecksum: false)
            #expect(shuffled.json() == expected.json())
            #expect(Set(shuffled.unknown.map(\.code)) == Set(expected.unknown.map(\.code)))
        }
    }

    @Test("codes that nobody knows are kept with their groups as sent") func unknown() throws {
        let document = try document(["0-0:94.98.31(00012)", "1-0:99.2.3(01*kWh)(a b)"])
        #expect(document.unknown.map(\.code) == ["0-0:94.98.31", "1-0:99.2.3"])
        #expect(document.unknown.map(\.groups) == ["(00012)", "(01*kWh)(a b)"])
    }
}
