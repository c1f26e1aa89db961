import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Record of outages") struct OutageRecordTests {
    private let gone = MosquittoError(broker: "b:1", cause: .lost(errno: 0))
    private let unreachable = MosquittoError(broker: "b:1", cause: .unreachable(errno: 111))
    private let refused = MosquittoError(broker: "b:1", cause: .refused(code: 5))

    private func at(_ milliseconds: Int64) -> Moment { Moment(monotonic: milliseconds, utc: 0) }

    @Test("a first connection is reported as such")
    func first() {
        var record = OutageRecord()
        #expect(record.accepted(at: at(5)) == .connected)
        #expect(record.lasts(at: at(60_000)) == nil)
    }

    @Test("pauses grow from a second to half a minute, half of each by chance")
    func pauses() {
        var record = OutageRecord()
        let pauses = (0..<8).map { _ in record.failed(unreachable, at: at(0), jitter: 0.5).retryAt }
        #expect(pauses == [750, 1500, 3000, 6000, 12_000, 22_500, 22_500, 22_500])
        for _ in 0..<100 { #expect(record.failed(unreachable, at: at(0), jitter: 0.9999).retryAt < 30_000) }
    }

    @Test("each cause of an outage is reported once, and its end with how often and how long")
    func outage() {
        var record = OutageRecord()
        _ = record.accepted(at: at(0))
        #expect(record.failed(gone, at: at(20_000), jitter: 0).report == .failed(gone))
        #expect(record.failed(unreachable, at: at(21_000), jitter: 0).report == .failed(unreachable))
        #expect(record.failed(unreachable, at: at(22_000), jitter: 0).report == nil)
        #expect(record.failed(refused, at: at(23_000), jitter: 0).report == .failed(refused))
        #expect(record.failed(unreachable, at: at(24_000), jitter: 0).report == nil)
        #expect(record.accepted(at: at(30_000)) == .recovered(failures: 5, outage: 10_000))
    }

    @Test("a connection that lasted starts anew: first pause, causes reported again")
    func anew() {
        var record = OutageRecord()
        for _ in 0..<6 { _ = record.failed(unreachable, at: at(0), jitter: 0) }
        _ = record.accepted(at: at(1000))
        #expect(record.lasts(at: at(5000)) == nil)
        #expect(record.lasts(at: at(11_000)) == nil, "its return was reported at once")
        let end = record.failed(gone, at: at(20_000), jitter: 0)
        #expect(end.report == .failed(gone) && end.retryAt == 20_500)
        #expect(record.accepted(at: at(20_500)) == .recovered(failures: 1, outage: 500))
    }

    @Test("one that breaks within seconds again and again is reported once, and waits longer and longer")
    func unstable() {
        var record = OutageRecord()
        var reports: [OutageRecord.Report?] = []
        var now: Int64 = 0
        for _ in 0..<6 {
            reports.append(record.accepted(at: at(now)))
            let end = record.failed(gone, at: at(now + 100), jitter: 0)
            reports.append(end.report)
            now = end.retryAt
        }
        #expect(reports[0...5].count(where: { $0 == .unstable(gone) }) == 1)
        #expect(reports[6...].allSatisfy { $0 == nil } as Bool)
        #expect(now > 16_000)
        #expect(record.accepted(at: at(now)) == nil)
        #expect(record.lasts(at: at(now + 9999)) == nil)
        #expect(record.lasts(at: at(now + 10_000)) == .recovered(failures: 6, outage: now - 100))
        #expect(record.lasts(at: at(now + 20_000)) == nil)
    }
}
