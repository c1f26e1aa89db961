import Testing
@testable import P1MQTT
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Sign of life of a thread") struct PulseTests {
    private let start = Moment(monotonic: 5000, utc: 0)

    @Test("a thread lives as long as it promised, and not before it began") func promise() {
        var pulse = Pulse()
        #expect(!pulse.hasBegun && !pulse.isAlive(at: start))
        pulse.beat(at: start, limit: 100)
        #expect(pulse.hasBegun && pulse.isAlive(at: start.advanced(byMilliseconds: 100)))
        #expect(!pulse.isAlive(at: start.advanced(byMilliseconds: 101)))
        // Back from a call that may take long: the usual limit holds again.
        pulse.beat(at: start, limit: 300_000)
        pulse.beat(at: start.advanced(byMilliseconds: 1), limit: 100)
        #expect(!pulse.isAlive(at: start.advanced(byMilliseconds: 102)))
    }

    @Test("a jump of the wall clock changes nothing") func wallClock() {
        var pulse = Pulse()
        pulse.beat(at: start, limit: 100)
        #expect(pulse.isAlive(at: Moment(monotonic: 5050, utc: 4_000_000_000_000)))
    }
}
