import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Flow of gas and water") struct FlowTests {
    /// A kind of meter by its device type on the M-Bus.
    private static let meters = [("003", "gas"), ("007", "water"), ("006", "warmWater")]

    /// The flow after each of these readings, `-` for none.
    private func flows(
        _ readings: [(time: String, reading: String)], ids: [String] = [], type: String = "003", kind: String = "gas",
        after earlier: JSONTree? = nil
    ) throws -> [String] {
        var interpreter = TelegramInterpreter(.init())
        if let earlier { interpreter.recall(earlier) }
        return try readings.enumerated().map { index, reading in
            let id = ids.isEmpty ? "4731" : ids[index]
            let gas = TelegramFixture.gas(channel: 1, id: id, time: "2607031\(reading.time)S", reading: reading.reading, type: type)
            let document = try TelegramFixture.document(TelegramFixture.dsmr5 + gas, &interpreter)
            return try document.json(at: "derived/\(kind)/flow/reading") ?? "-"
        }
    }

    @Test("is the mean between two readings, and stays until the next", arguments: meters) func mean(type: String, kind: String) throws {
        #expect(
            try flows(
                [("20000", "100.000"), ("20000", "100.000"), ("20500", "100.102"), ("20500", "100.102"), ("21000", "100.102")],
                type: type, kind: kind) == ["-", "-", "1.224", "1.224", "0.000"])
        #expect(try flows([("20000", "100.00"), ("30000", "101.25")], type: type, kind: kind) == ["-", "1.25"])
    }

    @Test("starts anew with another meter, an earlier time, or a register that went back") func anew() throws {
        #expect(try flows([("20000", "100.000"), ("20500", "500.000")], ids: ["4731", "4732"]) == ["-", "-"])
        #expect(try flows([("20000", "100.000"), ("11500", "100.100"), ("12000", "100.200")]) == ["-", "-", "1.200"])
        #expect(try flows([("20000", "100.000"), ("20500", "099.000"), ("21000", "099.100")]) == ["-", "-", "1.200"])
    }

    @Test("is not known of a meter that is read once a day, nor after more than two hours of silence", arguments: meters)
    func silence(type: String, kind: String) throws {
        let readings = [("20000", "100.000"), ("40000", "100.200"), ("60001", "100.400"), ("60501", "100.500")]
        #expect(try flows(readings, type: type, kind: kind) == ["-", "0.100", "-", "1.200"])
    }

    @Test("of an earlier run counts until the next reading", arguments: meters) func recall(type: String, kind: String) throws {
        var interpreter = TelegramInterpreter(.init())
        var earlier: JSONTree?
        for (time, reading) in [("120000", "100.000"), ("120500", "100.100")] {
            let gas = TelegramFixture.gas(channel: 1, id: "4731", time: "260703\(time)S", reading: reading, type: type)
            earlier = try TelegramFixture.document(TelegramFixture.dsmr5 + gas, &interpreter).tree()
        }
        let next = [("20500", "100.100"), ("21000", "100.250")]
        #expect(try flows(next, type: type, kind: kind, after: earlier) == ["1.200", "1.800"])
    }

    @Test("there is none where nothing is measured in cubic metres, or at no known time") func none() throws {
        var interpreter = TelegramInterpreter(.init())
        for reading in ["100.000", "100.100"] {
            let water = ["0-1:24.1.0(007)", "0-1:96.1.0(4731)", "0-1:24.2.1(\(reading)*m3)"]
            let document = try TelegramFixture.document(TelegramFixture.dsmr5 + water, &interpreter)
            #expect(try document.json(at: "water/reading") == reading)
            #expect(try document.json(at: "derived/gas") == nil && document.json(at: "derived/water") == nil)
        }
    }
}
