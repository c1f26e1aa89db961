import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Broker link") struct BrokerLinkTests {
    private let gone = MosquittoError(broker: "b:1", cause: .lost(errno: 0))
    private let unreachable = MosquittoError(broker: "b:1", cause: .unreachable(errno: 111))
    private let refused = MosquittoError(broker: "b:1", cause: .refused(code: 5))

    private func at(_ milliseconds: Int64) -> Moment { Moment(monotonic: milliseconds, utc: 0) }

    @Test("a first connection is told as such")
    func first() {
        var link = BrokerLink()
        #expect(link.state == .idle)
        link.connecting()
        #expect(link.state == .connecting)
        #expect(link.accepted(at: at(5)) == .connected)
        #expect(link.state == .connected(since: 5))
        #expect(link.lasts(at: at(60_000)) == nil)
    }

    @Test("pauses grow from a second to half a minute, half of each by chance")
    func pauses() {
        var link = BrokerLink()
        var pauses: [Int64] = []
        for _ in 0..<8 {
            _ = link.failed(unreachable, at: at(0), jitter: 0.5)
            if case .backingOff(let until) = link.state { pauses.append(until) }
        }
        #expect(pauses == [750, 1500, 3000, 6000, 12_000, 22_500, 22_500, 22_500])
        for _ in 0..<100 { _ = link.failed(unreachable, at: at(0), jitter: 0.9999) }
        guard case .backingOff(let until) = link.state else { return #expect(Bool(false)) }
        #expect(until < 30_000)
    }

    @Test("each cause of an outage is told once, and its end with how often and how long")
    func outage() {
        var link = BrokerLink()
        _ = link.accepted(at: at(0))
        #expect(link.failed(gone, at: at(20_000), jitter: 0) == .failed(gone))
        #expect(link.failed(unreachable, at: at(21_000), jitter: 0) == .failed(unreachable))
        #expect(link.failed(unreachable, at: at(22_000), jitter: 0) == nil)
        #expect(link.failed(refused, at: at(23_000), jitter: 0) == .failed(refused))
        #expect(link.failed(unreachable, at: at(24_000), jitter: 0) == nil)
        #expect(link.accepted(at: at(30_000)) == .recovered(failures: 5, outage: 10_000))
    }

    @Test("a connection that lasted starts anew: first pause, causes told again")
    func anew() {
        var link = BrokerLink()
        for _ in 0..<6 { _ = link.failed(unreachable, at: at(0), jitter: 0) }
        _ = link.accepted(at: at(1000))
        #expect(link.lasts(at: at(5000)) == nil)
        #expect(link.lasts(at: at(11_000)) == nil, "its return was told at once")
        #expect(link.failed(gone, at: at(20_000), jitter: 0) == .failed(gone))
        #expect(link.state == .backingOff(until: 20_500))
        #expect(link.accepted(at: at(20_500)) == .recovered(failures: 1, outage: 500))
    }

    @Test("a link that breaks within seconds again and again is told once, and waits longer and longer")
    func unstable() {
        var link = BrokerLink()
        var reports: [BrokerLink.Report?] = []
        var now: Int64 = 0
        for _ in 0..<6 {
            reports.append(link.accepted(at: at(now)))
            reports.append(link.failed(gone, at: at(now + 100), jitter: 0))
            if case .backingOff(let until) = link.state { now = until }
        }
        #expect(reports[0...5].count(where: { $0 == .unstable(gone) }) == 1)
        #expect(reports[6...].allSatisfy { $0 == nil } as Bool)
        #expect(now > 16_000)
        #expect(link.accepted(at: at(now)) == nil)
        #expect(link.lasts(at: at(now + 9999)) == nil)
        #expect(link.lasts(at: at(now + 10_000)) == .recovered(failures: 6, outage: now - 100))
        #expect(link.lasts(at: at(now + 20_000)) == nil)
    }
}
