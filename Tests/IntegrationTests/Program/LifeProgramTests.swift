import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: its end, and that of the broker", .ownThreads) struct LifeProgramTests {
    @Test("SIGTERM and SIGINT: offline is on the broker, exit 0, in time", arguments: [SIGTERM, SIGINT])
    func signals(_ number: CInt) async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/#")
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await subscriber.waitUntil("a few telegrams") { $0.count { $0.topic == "p1/json" } > 2 }
        #expect(subscriber.newest["p1/bridge/state"] == "online")
        #expect(subscriber.newest["p1/availability"] == "online")
        let start = ContinuousClock.now
        program.signal(number)
        #expect(try await program.exit(within: .seconds(20)) == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(subscriber.newest["p1/availability"] == "offline")
        #expect(subscriber.newest["p1/mbus/1/availability"] == "offline")
        // The state of the program is the last word.
        #expect(subscriber.arrivals.last?.topic == "p1/bridge/state")
        #expect(program.logLines(with: "ERROR").isEmpty, "\(program.log)")
    }

    @Test("SIGTERM while the broker is away ends it as well") func withoutBroker() async throws {
        let program = try Program.bridge(port: try freePort(), meters: [Program.emulator()])
        try await program.waitForLog("cannot be reached")
        let start = ContinuousClock.now
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(20)) == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("an emulated meter leaves neither values nor devices behind at a clean end") func leftovers() async throws {
        let broker = try await MosquittoBroker.started()
        let program = try Program(
            ["run"], configuration: #"{"mqtt": {"host": "127.0.0.1", "port": \#(broker.port)}, "meters": [\#(Program.emulator())]}"#)
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitUntil("discovery of three devices") { arrivals in
            Set(arrivals.map(\.topic).filter { $0.hasPrefix("homeassistant/") }).count == 3
        }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        let late = try await Subscriber(port: broker.port)
        try await late.waitUntil("what the broker keeps") { $0.contains { $0.topic == "p1/mbus/1/availability" } }
        let kept = Set(late.arrivals.map(\.topic).filter { !$0.hasPrefix("p1/bridge/") })
        #expect(kept == ["p1/availability", "p1/mbus/1/availability"])
    }

    @Test("SIGTERM while the broker hangs: in time all the same") func frozenBroker() async throws {
        let broker = try await MosquittoBroker.started()
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await Subscriber(port: broker.port).waitUntil("a telegram") { $0.contains { $0.topic == "p1/json" } }
        broker.freeze()
        let start = ContinuousClock.now
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(20)) == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("kill -9: the will says offline; the next start says online again") func killed() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port, filter: "p1/bridge/state")
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await subscriber.waitFor("p1/bridge/state", "online")
        program.signal(SIGKILL)
        #expect(try await program.exit() == -SIGKILL)
        try await subscriber.waitFor("p1/bridge/state", "offline")
        let second = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await subscriber.waitUntil("online again") { $0.map(\.payload) == ["online", "offline", "online"] }
        #expect(second.isRunning)
    }

    @Test("a broker that lost everything has it all again, with the newest values (rtlamr2mqtt 179, Tasmota 12140)")
    func brokerKilled() async throws {
        let broker = try await MosquittoBroker.started()
        let terminal = PseudoTerminal()
        let program = try Program.bridge(port: broker.port, meters: [Program.serial(terminal.path)])
        do {
            let subscriber = try await Subscriber(port: broker.port)
            try await program.waitForLog("opened at")
            try await terminal.send(SimulatedMeter.telegram(1), portion: 512)
            try await subscriber.waitForDocument(1)
            // What is known of the meter is looked at once a second.
            try await subscriber.waitUntil("the meter in the info") { arrivals in
                arrivals.contains { $0.topic == "p1/bridge/info" && $0.payload.contains("4530303132333435363738") }
            }
        }
        broker.kill()
        try await program.waitForLog("WARNING MQTT broker")
        try await terminal.send(SimulatedMeter.telegram(2), portion: 512)
        try await broker.start()
        // Whoever subscribes later gets it all from what the broker keeps.
        try await Subscriber(port: broker.port).waitForDocument(2)
        let late = try await Subscriber(port: broker.port)
        try await late.waitForDocument(2)
        try await late.waitUntil("the state of the bridge") { $0.contains { $0.topic == "p1/bridge/topics" } }
        let kept = late.arrivals.filter(\.isRetained)
        let values = Dictionary(kept.map { ($0.topic, $0.payload) }, uniquingKeysWith: { $1 })
        for (topic, value) in SimulatedMeter.values(2) { #expect(values["p1/\(topic)"] == value, "\(topic)") }
        for topic in ["availability", "mbus/1/availability", "bridge/state"] { #expect(values["p1/\(topic)"] == "online", "\(topic)") }
        #expect(values["p1/bridge/info"]?.contains("4530303132333435363738") == true)
        let expected =
            SimulatedMeter.values(2).keys + [
                "availability", "mbus/1/availability", "bridge/state", "bridge/info", "bridge/topics", "bridge/health", "json",
            ]
        #expect(Set(values.keys) == Set(expected.map { "p1/\($0)" }))
        try await program.waitForLog("connected to the MQTT broker again")
        #expect(program.logLines(with: "WARNING MQTT broker").count <= 2, "\(program.log)")
    }

    @Test("a name that cannot be looked up yet: reported once, and connected when it can be") func nameAppears() async throws {
        let wrapper = Confinement.names(in: "names")
        guard try Confinement.isAllowed(wrapper) else { return }
        let broker = try await MosquittoBroker.started()
        let program = try Program(
            ["run"],
            configuration: """
                {"mqtt": {"host": "broker.home", "port": \(broker.port)}, "homeAssistant": {"enabled": false}, "meters": [\(Program.emulator())]}
                """, wrapper: wrapper)
        try await program.waitForLog("WARNING MQTT broker broker.home:\(broker.port): the host name is not known")
        // Into the same file: it is mounted.
        let names = try FileHandle(forWritingTo: URL(filePath: program.folder.path("names")))
        names.write(Data("127.0.0.1 broker.home\n".utf8))
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitUntil("values", within: .seconds(40)) { $0.contains { $0.topic == "p1/json" } }
        #expect(program.logLines(with: "WARNING").count == 1, "\(program.log)")
    }
}
