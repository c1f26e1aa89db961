import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Counts of telegrams") struct TelegramCountsTests {
    @Test("bad are those refused, not damaged lines and noise") func bad() {
        var counts = TelegramCounts()
        for (index, fault) in TelegramCounts.Fault.allCases.enumerated() { counts[fault] = 1 << index }
        #expect(counts.bad == 0b1100_1111_1000_1111)
        counts.good = 3
        let sum = counts + counts
        #expect(sum.good == 6 && sum.bad == 2 * counts.bad && sum[.noise] == 2 * counts[.noise])
    }

    @Test("every fault has a remedy of whole sentences") func remedies() {
        #expect(TelegramCounts.Fault.allCases.allSatisfy { $0.remedy.hasSuffix(".") })
    }
}

@Suite("Log of faults") struct FaultLogTests {
    @Test("tells the first of each kind, then one an hour with the number between") func pace() {
        var log = FaultLog()
        var now = Moment(monotonic: 77, utc: 0)
        func note(_ fault: TelegramCounts.Fault) -> Int? { log.note(fault, at: now) }
        #expect(note(.wrongChecksum) == 0)
        #expect(note(.wrongChecksum) == nil)
        #expect(note(.cutOff) == 0)
        now = now.advanced(byMilliseconds: 3_599_999)
        #expect(note(.wrongChecksum) == nil)
        now = now.advanced(byMilliseconds: 1)
        #expect(note(.wrongChecksum) == 2)
        #expect(note(.wrongChecksum) == nil)
        now = now.advanced(byMilliseconds: 86_400_000)
        #expect(note(.wrongChecksum) == 1)
        #expect(note(.cutOff) == 0)
    }
}
