import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Availability of M-Bus meters") struct MBusAvailabilityTests {
    /// `channel=online` after telegrams of these times: that of the meter, and that of the reading on channel 1.
    private func states(_ telegrams: [(meter: String, reading: String)]) throws -> [String] {
        var availability = MBusAvailability()
        for (meter, reading) in telegrams {
            let lines = ["0-0:1.0.0(\(meter))"] + TelegramFixture.gas(channel: 1, id: "4731", time: reading)
            availability.update(try TelegramFixture.document(lines), at: Moment(monotonic: 0, utc: 0))
        }
        return availability.states.map { "\($0.channel) \($0.isOnline)" }
    }

    @Test("online while the reading is younger than a day, by the clock of the electricity meter") func day() throws {
        #expect(try states([("260703120000S", "260702120000S")]) == ["1 true"])
        #expect(try states([("260703120001S", "260702120000S")]) == ["1 false"])
    }

    @Test("six of its own intervals count, when they are longer than a day") func slow() throws {
        let weekly = ("260610120000S", "260610120000S")
        #expect(try states([("260603120000S", "260603120000S"), weekly, ("260722120000S", "260610120000S")]) == ["1 true"])
        #expect(try states([("260603120000S", "260603120000S"), weekly, ("260722120001S", "260610120000S")]) == ["1 false"])
    }

    @Test("online again with a new reading") func returns() throws {
        #expect(try states([("260703120000S", "260601120000S"), ("260703120000S", "260703120000S")]) == ["1 true"])
    }

    @Test("a meter of an earlier run is offline until it reports") func earlier() throws {
        var availability = MBusAvailability()
        let earlier = try JSONReader.read(Array(#"{"mbus": {"1": {"reading": 1.0}, "2": {"reading": null}, "3": {"reading": 2}}}"#.utf8))
        availability.recall(earlier)
        #expect(availability.states.map(\.channel) == [1, 3] && availability.states.allSatisfy { !$0.isOnline })
        let lines = ["0-0:1.0.0(260703120000S)"] + TelegramFixture.gas(channel: 1, id: "4731", time: "260703115500S")
        availability.update(try TelegramFixture.document(lines), at: Moment(monotonic: 0, utc: 0))
        #expect(availability.states.map(\.isOnline) == [true, false])
        // What it has reported since counts.
        availability.recall(earlier)
        #expect(availability.states.map(\.isOnline) == [true, false])
    }

    @Test("a meter that never reported has no state") func never() throws {
        var availability = MBusAvailability()
        let lines = ["0-0:1.0.0(260703120000S)"] + TelegramFixture.gas(channel: 1, id: "4731", time: "632525252525S", reading: "00000.000")
        availability.update(try TelegramFixture.document(lines), at: Moment(monotonic: 0, utc: 0))
        #expect(availability.states.isEmpty)
    }

    @Test("a reading without a time is as old as the telegram that has it") func untimed() throws {
        var availability = MBusAvailability()
        func update(_ time: String, _ lines: [String]) throws {
            availability.update(try TelegramFixture.document(["0-0:1.0.0(\(time))"] + lines), at: Moment(monotonic: 0, utc: 0))
        }
        try update("260703120000S", ["0-1:24.2.1(0366.475*m3)"])
        try update("260723120000S", ["0-1:24.2.1(0366.475*m3)"])
        #expect(availability.states.map(\.isOnline) == [true])
        try update("260724120000S", [])
        #expect(availability.states.map(\.isOnline) == [true])
        try update("260724120001S", [])
        #expect(availability.states.map(\.isOnline) == [false])
        try update("260724120011S", ["0-1:24.2.1(0366.475*m3)"])
        #expect(availability.states.map(\.isOnline) == [true])
    }

    @Test("the clock of this machine counts where the meter sends none") func ownClock() throws {
        var availability = MBusAvailability()
        let document = try TelegramFixture.document(TelegramFixture.gas(channel: 2, id: "4731", time: "260703120000S"))
        availability.update(document, at: Moment(monotonic: 0, utc: 1_783_072_800_000))
        #expect(availability.states.map(\.isOnline) == [true])
        availability.update(document, at: Moment(monotonic: 0, utc: 1_783_072_800_000 + 86_401_000))
        #expect(availability.states.map(\.isOnline) == [false])
    }
}

@Suite("Availability board") struct AvailabilityBoardTests {
    @Test("has a message for news only") func news() {
        var board = AvailabilityBoard()
        #expect(board.set("b", isOnline: true) == [Message(topic: "b", text: "online", qos: 1, retain: true, kind: .availability)])
        #expect(board.set("b", isOnline: true).isEmpty)
        #expect(board.set("a", isOnline: false).map(\.text) == ["offline"])
        #expect(board.set("b", isOnline: false).map(\.topic) == ["b"])
    }
}
