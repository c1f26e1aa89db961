import Testing

@testable import P1MQTT

@Suite("Broker service against mosquitto") struct BrokerServiceTests {
    @Test("publishes what is posted, and says offline at a graceful shutdown")
    func publishes() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let running = RunningService(port: broker.port)
        running.outbox.post([.value("p1/a", "1"), .value("p1/b", "2", qos: 1), .value("p1/c", "3", qos: 2)])
        try await subscriber.waitFor("p1/c", "3")
        #expect(subscriber.newest == ["p1/bridge/state": "online", "p1/a": "1", "p1/b": "2", "p1/c": "3"])
        try await running.shutDown()
        try await subscriber.waitFor("p1/bridge/state", "offline")
        let late = try await Subscriber(port: broker.port)
        try await late.waitFor("p1/bridge/state", "offline")
        #expect(!late.arrivals.contains { !$0.isRetained })
    }
}
