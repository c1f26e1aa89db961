import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Outages of the broker", .ownThreads) struct BrokerOutageTests {
    @Test("a refused password is named, and all is well once the broker knows it")
    func refusedPassword() async throws {
        let broker = try MosquittoBroker()
        try broker.setPasswords(["meter": "old"])
        try await broker.start(config: broker.passwordConfig)
        let running = RunningService(port: broker.port) {
            $0.username = "meter"
            $0.password = Secret("hunter2")
        }
        running.outbox.post([.value("p1/a", "1")])
        try await running.waitForFailure("not authorised; check mqtt.username and mqtt.password")
        #expect(!"\(running.events)".contains("hunter2"))
        #expect(running.log.withLock { !"\($0)".contains("hunter2") })
        broker.kill()
        try broker.setPasswords(["meter": "hunter2"])
        try await broker.start(config: broker.passwordConfig)
        let subscriber = try await Subscriber(port: broker.port, login: ("meter", "hunter2"))
        try await subscriber.waitFor("p1/a", "1")
        #expect(running.log.withLock { $0.last == "notice: connected to the MQTT broker again" })
        try await running.shutDown()
    }

    @Test("a refused password is named with MQTT 5 too")
    func refusedPassword5() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(config: "allow_anonymous false")
        let running = RunningService(port: broker.port) { $0.version = .v5 }
        try await running.waitForFailure("check mqtt.username and mqtt.password")
        try await running.shutDown()
    }

    @Test("nobody at the port, and a shutdown then is immediate")
    func unreachable() async throws {
        let running = RunningService(port: try freePort())
        try await running.waitForFailure("Connection refused")
        try await eventually("several attempts") { running.inbox.counters.failures > 4 }
        #expect(running.log.withLock(\.count) == 1, "reported once")
        let start = ContinuousClock.now
        try await running.shutDown()
        #expect(ContinuousClock.now - start < .seconds(4))
    }

    @Test("an unknown name")
    func unknownName() async throws {
        let running = RunningService(port: 1883) { $0.host = "no-such-host.invalid" }
        try await running.waitForFailure("host name is not known")
        try await running.shutDown()
    }

    @Test("a port where something else than a broker listens, and a shutdown while it waits")
    func silent() async throws {
        let listener = try Listener()
        let running = RunningService(port: listener.port)
        try await eventually("a connection to the silent port") { listener.hasClient }
        let start = ContinuousClock.now
        try await running.shutDown()
        #expect(ContinuousClock.now - start < .seconds(4))
        #expect(running.events.isEmpty)
    }

    @Test("a host that does not answer at all, and one that says nothing, hold an attempt no longer than its limit")
    func limits() async throws {
        var settings = MQTTSettings()
        settings.host = "127.0.0.1"
        let (gone, silent) = (try Listener(backlog: 0), try Listener())
        gone.fill()
        for (listener, cause) in [(gone, MosquittoError.Cause.noAnswer), (silent, .silent)] {
            settings.port = listener.port
            let outcome = await BrokerProbe.run(settings: settings, broker: settings.brokers[0], clientId: "probe", limit: 300)
            #expect(
                outcome == .failed(MosquittoError(broker: "127.0.0.1:\(listener.port)", cause: cause)))
        }
    }

    @Test("a name with addresses of both families finds a broker that has only one")
    func bothFamilies() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port) { $0.host = "localhost" }
        try await running.waitUntilConnected()
        try await running.shutDown()
    }

    @Test("after kill -9 without its data, a broker gets all state back: newest values, in order, the document last")
    func killed() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port, subscriptions: [.init("p1/set")])
        let document = Message(topic: "p1/json", text: "{1}", qos: 0, retain: true, kind: .document)
        running.outbox.post([
            document, .value("p1/a", "1"), .value("p1/b", "1"),
            Message(topic: "ha/config", text: "{}", qos: 1, retain: true, kind: .discovery),
        ])
        let before = try await Subscriber(port: broker.port)
        try await before.waitFor("ha/config", "{}")
        broker.kill()
        try await running.waitForFailure(":\(broker.port)")
        for round in 2...5 { running.outbox.post([.value("p1/b", "\(round)")]) }
        running.outbox.post([.event(to: 1)])

        try await broker.start()
        let after = try await Subscriber(port: broker.port)
        try await after.waitUntil("the state") { Set($0.map(\.topic)).count >= 5 }
        #expect(
            after.newest.filter { $0.key != "p1/event/tariff" } == [
                "p1/bridge/state": "online", "ha/config": "{}", "p1/a": "1", "p1/b": "5", "p1/json": "{1}",
            ])
        // The broker's log shows the order on the wire whenever the subscriber came.
        try await eventually("the event; log: \(broker.log)") { broker.log.contains("'p1/event/tariff'") }
        // Behind its own line only: the subscriber may connect at any time.
        let last = broker.log.components(separatedBy: " as p1mqtt-test ").last ?? ""
        let order = last.components(separatedBy: "\n").filter { $0.contains("Received PUBLISH from p1mqtt") }
            .compactMap { $0.components(separatedBy: "'").dropFirst().first }
        #expect(
            Array(order.suffix(6)) == [
                "p1/bridge/state", "ha/config", "p1/a", "p1/b", "p1/json", "p1/event/tariff",
            ])
        let subscribed = broker.log.components(separatedBy: "Received SUBSCRIBE from p1mqtt-test").count - 1
        #expect(subscribed == 2)
        try await running.shutDown()
    }

    @Test("after kill -9 a broker that comes back with older data gets the newest values over it")
    func killedWithData() async throws {
        let broker = try MosquittoBroker()
        let config = "allow_anonymous true\nautosave_interval 1"
        try await broker.start(config: config, persistence: true)
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/a", "1"), .value("p1/b", "1")])
        try await running.waitUntilConnected()
        try await eventually("the broker's data on its disk", within: .seconds(30)) {
            let data = FileManager.default.contents(atPath: broker.folder.path("mosquitto.db"))
            return data?.firstRange(of: Data("p1/b".utf8)) != nil
        }
        broker.kill()
        try await running.waitForFailure(":\(broker.port)")
        running.outbox.post([.value("p1/a", "2")])
        try await broker.start(config: config, persistence: true)
        try await eventually("everything at the broker") { running.isConnected && running.outbox.counters.pending == 0 }
        let after = try await Subscriber(port: broker.port)
        try await after.waitFor("p1/a", "2")
        try await after.waitFor("p1/b", "1")
        try await after.waitFor("p1/bridge/state", "online")
        try await running.shutDown()
    }

    @Test("a frozen broker costs no memory, and gets the newest values when it goes on")
    func frozen() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port)
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        try await running.waitUntilConnected()
        broker.freeze()
        let filling = String(repeating: "x", count: 4000)
        var round = 0
        func post(_ rounds: Int) {
            for _ in 0..<rounds {
                round += 1
                running.outbox.post((0..<40).map { .value("p1/v\($0)", "\(round)" + filling) })
            }
        }
        // Until the buffers of both sockets are full: nothing was taken for half a second.
        var (taken, calm) = (-1, 0)
        try await eventually("full buffers; \(running.outbox.counters)", within: .seconds(30)) {
            post(1)
            calm = running.outbox.counters.published == taken ? calm + 1 : 0
            taken = running.outbox.counters.published
            return calm >= 50
        }
        post(2000)
        #expect(running.outbox.counters.published < taken + 300)
        #expect(running.outbox.counters.pending <= 40)
        #expect(running.outbox.counters.superseded > 70_000)
        broker.thaw()
        for topic in 0..<40 { try await subscriber.waitFor("p1/v\(topic)", "\(round)" + filling) }
        try await running.shutDown()
        #expect(running.inbox.counters.connections == 1)
    }

    @Test("to a frozen broker no more is handed over than its connection takes, however much waits", arguments: [0, 1] as [CInt])
    func handedOver(qos: CInt) async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port)
        try await running.waitUntilConnected()
        broker.freeze()
        // 50 MB, of which the buffers of two sockets hold some.
        let filling = String(repeating: "x", count: 2500)
        let messages = (0..<20_000).map { Message.value("p1/v\($0)", filling, qos: qos) }
        let before = running.outbox.counters.published
        running.outbox.post(messages)
        var (taken, calm) = (-1, 0)
        try await eventually("full buffers; \(running.outbox.counters)", within: .seconds(30)) {
            calm = running.outbox.counters.published == taken ? calm + 1 : 0
            taken = running.outbox.counters.published
            return taken > before && calm >= 50
        }
        #expect(taken - before < (qos == 0 ? 8000 : 21), "\((taken - before) * 2500) bytes")
        #expect(running.outbox.counters.pending == messages.count + before - taken)
        broker.thaw()
        try await eventually("the rest; \(running.outbox.counters)") { running.outbox.counters.pending == 0 }
        #expect(running.inbox.counters == BrokerCounters(connections: 1))
        try await running.shutDown()
    }

    @Test("a frozen broker that confirms nothing is not sent more than a bound")
    func unconfirmed() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port)
        try await running.waitUntilConnected()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        broker.freeze()
        let before = running.outbox.counters.published
        running.outbox.post((0..<3000).map { .value("p1/v\($0)", "1", qos: 1) })
        try await eventually("a full window") { running.outbox.counters.published >= before + 19 }
        running.outbox.post([.value("p1/last", "1", qos: 1)])
        // The birth message may be one of them.
        #expect(running.outbox.counters.published <= before + 20)
        #expect((2981...2982).contains(running.outbox.counters.pending))
        broker.thaw()
        try await subscriber.waitFor("p1/last", "1")
        #expect(Set(subscriber.arrivals.map(\.topic)).count == 3002)
        try await running.shutDown()
    }

    @Test("history and deletions that a dying broker never confirmed reach it when it is back, in order")
    func unconfirmedHistory() async throws {
        let broker = try MosquittoBroker()
        try await broker.start(persistence: true)
        let running = RunningService(port: broker.port)
        try await running.waitUntilConnected()
        running.outbox.post([.value("p1/old", "1", qos: 1)])
        let before = try await Subscriber(port: broker.port)
        try await before.waitFor("p1/old", "1")
        broker.freeze()
        running.outbox.forget(["p1/old"])
        running.outbox.post((0..<10).map(Message.history))
        try await eventually("the hand-over") { running.outbox.counters.pending == 0 }
        broker.kill()
        try await running.waitForFailure(":\(broker.port)")
        #expect(running.outbox.counters.pending >= 10)
        try await broker.start(persistence: true)
        try await eventually("the history; \(broker.log)") {
            broker.log.components(separatedBy: "Received PUBLISH from p1mqtt-test").filter { $0.contains("p1/history") }
                .count == 10
        }
        let after = try await Subscriber(port: broker.port)
        try await after.waitFor("p1/bridge/state", "online")
        #expect(after.payloads(of: "p1/old").isEmpty)
        try await running.shutDown()
    }

    @Test("a frozen broker is given up after the keep-alive, and found again")
    func keepAlive() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port) { $0.keepAlive = 5 }
        try await running.waitUntilConnected()
        broker.freeze()
        try await running.waitForFailure("did not answer within mqtt.keepAlive", within: .seconds(30))
        broker.thaw()
        try await running.waitUntilConnected()
        try await running.shutDown()
    }

    @Test("a shutdown while the broker is frozen ends in time, and the will speaks")
    func shutdownWhileFrozen() async throws {
        let broker = try await MosquittoBroker.started()
        let running = RunningService(port: broker.port)
        try await running.waitUntilConnected()
        broker.freeze()
        running.outbox.post([.value("p1/a", "1", qos: 1)])
        let start = ContinuousClock.now
        try await running.shutDown()
        #expect(ContinuousClock.now - start < .seconds(5))
        broker.thaw()
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitFor("p1/bridge/state", "offline")
    }
}
