import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("History of an outage") struct HistoryBufferTests {
    private let start: Int64 = 30_000_000 * 60

    private func add(_ buffer: inout HistoryBuffer, _ times: some Sequence<Int64>, away: Bool) {
        for time in times {
            buffer.add(at: start + time, isBrokerAway: away) { Array("\($0) at \(time)".utf8) }
        }
    }

    private func texts(_ buffer: inout HistoryBuffer, _ limit: Int = .max) -> [String] {
        buffer.take(limit).map { String(decoding: $0.json, as: UTF8.self) }
    }

    @Test("the first document of each minute, numbered by the minute, in order and once") func minutes() {
        var buffer = HistoryBuffer(meters: 1, keepAlive: 60)
        add(&buffer, stride(from: 5, to: 190, by: 10), away: true)
        #expect(buffer.count == 4)
        #expect(texts(&buffer, 3) == ["30000000 at 5", "30000001 at 65", "30000002 at 125"])
        add(&buffer, [190, 240], away: true)
        #expect(texts(&buffer) == ["30000003 at 185", "30000004 at 240"])
        #expect(texts(&buffer).isEmpty && buffer.count == 0 && buffer.dropped == 0)
    }

    @Test("nothing waits while the broker is there; an outage begins with the minutes before it was noticed, once") func recent() {
        var buffer = HistoryBuffer(meters: 1, keepAlive: 60)
        add(&buffer, stride(from: 0, to: 3600, by: 10), away: false)
        #expect(buffer.count == 0)
        add(&buffer, [3600], away: true)
        #expect(texts(&buffer) == ["30000057 at 3420", "30000058 at 3480", "30000059 at 3540", "30000060 at 3600"])
        add(&buffer, [3660], away: false)
        add(&buffer, [3720], away: true)
        #expect(texts(&buffer) == ["30000061 at 3660", "30000062 at 3720"])
    }

    @Test("an outage within a minute that was taken already repeats nothing") func sameMinute() {
        var buffer = HistoryBuffer(meters: 1, keepAlive: 60)
        add(&buffer, [0], away: true)
        #expect(texts(&buffer) == ["30000000 at 0"])
        add(&buffer, [10], away: false)
        add(&buffer, [20], away: true)
        #expect(texts(&buffer).isEmpty)
    }

    @Test("numbers only grow, whatever the clock does") func clock() {
        var buffer = HistoryBuffer(meters: 1, keepAlive: 60)
        add(&buffer, [0, 60, -3600, -3540, 120, 180], away: true)
        #expect(buffer.take(.max).map(\.seq) == [30_000_000, 30_000_001, 30_000_002, 30_000_003, 30_000_004, 30_000_005])
        add(&buffer, [600], away: true)
        #expect(buffer.take(.max).map(\.seq) == [30_000_010])
    }

    @Test("a day is kept, the oldest is dropped and counted") func bound() {
        var buffer = HistoryBuffer(meters: 1, keepAlive: 60)
        add(&buffer, stride(from: 0, to: 60 * 1500, by: 60), away: true)
        #expect(buffer.count == 1440)
        #expect(buffer.dropped == 60)
        #expect(buffer.take(1).map(\.seq) == [30_000_060])
    }

    @Test("many meters share the memory") func memory() {
        var buffer = HistoryBuffer(meters: 64 * 1024, keepAlive: 60)
        for minute in 0..<5 as Range<Int64> {
            buffer.add(at: minute * 60, isBrokerAway: true) { _ in [UInt8](repeating: 0, count: 400) }
        }
        #expect(buffer.count == 2)
        #expect(buffer.dropped == 3)
        #expect(buffer.take(.max).map(\.seq) == [3, 4])
    }
}
