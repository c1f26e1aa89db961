import Testing
@testable import P1MQTT
@testable import P1MQTTInput

@Suite("Cadence of telegrams") struct CadenceTests {
    private func interval(_ times: [Int64]) -> Int64? {
        var cadence = Cadence()
        for time in times { cadence.telegram(at: time) }
        return cadence.interval
    }

    @Test("is known from two intervals on") func known() {
        #expect(interval([]) == nil)
        #expect(interval([0, 1000]) == nil)
        #expect(interval([0, 1000, 2000]) == 1000)
        #expect(interval([0, 3_600_000, 7_200_000]) == 3_600_000)
    }

    @Test("one outage does not count, a new rhythm soon does") func outage() {
        #expect(interval([0, 18_000_000, 18_010_000]) == 10_000)
        #expect(interval([0, 1000, 2000, 3000, 18_000_000, 18_001_000]) == 1000)
        #expect(interval([0, 1000, 2000, 12_000, 22_000, 32_000]) == 10_000)
    }

    @Test("the time in which the source was gone is no interval") func interrupted() {
        var cadence = Cadence()
        #expect(!cadence.hasBegun)
        cadence.telegram(at: 0)
        cadence.interrupt()
        #expect(!cadence.hasBegun)
        for time in [100_000, 101_000, 102_000] as [Int64] { cadence.telegram(at: time) }
        cadence.interrupt()
        #expect(cadence.interval == 1000 && cadence.hasBegun)
    }
}
