import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: SIGHUP", .ownThreads) struct ReloadProgramTests {
    /// A program without a controlling terminal, as a service has none.
    private func service(_ configuration: String) throws -> Program {
        try Program(["run"], configuration: configuration, wrapper: ["/usr/bin/setsid"])
    }

    private func configuration(_ broker: MosquittoBroker, _ meters: [String], mqtt: String = "", more: String = "") -> String {
        #"{"mqtt": {"host": "127.0.0.1", "port": \#(broker.port)\#(mqtt)}\#(more), "meters": [\#(meters.joined(separator: ", "))]}"#
    }

    /// One that was sent two telegrams.
    private func serviceWithTelegrams(of terminal: PseudoTerminal, at broker: MosquittoBroker) async throws -> Program {
        let program = try service(configuration(broker, [Program.serial(terminal.path)]))
        try await program.waitForLog("opened at")
        for second in 1...2 { try await terminal.send(SimulatedMeter.telegram(second), portion: 512) }
        return program
    }

    private func reload(_ program: Program, _ configuration: String) throws {
        try program.folder.write(Array(configuration.utf8), to: "config.json")
        program.signal(SIGHUP)
    }

    /// What the broker keeps, without the state of the bridge. What it had retained comes before what is said afterwards.
    private func kept(_ broker: MosquittoBroker, below prefix: String) async throws -> Set<String> {
        let late = try await Subscriber(port: broker.port)
        try run(["/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "end", "-m", "of what is retained"])
        try await late.waitFor("end", "of what is retained")
        return Set(late.arrivals.filter { $0.isRetained && $0.topic != "\(prefix)/bridge/state" }.map(\.topic))
    }

    @Test("a meter that stays goes on, one that is gone leaves nothing, a new one is there") func meters() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let staying = PseudoTerminal()
        let leaving = PseudoTerminal()
        let joining = PseudoTerminal()
        let program = try service(
            configuration(broker, [Program.serial(staying.path, name: "house"), Program.serial(leaving.path, name: "barn")]))
        try await program.waitForLog("meter=house")
        try await program.waitForLog("meter=barn")
        for second in 1...2 {
            for terminal in [staying, leaving] { try await terminal.send(SimulatedMeter.telegram(second), portion: 512) }
        }
        // By its time: of two documents that wait the older one is replaced.
        for name in ["house", "barn"] { try await subscriber.waitForDocument(2, prefix: "p1/\(name)") }
        let before = subscriber.arrivals.count
        try await staying.send(Array(SimulatedMeter.telegram(3).prefix(300)), portion: 512)
        try reload(
            program, configuration(broker, [Program.serial(joining.path, name: "roof"), Program.serial(staying.path, name: "house")]))
        try await subscriber.waitUntil("the end of the barn") { arrivals in
            arrivals.dropFirst(before).contains { $0.topic == "p1/barn/json" && $0.payload.isEmpty }
        }
        try await program.waitForLog("meter=roof")
        // In the middle of its telegram the meter has gone on.
        try await staying.send(Array(SimulatedMeter.telegram(3).dropFirst(300)), portion: 512)
        try await joining.send(SimulatedMeter.telegram(4), portion: 512)
        try await joining.send(SimulatedMeter.telegram(5), portion: 512)
        try await subscriber.waitUntil("both meters") { arrivals in
            arrivals.dropFirst(before).contains { $0.topic == "p1/house/json" && $0.payload.contains("16:15:03") }
                && arrivals.contains { $0.topic == "p1/roof/json" && $0.payload.contains("16:15:05") }
        }
        let after = subscriber.arrivals.dropFirst(before)
        #expect(!after.contains { $0.topic == "p1/house/availability" && $0.payload != "online" })
        #expect(!after.contains { $0.topic == "p1/bridge/state" && $0.payload != "online" })
        #expect(program.logLines(with: "meter=house").count == 1, "\(program.log)")
        let kept = try await kept(broker, below: "p1")
        #expect(kept.contains("p1/house/json") && kept.contains("p1/roof/availability") && !kept.contains { $0.hasPrefix("p1/barn/") })
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        try await subscriber.waitFor("p1/roof/availability", "offline")
        try await subscriber.waitFor("p1/bridge/state", "offline")
    }

    @Test("a list that still names the broker goes on there, whoever stands before it") func brokers() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try await serviceWithTelegrams(of: terminal, at: broker)
        try await subscriber.waitForDocument(2)
        let before = subscriber.arrivals.count
        try reload(
            program,
            #"{"mqtt": {"host": ["127.0.0.1:\#(try freePort())", "127.0.0.1:\#(broker.port)"]}, "meters": [\#(Program.serial(terminal.path))]}"#
        )
        try await program.waitForLog("was read again")
        try await eventually("the second connection; \(program.log)") { program.logLines(with: "connected to the MQTT broker").count == 2 }
        try await terminal.send(SimulatedMeter.telegram(3), portion: 512)
        try await subscriber.waitUntil("the third") { $0.contains { $0.topic == "p1/json" && $0.payload.contains("16:15:03") } }
        #expect(!subscriber.arrivals.dropFirst(before).contains { $0.payload == "offline" })
        #expect(program.logLines(with: "cannot be reached").isEmpty && program.logLines(with: "opened at").count == 1, "\(program.log)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("under a prefix that is gone nothing is left") func prefix() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let terminal = PseudoTerminal()
        let program = try await serviceWithTelegrams(of: terminal, at: broker)
        try await subscriber.waitUntil("discovery") { arrivals in
            arrivals.contains { $0.topic == "homeassistant/device/p1mqtt_4530303132333435363738/config" }
        }
        try reload(program, configuration(broker, [Program.serial(terminal.path)], mqtt: #", "topicPrefix": "house/p1""#))
        try await subscriber.waitFor("house/p1/bridge/state", "online")
        try await eventually("the port again") { program.logLines(with: "opened at").count == 2 }
        for second in 3...4 { try await terminal.send(SimulatedMeter.telegram(second), portion: 512) }
        try await subscriber.waitFor("house/p1/availability", "online")
        try await subscriber.waitUntil("discovery") {
            $0.last { $0.topic.hasPrefix("homeassistant/device/p1mqtt_45") }?.payload.isEmpty == false
        }
        let kept = try await kept(broker, below: "house/p1")
        #expect(!kept.contains { $0.hasPrefix("p1/") }, "\(kept.filter { $0.hasPrefix("p1/") })")
        #expect(!kept.contains("homeassistant/device/p1mqtt_bridge_p1/config"))
        #expect(kept.contains("homeassistant/device/p1mqtt_bridge_house_p1/config"))
        let health = try await Program.run(["health"], configuration: program.folder.content("config.json"))
        #expect(health.code == 0 && health.output.contains("\nConnected to the broker; "), "\(health)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("a worker of several has other topics for itself, and those of before are gone") func share() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let meters = [#"{"name": "{1}", "source": {"type": "mqtt", "topic": "dongles/+/telegram"}}"#]
        let program = try service(configuration(broker, meters))
        try await subscriber.waitFor("p1/bridge/state", "online")
        try await subscriber.waitUntil("its information") { $0.contains { $0.topic == "p1/bridge/topics" } }
        try reload(program, configuration(broker, meters, more: #", "share": {"worker": 2, "of": 3}"#))
        try await subscriber.waitFor("p1/bridge/2/state", "online")
        try await subscriber.waitFor("p1/bridge/state", "")
        let kept = try await kept(broker, below: "p1")
        #expect(kept.isDisjoint(with: ["p1/bridge/info", "p1/bridge/topics", "p1/bridge/health"]), "\(kept.sorted())")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("another broker gets all, the old one the farewell, also where the old list has the new one", arguments: [false, true])
    func otherBroker(isList: Bool) async throws {
        let old = try await MosquittoBroker.started()
        let new = try await MosquittoBroker.started()
        let left = try await Subscriber(port: old.port)
        let joined = try await Subscriber(port: new.port)
        let hosts = (isList ? [old, new] : [old]).map { #""127.0.0.1:\#($0.port)""# }.joined(separator: ", ")
        let program = try service(#"{"mqtt": {"host": [\#(hosts)]}, "meters": [\#(Program.emulator())]}"#)
        try await left.waitFor("p1/availability", "online")
        try reload(
            program, configuration(new, [Program.emulator()], more: isList ? "" : #", "publish": {"onlyChanges": true}"#))
        try await joined.waitFor("p1/availability", "online")
        try await joined.waitFor("p1/bridge/state", "online")
        try await joined.waitUntil("discovery") { Set($0.map(\.topic).filter { $0.hasPrefix("homeassistant/") }).count == 3 }
        try await left.waitFor("p1/availability", "offline")
        try await left.waitFor("p1/bridge/state", "offline")
        #expect(Set(left.newest.filter { $0.key.hasPrefix("homeassistant/") }.values) == [""])
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("of a configuration that is not right all problems are said, and the old one stays") func wrong() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try service(configuration(broker, [Program.emulator()]))
        try await subscriber.waitFor("p1/availability", "online")
        try reload(program, #"{"colour": 1, "mqtt": {"prot": 2}}"#)
        try await program.waitForLog("the old configuration stays until this is mended and SIGHUP comes again")
        #expect(program.logLines(with: "ERROR the configuration is not right: ").count == 2, "\(program.log)")
        try reload(program, "{}")
        try await program.waitForLog("the configuration has no meter any more; the old one stays")
        let before = subscriber.arrivals.count
        try await subscriber.waitUntil("a telegram after it") { $0.dropFirst(before).contains { $0.topic == "p1/json" } }
        #expect(!subscriber.arrivals.contains { $0.topic == "p1/availability" && $0.payload == "offline" })
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("while the broker is away too, and again and again") func withoutBroker() async throws {
        let program = try service(#"{"mqtt": {"host": "127.0.0.1", "port": \#(try freePort())}, "meters": [\#(Program.emulator())]}"#)
        try await program.waitForLog("cannot be reached")
        let broker = try await MosquittoBroker.started()
        for name in ["one", "two", "three"] {
            try reload(program, configuration(broker, [#"{"name": "\#(name)", "source": {"type": "emulator", "interval": 0.2}}"#]))
            try await eventually("\(name) is read") { program.logLines(with: "meter=\(name)").count == 1 }
        }
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitFor("p1/three/availability", "online")
        // What is to be deleted is sent in its own turn.
        try await eventually("nothing is left of one and two") {
            try await kept(broker, below: "p1").filter { $0.hasPrefix("p1/one/") || $0.hasPrefix("p1/two/") }.isEmpty
        }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test(
        "a prefix that changes while the broker is frozen or away leaves nothing either, and an emulated meter no device",
        arguments: [false, true])
    func prefixLater(_ isFrozen: Bool) async throws {
        let broker = try MosquittoBroker()
        try await broker.start(persistence: true)
        let meter = { (seed: Int) in #"{"source": {"type": "emulator", "interval": 0.2, "seed": \#(seed)}}"# }
        let program = try service(configuration(broker, [meter(1)]))
        let subscriber = try await Subscriber(port: broker.port)
        try await subscriber.waitUntil("discovery") { Set($0.map(\.topic).filter { $0.hasPrefix("homeassistant/") }).count == 3 }
        if isFrozen { broker.freeze() } else { broker.stop() }
        try reload(program, configuration(broker, [meter(2)], mqtt: #", "topicPrefix": "later""#))
        try await eventually("the next meter") { program.logLines(with: "a telegram every").count == 2 }
        if isFrozen { broker.thaw() } else { try await broker.start(persistence: true) }
        try await eventually("only the new prefix is left", within: .seconds(60)) {
            guard let kept = try? await kept(broker, below: "later") else { return false }
            return kept.contains("later/availability") && !kept.contains { $0.hasPrefix("p1/") }
                && kept.filter { $0.hasPrefix("homeassistant/") }.count == 3
        }
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("in a terminal it is a clean stop") func terminal() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        // `script` gives the program a terminal of its own.
        let program = try Program.bridge(
            port: broker.port, meters: [Program.emulator()],
            wrapper: ["/bin/sh", "-c", "exec script -qec \"exec $0 $*\" /dev/null"])
        try await subscriber.waitFor("p1/availability", "online")
        let own = try #require(children(of: program.process).first)
        kill(own, SIGHUP)
        try await subscriber.waitFor("p1/bridge/state", "offline")
        #expect(subscriber.newest["p1/availability"] == "offline")
        #expect(try await program.exit() == 0)
    }

    private func children(of process: pid_t) -> [pid_t] {
        let folder = "/proc/\(process)/task/\(process)/children"
        guard let text = try? String(contentsOfFile: folder, encoding: .utf8) else { return [] }
        return text.split(separator: " ").compactMap { pid_t($0) }
    }
}
