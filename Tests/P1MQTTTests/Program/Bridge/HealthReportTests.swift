import P1MQTTMeter
import P1MQTTSystem
import Testing
@testable import P1MQTT

@Suite("What p1mqtt health is answered") struct HealthReportTests {
    private let now = Moment(monotonic: 100_000, utc: 0)

    private func report(_ promise: Int64?, _ meters: [(String, Bool?)] = []) -> HealthReport {
        var pulse = Pulse()
        if let promise { pulse.beat(at: now.advanced(byMilliseconds: promise), limit: 0) }
        return HealthReport(broker: pulse, status: "status", meters: meters)
    }

    @Test("only the threads decide", arguments: [(0, true), (1, true), (-1, false), (nil, false)] as [(Int64?, Bool)])
    func verdict(_ promise: Int64?, _ isHealthy: Bool) {
        let text = report(promise, [("", false), ("roof", nil)]).text(at: now)
        #expect(HealthReport.isHealthy(text) == isHealthy)
        #expect(text.hasSuffix("\nstatus\n: offline\nroof: nothing heard yet"))
    }

    @Test("what is wrong with the broker thread is named") func reasons() {
        #expect(report(-1).text(at: now) == "not healthy: the broker thread is stuck\nstatus")
        #expect(report(nil).text(at: now) == "not healthy: the broker thread has not begun\nstatus")
    }

    @Test("of a fleet the number") func fleet() {
        let meters = (0..<1000).map { ("m\($0)", $0 < 990 ? true : nil) }
        #expect(report(0, meters).text(at: now) == "healthy: both threads live\nstatus\n990 of 1000 meters online")
    }
}
