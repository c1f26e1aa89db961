import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("How much a peer may send") struct ByteAllowanceTests {
    @Test("a meter, however fast, is never held up") func meter() {
        var allowance = ByteAllowance()
        for second in 0..<1000 { #expect(allowance.take(16_384, at: .at(Double(second) / 10)) == nil) }
    }

    @Test("a peer that never stops sending is read at a megabyte a second") func flood() {
        var allowance = ByteAllowance()
        var now: Int64 = 0
        var bytes = 0
        while now < 60_000 {
            bytes += 16_384
            now = allowance.take(16_384, at: Moment(monotonic: now, utc: 0)) ?? now
        }
        #expect((59_000_000...61_500_000).contains(bytes), "\(bytes)")
    }

    @Test("a silence earns no more than one burst, and a clock that stands still earns nothing") func burst() {
        var allowance = ByteAllowance()
        #expect(allowance.take(1, at: .at(0)) == nil)
        #expect(allowance.take(Int(ByteAllowance.burst) - 1, at: .at(1_000_000)) == nil)
        #expect(allowance.take(1, at: .at(1_000_000)) != nil)
    }
}
