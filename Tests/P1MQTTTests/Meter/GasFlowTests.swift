import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Flow of gas") struct GasFlowTests {
    /// The flow after each of these readings of a gas meter, `-` for none.
    private func flows(_ readings: [(time: String, reading: String)], ids: [String] = []) throws -> [String] {
        var interpreter = TelegramInterpreter(.init())
        return try readings.enumerated().map { index, reading in
            let id = ids.isEmpty ? "4731" : ids[index]
            let document = try TelegramFixture.document(
                TelegramFixture.dsmr5 + TelegramFixture.gas(channel: 1, id: id, time: "2607031\(reading.time)S", reading: reading.reading),
                &interpreter)
            return try document.json(at: "derived/gas/flow/reading") ?? "-"
        }
    }

    @Test("is the mean between two readings, and stays until the next") func mean() throws {
        #expect(
            try flows([("20000", "100.000"), ("20000", "100.000"), ("20500", "100.102"), ("20500", "100.102"), ("21000", "100.102")])
                == ["-", "-", "1.224", "1.224", "0.000"])
        #expect(try flows([("20000", "100.00"), ("30000", "101.25")]) == ["-", "1.25"])
    }

    @Test("starts anew with another meter, an earlier time, or a register that went back") func anew() throws {
        #expect(try flows([("20000", "100.000"), ("20500", "500.000")], ids: ["4731", "4732"]) == ["-", "-"])
        #expect(try flows([("20000", "100.000"), ("11500", "100.100"), ("12000", "100.200")]) == ["-", "-", "1.200"])
        #expect(try flows([("20000", "100.000"), ("20500", "099.000"), ("21000", "099.100")]) == ["-", "-", "1.200"])
    }

    @Test("there is none where no gas is measured in cubic metres") func none() throws {
        var interpreter = TelegramInterpreter(.init())
        for _ in 0..<2 {
            let document = try TelegramFixture.document(TelegramFixture.dsmr5, &interpreter)
            #expect(try document.json(at: "derived/gas") == nil)
        }
    }
}
