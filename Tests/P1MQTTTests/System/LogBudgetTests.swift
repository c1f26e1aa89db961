import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("How much is logged") struct LogBudgetTests {
    /// A month is simulated; a year of the same is twelve of them.
    private static let month: Int64 = 30 * 86_400_000
    private let failure = SourceError(.closedByPeer, "the peer closed the connection", remedy: "Check it.")

    @Test("ten at once, then one in half an hour with the number in between") func budget() {
        var budget = LogBudget()
        func at(_ minutes: Int64) -> Moment { Moment(monotonic: minutes * 60_000, utc: 0) }
        for _ in 0..<10 { #expect(budget.note(at: at(0)) == "") }
        for minute: Int64 in [1, 2, 29] { #expect(budget.note(at: at(minute)) == nil) }
        #expect(budget.note(at: at(30)) == " (and 3 more changes since this was last reported)")
        #expect(budget.note(at: at(31)) == nil)
        // A day of peace, and all ten are there again.
        for index in 0..<10 {
            #expect(budget.note(at: at(1500)) == (index == 0 ? " (and 1 more changes since this was last reported)" : ""))
        }
        #expect(budget.note(at: at(1501)) == nil)
    }

    @Test("a clock that goes back earns nothing and breaks nothing") func backwards() {
        var budget = LogBudget()
        for _ in 0..<11 { _ = budget.note(at: Moment(monotonic: 9_000_000, utc: 0)) }
        #expect(budget.note(at: Moment(monotonic: 0, utc: 0)) == nil)
    }

    /// Lets a supervisor run for a month; after each opening the source does as `life` says, and then fails.
    private func reports(_ life: (Int64) -> [(after: Int64, event: SourceSupervisor.Event)]) -> [(Int64, SourceReport)] {
        var supervisor = SourceSupervisor(name: "tcp meter:23", traits: .tcp, seed: 1)
        var reports: [(Int64, SourceReport)] = []
        var now: Int64 = 0
        while now < Self.month {
            now = max(now, supervisor.deadline ?? .max)
            guard now < Self.month else { break }
            var events: [(after: Int64, event: SourceSupervisor.Event)] = [(0, .time)]
            while !events.isEmpty {
                let (after, event) = events.removeFirst()
                now += after
                for action in supervisor.handle(event, at: Moment(monotonic: now, utc: now)) {
                    if case .open = action { events += life(now) }
                    if case .report(let report) = action { reports.append((now, report)) }
                }
            }
        }
        return reports
    }

    @Test("a source that cannot be opened for a month is one line") func absentSource() {
        #expect(reports { _ in [(10, .failed(failure))] }.count == 1)
    }

    @Test("a source that comes and goes is a few megabytes of log in a year") func flappingSource() {
        let reports = reports { _ in [(10, .opened("connected")), (10, .bytes(5)), (100, .failed(failure))] }
        // Each of them is a change of state, for whoever listens to events.
        #expect(reports.count > 100_000)
        var budget = LogBudget()
        let bytes = reports.reduce(0) { sum, report in
            guard let quiet = budget.note(at: Moment(monotonic: report.0, utc: 0)) else { return sum }
            return sum + "\(report.1)\(quiet)".utf8.count + 30
        }
        #expect((1000...400_000).contains(bytes), "\(bytes) bytes in a month")
    }

    @Test("a meter's reports are within the budget, its events and its availability are not") func pipeline() {
        let fixture = PipelineFixture()
        for _ in 0..<50 {
            fixture.report(.failed)
            fixture.report(.recovered)
        }
        #expect(fixture.log.lines.count == LogBudget.burst)
        #expect(fixture.taken().count { $0.topic == "p1/bridge/event" } == 100)
    }

    /// Lines in a month of attempts that fail like this, each after a connection of so many milliseconds if it comes about.
    private func lines(_ cause: MosquittoError.Cause, connectedFor stay: Int64?) -> Int {
        var session = Session(SessionPlan(clientId: "c", state: "s"), brokers: [.any], pace: BrokerPace())
        var now = Moment(monotonic: 0, utc: 0)
        var lines = 0
        func count(_ notices: [Session.Notice]) { lines += notices.count { if case .log = $0 { true } else { false } } }
        while now.monotonic < Self.month {
            switch session.next(Session.Traffic(), ending: nil, at: now) {
            case .pause(let milliseconds): now = now.advanced(byMilliseconds: milliseconds)
            case .connect:
                if let stay {
                    count(session.accepted(at: now).compactMap { if case .tell(let notice) = $0 { notice } else { nil } })
                    now = now.advanced(byMilliseconds: stay)
                    count(session.lasts(at: now))
                }
                count(session.failed(MosquittoError(broker: "b:1883", cause: cause), at: now, jitter: 0.5))
            default: return -1
            }
        }
        return lines
    }

    @Test("a broker that refuses for a month is one line") func absentBroker() {
        #expect(lines(.refused(code: 5), connectedFor: nil) == 1)
    }

    @Test("a broker that is back for seconds at a time is a few megabytes of log in a year", arguments: [1000, 15_000])
    func flappingBroker(_ stay: Int64) {
        let lines = lines(.lost(errno: 0), connectedFor: stay)
        #expect((1...1600).contains(lines), "\(lines)")
    }

    @Test("faults of all kinds in every telegram are some tens of megabytes of log in a year (core 167388, 94609)") func faults() {
        var faults = FaultLog()
        var lines = 0
        for second in stride(from: Int64(0), to: Self.month / 1000, by: 60) {
            for fault in TelegramCounts.Fault.allCases where fault != .noise {
                if faults.note(fault, at: Moment(monotonic: second * 1000, utc: 0)) != nil { lines += 1 }
            }
        }
        #expect(lines == (TelegramCounts.Fault.allCases.count - 1) * 30 * 24)
        #expect(lines * 12 * 250 < 36_000_000)
    }
}
