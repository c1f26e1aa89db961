import Testing
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Session") struct SessionTests {
    private let gone = MosquittoError(broker: "b:1", cause: .lost(errno: 0))
    private let idle = Session.Traffic()

    private func at(_ milliseconds: Int64) -> Moment { Moment(monotonic: milliseconds, utc: 0) }

    private func session(subscriptions: [String] = ["ha/status", "p1/bridge/info"], recall: [String] = []) -> Session {
        Session(
            SessionPlan(clientId: "c", state: "p1/bridge/state", subscriptions: subscriptions.map { .init($0) }, recall: recall),
            brokers: [.any], pace: BrokerPace())
    }

    /// One that was accepted at 0.
    private func online() -> Session {
        var session = session()
        _ = session.next(idle, ending: nil, at: at(0))
        _ = session.accepted(at: at(0))
        return session
    }

    // MARK: - Connecting

    @Test("connects at once; after a failure it pauses, a second at a time, and tries again") func connects() {
        var session = session()
        #expect(session.next(idle, ending: nil, at: at(0)) == .connect(.any))
        #expect(
            session.failed(gone, at: at(10), jitter: 0) == [
                .log(.outage(.failed(gone), suffix: "")), .post(.disconnected(reason: gone.description)),
            ])
        _ = session.next(idle, ending: nil, at: at(510))
        #expect(session.failed(gone, at: at(600), jitter: 0.5) == [.post(.disconnected(reason: gone.description))])
        // Half of two seconds and a quarter of them.
        #expect(session.next(idle, ending: nil, at: at(600)) == .pause(1000))
        #expect(session.next(idle, ending: nil, at: at(1600)) == .pause(500))
        #expect(session.next(idle, ending: nil, at: at(2099)) == .pause(1))
        #expect(session.next(idle, ending: nil, at: at(2100)) == .connect(.any))
        #expect(session.counters == BrokerCounters(connections: 0, failures: 2))
    }

    @Test("subscribes and announces on each connection, and is connected when all subscriptions were answered") func accepted() {
        var session = session()
        for start: Int64 in [0, 60_000] {
            _ = session.next(idle, ending: nil, at: at(start))
            let actions = session.accepted(at: at(start))
            #expect(
                actions.dropFirst() == [
                    .subscribe(filter: "ha/status", qos: 1), .subscribe(filter: "p1/bridge/info", qos: 1), .announce,
                ])
            #expect(session.handle(.answered(filter: "ha/status", isGranted: true, isLast: false)).isEmpty)
            #expect(
                session.handle(.answered(filter: "p1/bridge/info", isGranted: true, isLast: true)) == [.tell(.post(.connected(to: .any)))])
            _ = session.failed(gone, at: at(start + 20_000), jitter: 0)
        }
        #expect(session.counters == BrokerCounters(connections: 2, failures: 2))
    }

    @Test("without anything to listen to it is connected at once") func noSubscriptions() {
        var session = session(subscriptions: [])
        _ = session.next(idle, ending: nil, at: at(0))
        #expect(
            session.accepted(at: at(0)) == [.tell(.log(.outage(.connected, suffix: ""))), .announce, .tell(.post(.connected(to: .any)))])
    }

    // MARK: - What an earlier run left

    @Test("is asked for before all else on the first connection, until all of it has come") func recall() {
        var session = session(recall: ["p1/json"])
        _ = session.next(idle, ending: nil, at: at(0))
        #expect(session.accepted(at: at(0)).dropFirst().first == .subscribe(filter: "p1/json", qos: 0))
        #expect(session.handle(.answered(filter: "p1/json", isGranted: true, isLast: false)).isEmpty)
        #expect(
            session.handle(.answered(filter: "ha/status", isGranted: true, isLast: true)) == [
                .tell(.post(.connected(to: .any))), .unsubscribe(filter: "p1/json"),
            ])
        #expect(session.handle(.unsubscribed) == [.tell(.post(.recalled))])
        _ = session.failed(gone, at: at(20_000), jitter: 0)
        _ = session.next(idle, ending: nil, at: at(60_000))
        #expect(!session.accepted(at: at(60_000)).contains(.subscribe(filter: "p1/json", qos: 0)))
        #expect(session.handle(.answered(filter: "ha/status", isGranted: true, isLast: true)) == [.tell(.post(.connected(to: .any)))])
    }

    @Test("is asked for again where a broker hangs up before it answers, once; a failed attempt does not count") func lostRecall() {
        var session = session(recall: ["p1/json"])
        _ = session.next(idle, ending: nil, at: at(0))
        #expect(!session.failed(gone, at: at(0), jitter: 0).contains(.post(.recalled)))
        for isLast in [false, true] {
            _ = session.next(idle, ending: nil, at: at(60_000))
            #expect(session.accepted(at: at(60_000)).contains(.subscribe(filter: "p1/json", qos: 0)))
            #expect(session.failed(gone, at: at(60_001), jitter: 0).contains(.post(.recalled)) == isLast)
        }
        _ = session.next(idle, ending: nil, at: at(180_000))
        #expect(!session.accepted(at: at(180_000)).contains(.subscribe(filter: "p1/json", qos: 0)))
    }

    @Test("ends with a connection that has answered and is lost") func answeredRecall() {
        var session = session(recall: ["p1/json"])
        _ = session.next(idle, ending: nil, at: at(0))
        _ = session.accepted(at: at(0))
        _ = session.handle(.answered(filter: "ha/status", isGranted: true, isLast: true))
        #expect(session.failed(gone, at: at(1), jitter: 0).contains(.post(.recalled)))
        _ = session.next(idle, ending: nil, at: at(60_000))
        #expect(!session.accepted(at: at(60_000)).contains(.subscribe(filter: "p1/json", qos: 0)))
    }

    // MARK: - Serving

    @Test("hands over as much as the window has room for, and nothing while bytes are unsent") func window() {
        var session = online()
        func step(_ unconfirmed: Int, _ wantsWrite: Bool = false) -> Session.Step {
            session.next(
                Session.Traffic(waiting: 5000, unconfirmed: unconfirmed, window: 20, wantsWrite: wantsWrite), ending: nil, at: at(1))
        }
        #expect(step(0) == .serve(room: 20, wait: 1000))
        #expect(step(19) == .serve(room: 1, wait: 1000))
        #expect(step(20) == .serve(room: 0, wait: 1000))
        #expect(step(21) == .serve(room: 0, wait: 1000))
        #expect(step(0, true) == .serve(room: 0, wait: 1000))
    }

    @Test("publishes nothing before it is known what an earlier run left, five seconds at most, and not at the stop") func held() {
        var session = online()
        let held = Session.Traffic(waiting: 3, isHeld: true)
        #expect(session.next(held, ending: nil, at: at(1)) == .serve(room: 0, wait: 1000))
        #expect(session.next(held, ending: nil, at: at(4990)) == .serve(room: 0, wait: 10))
        #expect(session.next(Session.Traffic(waiting: 3), ending: nil, at: at(4990)) == .serve(room: 20, wait: 1000))
        #expect(session.next(held, ending: nil, at: at(5000)) == .serve(room: 20, wait: 1000))
        var other = online()
        #expect(other.next(held, ending: .farewell, at: at(1)) == .serve(room: 20, wait: 1000))
    }

    @Test("reports what is refused once for each topic, some topics only, and counts all of it") func refusals() {
        var session = online()
        let refusal = Session.Report.refusedMessage(topic: "a", reason: "no")
        #expect(session.handle(.rejected(topic: "a", reason: "no")) == [.tell(.log(refusal))])
        #expect(session.refused("a", because: "no").isEmpty)
        let notices = (0..<100).flatMap { session.refused("t\($0)", because: "no") }
        #expect(notices.count == 63)
        #expect(session.counters.rejected == 102)
        let answer = BrokerConnection.Event.answered(filter: "ha/status", isGranted: false, isLast: false)
        #expect(session.handle(answer) == [.tell(.log(.refusedSubscription(filter: "ha/status", words: nil)))])
        #expect(session.handle(answer).isEmpty)
    }

    @Test("a connection that has lasted after an unstable time is reported") func unstable() {
        var session = session()
        var now: Int64 = 0
        var reports: [Session.Notice] = []
        for _ in 0..<3 {
            _ = session.next(idle, ending: nil, at: at(now))
            _ = session.accepted(at: at(now))
            reports += session.failed(gone, at: at(now), jitter: 0)
            now += 60_000
        }
        #expect(reports.contains(.log(.outage(.unstable(gone), suffix: ""))))
        _ = session.next(idle, ending: nil, at: at(now))
        _ = session.accepted(at: at(now))
        #expect(session.lasts(at: at(now + 9999)).isEmpty)
        #expect(session.lasts(at: at(now + 10_000)) == [.log(.outage(.recovered(failures: 3, outage: now), suffix: ""))])
    }

    // MARK: - The end

    @Test("a stop lets the outbox run empty, then comes the farewell, and its confirmation ends it") func stop() {
        var session = online()
        func step(_ traffic: Session.Traffic, _ now: Int64) -> Session.Step { session.next(traffic, ending: .farewell, at: at(now)) }
        #expect(step(.init(waiting: 5, unconfirmed: 10), 100) == .serve(room: 10, wait: 1000))
        #expect(step(.init(waiting: 0, unconfirmed: 10, wantsWrite: true), 700) == .serve(room: 0, wait: 900))
        #expect(step(.init(unconfirmed: 10), 800) == .sayFarewell)
        #expect(step(.init(waiting: 2, unconfirmed: 10), 800) == .serve(room: 10, wait: 1000))
        #expect(step(.init(unconfirmed: 2), 900) == .serve(room: 18, wait: 1000))
        #expect(step(idle, 950) == .disconnect)
        #expect(step(idle, 950) == .end)
    }

    @Test("a broker that takes nothing any more holds the end up for its limits only, and the will speaks") func frozen() {
        var session = online()
        let stuck = Session.Traffic(waiting: 5, unconfirmed: 20, wantsWrite: true)
        var steps: [Session.Step] = []
        for now in stride(from: Int64(0), through: 4000, by: 100) { steps.append(session.next(stuck, ending: .farewell, at: at(now))) }
        #expect(steps.firstIndex(of: .sayFarewell) == 15)
        #expect(steps.firstIndex(of: .end) == 33)
        #expect(!steps.contains(.disconnect))
        #expect(!steps.contains { if case .serve(let room, _) = $0 { room > 0 } else { false } })
    }

    @Test("a stop ends a pause, an attempt, and what a lost connection leaves, at once") func stopWithoutConnection() {
        var pausing = session()
        _ = pausing.next(idle, ending: nil, at: at(0))
        _ = pausing.failed(gone, at: at(0), jitter: 0)
        #expect(pausing.next(idle, ending: .farewell, at: at(1)) == .end)
        var connecting = session()
        _ = connecting.next(idle, ending: nil, at: at(0))
        #expect(connecting.next(idle, ending: .farewell, at: at(1)) == .end)
        var leaving = online()
        #expect(leaving.next(idle, ending: .farewell, at: at(1)) == .sayFarewell)
        _ = leaving.failed(gone, at: at(2), jitter: 0)
        #expect(leaving.next(idle, ending: .farewell, at: at(3)) == .end)
    }
}
