import P1Parser
import Testing

@Suite("M-Bus meters")
struct MBusDeviceTests {
    @Test(
        "the type of EN 13757-3 says what is measured",
        arguments: [
            ("003", MBusMedium.gas), ("3", .gas), ("03", .gas), ("002", .subElectricity), ("004", .heat), ("012", .heat),
            ("006", .warmWater),
            ("007", .water), ("008", .heatCostAllocator), ("010", .cooling), ("011", .cooling), ("013", .heatCooling),
            ("000", nil), ("255", nil), ("", nil), ("x", nil),
        ] as [(String, MBusMedium?)])
    func medium(_ type: String, _ expected: MBusMedium?) throws {
        #expect(try Telegram(lines: "0-2:24.1.0(\(type))").mbusDevices.map(\.medium) == [expected])
    }

    @Test(
        "without a type the unit tells (dsmr-reader 1794)",
        arguments: [("m3", MBusMedium.gas), ("GJ", .heat), ("MJ", .heat), ("kWh", .subElectricity)])
    func byUnit(_ unit: String, _ expected: MBusMedium) throws {
        #expect(try Telegram(lines: "0-2:24.2.1(230714153000S)(00012.5*\(unit))").mbusDevices.first?.medium == expected)
    }

    @Test(
        "a type that nobody knows is not guessed at; none, or that of none, is known by the unit",
        arguments: [("", MBusMedium.gas), ("000", .gas), ("x", .gas), ("001", nil), ("005", nil), ("009", nil), ("255", nil)]
            as [(String, MBusMedium?)])
    func unknownType(_ type: String, _ expected: MBusMedium?) throws {
        let telegram = try Telegram(lines: "0-2:24.1.0(\(type))", "0-2:24.2.1(230714153000S)(00012.5*m3)")
        #expect(telegram.mbusDevices.map(\.medium) == [expected])
        #expect(telegram.mbusDevices.first?.reading != nil)
    }

