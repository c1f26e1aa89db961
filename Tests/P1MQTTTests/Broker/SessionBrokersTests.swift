import Testing
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Session with several brokers") struct SessionBrokersTests {
    private let brokers = ["a", "b", "c"].map { BrokerAddress(host: $0, port: 1883) }
    private let idle = Session.Traffic()
    private let plan = SessionPlan(clientId: "c", state: "s")

    private func at(_ milliseconds: Int64) -> Moment { Moment(monotonic: milliseconds, utc: 0) }

    private func error(_ broker: BrokerAddress, _ cause: MosquittoError.Cause, words: String? = nil) -> MosquittoError {
        MosquittoError(broker: broker.description, cause: cause, words: words)
    }

    /// Time passes until the next attempt, which fails.
    /// - Returns: the broker that was tried, and what is logged of it.
    private func fail(_ session: inout Session, _ now: inout Int64, _ cause: MosquittoError.Cause) throws -> (
        broker: BrokerAddress, reports: [Session.Report]
    ) {
        while true {
            switch session.next(idle, ending: nil, at: at(now)) {
            case .pause(let milliseconds): now += milliseconds
            case .connect(let broker):
                let notices = session.failed(error(broker, cause), at: at(now), jitter: 0)
                return (broker, notices.compactMap { if case .log(let report) = $0 { report } else { nil } })
            case let step:
                Issue.record("\(step)")
                throw CancellationError()
            }
        }
    }

    @Test("each failed attempt is the next one's turn, and pauses grow once a round") func turns() throws {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        var (now, times): (Int64, [Int64]) = (0, [])
        for round in 0..<3 {
            for broker in brokers {
                let tried = try fail(&session, &now, .unreachable(errno: 111))
                #expect(tried.broker == broker)
                // Each is said once, with what comes next.
                let next = brokers[((brokers.firstIndex(of: broker) ?? 0) + 1) % 3]
                let report = Session.Report.outage(
                    .failed(error(broker, .unreachable(errno: 111))), suffix: "; \(next) is tried next")
                #expect(tried.reports == (round == 0 ? [report] : []))
                times.append(now)
            }
        }
        #expect(times == [0, 500, 1000, 1500, 2500, 3500, 4500, 6500, 8500])
    }

    @Test("one that refuses the login is said, even where another one was refused before") func login() throws {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        var now: Int64 = 0
        for broker in brokers {
            let tried = try fail(&session, &now, .refused(code: 5))
            guard case .outage(.failed(let error), let suffix) = tried.reports.first else {
                Issue.record("\(tried)")
                return
            }
            #expect("\(error)".hasPrefix("MQTT broker \(broker): refused the connection: not authorised; check mqtt.username"))
            #expect(suffix.contains("is tried next"))
        }
    }

    @Test("a connection that is lost is the next one's turn too, and says which took it") func lost() throws {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        #expect(session.next(idle, ending: nil, at: at(0)) == .connect(brokers[0]))
        #expect(session.accepted(at: at(0)).contains(.tell(.post(.connected(to: brokers[0])))))
        _ = session.failed(error(brokers[0], .lost(errno: 0)), at: at(20_000), jitter: 0)
        #expect(session.next(idle, ending: nil, at: at(20_500)) == .connect(brokers[1]))
        #expect(session.accepted(at: at(20_500)).contains(.tell(.post(.connected(to: brokers[1])))))
        #expect(session.broker == brokers[1])
    }

    @Test("while another program has the client id no broker is at fault") func twin() throws {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        var now: Int64 = 0
        for round in 0..<3 {
            let tried = try fail(&session, &now, .twin(process: 1, clientId: "c"))
            #expect(tried.broker == brokers[0])
            #expect(tried.reports.count == (round == 0 ? 1 : 0))
            if case .outage(_, let suffix)? = tried.reports.first { #expect(suffix == "") }
        }
    }

    @Test("the session of another configuration begins where the one before it was, if it still may") func reload() {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        _ = session.next(idle, ending: nil, at: at(0))
        _ = session.failed(error(brokers[0], .lost(errno: 0)), at: at(0), jitter: 0)
        _ = session.next(idle, ending: nil, at: at(1000))
        _ = session.accepted(at: at(1000))
        #expect(Session(plan, brokers: [brokers[2], brokers[1]], pace: BrokerPace(), after: session).broker == brokers[1])
        #expect(Session(plan, brokers: [brokers[2]], pace: BrokerPace(), after: session).broker == brokers[2])
    }

    @Test("one that does not keep quality of service 2 is asked again with 1, at once") func noQoS2() throws {
        var session = Session(plan, brokers: brokers, pace: BrokerPace())
        var now: Int64 = 0
        #expect(session.maximumQoS == 2)
        #expect(try fail(&session, &now, .noQoS2).broker == brokers[0])
        #expect(session.maximumQoS == 1)
        #expect(try fail(&session, &now, .noQoS2).broker == brokers[0])
        #expect(now == 500)
        var limits = BrokerLimits(version: .v5, qos: 1)
        limits.learn(receiveMaximum: nil, maximumQoS: 2, maximumPacket: nil)
        #expect(limits.qos == 1)
    }

    @Test("one that hangs up before it has answered to subscriptions is asked for less, until it answers") func plainly() {
        var session = Session(SessionPlan(clientId: "c", state: "s", subscriptions: [.init("t")]), brokers: brokers, pace: BrokerPace())
        func connect(at now: Int64, isAnswered: Bool) -> [Session.Action] {
            _ = session.next(idle, ending: nil, at: at(now))
            let actions = session.accepted(at: at(now))
            if isAnswered { _ = session.handle(.answered(filter: "t", isGranted: true, isLast: true)) }
            _ = session.failed(error(brokers[0], .lost(errno: 0)), at: at(now + 20_000), jitter: 0)
            return actions.filter { if case .subscribe = $0 { true } else { false } }
        }
        #expect(connect(at: 0, isAnswered: false) == [.subscribe(filter: "t", qos: 1)])
        #expect(connect(at: 60_000, isAnswered: true) == [.subscribe(filter: "t", qos: 0)])
        #expect(connect(at: 120_000, isAnswered: true) == [.subscribe(filter: "t", qos: 1)])
    }

    @Test("a broker that puts the same refusal into other words each time fills no log") func words() {
        var record = OutageRecord()
        let reports = (0..<100).compactMap { number in
            record.failed(error(brokers[0], .refused(code: 0x87), words: "at \(number)"), at: at(0), jitter: 0).report
        }
        #expect(reports.count == 1)
        #expect("\(error(brokers[0], .refused(code: 0x87), words: "see\n\u{1B}admin"))".contains("not authorised (see ?admin); check"))
    }
}