    @Test("of several readings on a channel the newest counts, of two at one time the corrected one, in any order of the lines")
    func severalReadings() throws {
        let lines = [
            "0-1:24.2.3(230714150000S)(00011.000*m3)", "0-1:24.2.1(230714150000S)(00012.000*m3)", "0-1:24.2.1(230714140000S)(00010.000*m3)",
        ]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let telegram = try Telegram(lines: lines[order[0]], lines[order[1]], lines[order[2]])
            #expect(telegram.mbusDevices.map(\.reading?.description) == ["12.000"])
        }
    }

    @Test("channels are in order whatever the order of the lines, and each has its own values")
    func channels() throws {
        let telegram = try Telegram(
            lines: "0-4:24.1.0(007)", "0-2:24.1.0(003)", "0-4:24.2.1(230714153000S)(00100.000*m3)", "0-2:96.1.1(4142)",
            "0-2:24.2.3(230714150000S)(00200.000*m3)", "0-1:96.3.10(1)", "0-2:24.4.0(1)", "0-2:96.1.2(3534)")
        let devices = telegram.mbusDevices
        #expect(devices.map(\.channel) == [2, 4])
        #expect(devices.map(\.medium) == [.gas, .water])
        #expect(devices.map(\.reading?.description) == ["200.000", "100.000"])
        #expect(devices.map(\.timestamp?.hour) == [15, 15])
        #expect(devices.first?.equipmentId.map(telegram.string) == "4142")
        #expect(devices.first?.valvePosition.map(telegram.string) == "1")
        #expect(devices.first?.ean.map(telegram.string) == "3534")
    }

    @Test(
        "a meter that never reported has no reading",
        arguments: [
            "0-1:24.2.1(632525252525S)(00000.000*m3)", "0-1:24.2.1(700101010000W)(00000000)", "0-1:24.2.1(000101000000W)(00000.000)",
            "0-1:24.2.1()(*m3)", "0-1:24.2.1()", "0-1:24.2.1(00000.000)", "0-1:24.3.0(000000000000)(00)(60)(1)(0-1:24.2.1)(m3)",
            "0-1:24.2.1(0)", "0-1:24.2.1( 0 )", "0-1:24.2.1(632525252525S)(00000.000)", "0-1:24.2.1(632525252525S)",
            "0-1:24.2.1(000101000000)",
            "0-1:24.2.1(*m3)", "0-1:24.2.1()(00000.000*m3)", "0-1:24.3.0(000000000000)(00)(60)(1)(0-1:24.2.1)(m3)(00000.000)",
        ])
    func notReporting(_ line: String) throws {
        let telegram = try Telegram(lines: "0-1:24.1.0(003)", "0-1:96.1.0()", line)
        let device = try #require(telegram.mbusDevices.first)
        #expect(device.reading == nil)
        #expect(device.timestamp == nil)
        #expect(device.medium == .gas)
        #expect(telegram.issues.isEmpty)
    }

    @Test(
        "a reading without a usable time is a reading (Iceland)",
        arguments: [
            "0-1:24.2.1(0366.475*m3)", "0-1:24.2.1()(0366.475*m3)", "0-1:24.2.1(2405012113)(0366.475*m3)",
            "0-1:24.2.1(632525252525S)(0366.475*m3)", "0-1:24.2.1(000101034500W)(0366.475*m3)", "0-1:24.2.1(0366.475m3)",
            "0-1:24.3.0(000000000000)(00)(60)(1)(0-1:24.2.1)(m3)(0366.475)", "7-0:23.1.0(0366.475*m3)",
            "7-0:23.1.0(632525252525S)(0366.475*m3)",
        ])
    func noTime(_ line: String) throws {
        let telegram = try Telegram(lines: line)
        let device = try #require(telegram.mbusDevices.first)
        #expect(device.reading?.description == "366.475" && device.unit == .m3 && device.medium == .gas)
        #expect(device.timestamp == nil)
        #expect(telegram.issues.isEmpty && telegram.unexplained.isEmpty)
    }

    private static let hotWater = [
        "0-1:24.2.1(0366.475*m3)", "0-1:24.2.10(0000000)", "0-1:24.2.2(0000.090*m3/h)", "0-1:24.2.3(000074.8*degC)",
        "0-1:24.2.4(000031.3*degC)", "0-1:24.2.5(0019.078*Wh)", "0-1:24.2.6(0019.078*Wh)", "0-2:24.2.2(0090*l/h)",
    ]

    @Test("Iceland: hot water by volume, its flow, its temperatures and its energy; what is not known stays so")
    func iceland() throws {
        let lines = ["/ISk5\\2MIE5E-200", "", "1-0:0.9.1(211309)", "1-0:0.9.2(240501)"] + Self.hotWater + ["!", ""]
        let telegram = try Telegram(text: lines.joined(separator: "\n"))
        let device = try #require(telegram.mbusDevices.first)
        #expect(device.medium == .heat && device.reading?.description == "366.475" && device.unit == .m3 && device.timestamp == nil)
        #expect(device.flow?.description == "0.090")
        #expect(device.supplyTemperature?.description == "74.8" && device.returnTemperature?.description == "31.3")
        #expect(device.energy?.description == "0.019078")
        #expect(telegram.mbusDevices.map(\.flow?.description) == ["0.090", "0.090"])
        #expect(telegram.issues.isEmpty)
        #expect(telegram.objects.filter { !$0.isInCatalogue }.map(\.code.description) == ["0-1:24.2.10", "0-1:24.2.6"])
        #expect(telegram.splitClock?.secondsSince1970(standardOffset: 0, summerTime: .never) == 1_714_597_989)
    }

    @Test("elsewhere those codes are not known, and 24.2.3 is a reading")
    func elsewhere() throws {
        let telegram = try Telegram(
            text: (["/ISk5\\2MIE5T-200", "", "0-0:1.0.0(240501211309S)"] + Self.hotWater + ["!", ""]).joined(separator: "\n"))
        #expect(telegram.mbusDevices.map(\.flow) == [nil] && telegram.mbusDevices.first?.medium == .gas)
        #expect(telegram.objects.count { !$0.isInCatalogue } == 6)
        #expect(telegram.issueTexts == ["the unit does not belong to this code: 0-1:24.2.3(000074.8*degC)"])
    }

    @Test("zero with its unit, and a number without one, are readings where no time is sent")
    func bare() throws {
        #expect(try Telegram(lines: "0-1:24.2.1(0000.000*m3)").mbusDevices.map(\.reading?.description) == ["0.000"])
        let device = try #require(try Telegram(lines: "0-1:24.2.1(0012.500)").mbusDevices.first)
        #expect(device.reading?.description == "12.500" && device.unit == nil)
    }

    @Test("a reading with a time counts before one without, in any order of the lines")
    func timedFirst() throws {
        let lines = ["0-1:24.2.1(0012.000*m3)", "0-1:24.2.3(230714150000S)(00011.000*m3)"]
        for lines in [lines, lines.reversed()] {
            #expect(try Telegram(lines: lines[0], lines[1]).mbusDevices.map(\.reading?.description) == ["11.000"])
        }
    }

    @Test(
        "what is no reading is an issue or unexplained, never nothing",
        arguments: ["(abc)", "(12345.6*A)", "(230714150000S)", "(123456789012345)"])
    func neither(_ group: String) throws {
        let telegram = try Telegram(lines: "0-1:24.2.1" + group)
        #expect(telegram.readings.isEmpty)
        #expect(telegram.unexplained == [0])
    }

    @Test("a relay of the electricity meter is no M-Bus meter (Luxembourg, Belgium)")
    func relays() throws {
        #expect(try Telegram(lines: "0-1:96.3.10(1)", "0-2:96.3.10(0)").mbusDevices.isEmpty)
    }
}
