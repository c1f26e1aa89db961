import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("The program: many meters from one topic", .ownThreads) struct FleetProgramTests {
    /// A broker, and dongles that publish to it.
    private final class Dongles {
        let broker: MosquittoBroker
        private let folder: TemporaryFolder

        init(_ broker: MosquittoBroker) throws {
            self.broker = broker
            folder = try TemporaryFolder()
        }

        func publish(_ topic: String, _ payload: [UInt8], isRetained: Bool = false) throws {
            let file = try folder.write(payload, to: "payload")
            let code = try run(
                ["/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", topic, "-f", file] + (isRetained ? ["-r"] : []))
            guard code == 0 else { throw SupportFailure("mosquitto_pub ended with \(code)") }
        }

        /// The telegram of a second, of a meter with a number of two digits.
        func send(_ name: String, _ second: Int, meter: Int, register: String? = nil, isRetained: Bool = false) throws {
            let plain = String(decoding: SimulatedMeter.telegram(second), as: UTF8.self)
            let digits = "3\(meter / 10)3\(meter % 10)"
            var text = plain.replacing("4530303132333435363738", with: "453030313233343536\(digits)")
                .replacing("4730303938373635343332", with: "473030393837363534\(digits)")
            if let register {
                text = text.replacing("(004321.9\(second < 10 ? "0\(second)" : "\(second)")*kWh)", with: "(\(register)*kWh)")
            }
            try publish("dongles/\(name)/telegram", SimulatedMeter.withChecksum(text), isRetained: isRetained)
        }
    }

    private func configuration(
        _ broker: MosquittoBroker, version: String = "3.1.1", prefix: String = "p1", topic: String = "dongles/+/telegram",
        source: String = "", more: String = ""
    ) -> String {
        #"{"mqtt": {"host": "127.0.0.1", "port": \#(broker.port), "version": "\#(version)", "topicPrefix": "\#(prefix)"}, "#
            + #""log": {"level": "debug"}\#(more), "#
            + #""meters": [{"name": "{1}", "source": {"type": "mqtt", "topic": "\#(topic)"\#(source)}}]}"#
    }

    private func program(_ configuration: String) throws -> Program {
        // Without a controlling terminal, as a service has none.
        try Program(["run"], configuration: configuration, wrapper: ["/usr/bin/setsid"])
    }

    /// What the broker keeps below a prefix. What it had retained comes before what is said afterwards.
    private func kept(_ broker: MosquittoBroker, below prefix: String) async throws -> Set<String> {
        let late = try await Subscriber(port: broker.port)
        try run(["/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "end", "-m", "of what is retained"])
        try await late.waitFor("end", "of what is retained")
        return Set(late.arrivals.filter { $0.isRetained && $0.topic.hasPrefix(prefix) }.map(\.topic))
    }

    @Test("meters appear, and after a restart the guard knows what they had said", arguments: ["3.1.1", "5"], [SIGTERM, SIGKILL])
    func restart(version: String, end: CInt) async throws {
        let dongles = try Dongles(try await MosquittoBroker.started())
        let broker = dongles.broker
        let subscriber = try await Subscriber(port: broker.port)
        try dongles.send("old", 1, meter: 9, isRetained: true)
        let first = try program(configuration(broker, version: version))
        try await subscriber.waitFor("p1/bridge/state", "online")
        try dongles.publish("dongles/noise/telegram", Array("no telegram".utf8))
        for second in 1...2 { for meter in 1...3 { try dongles.send("m \(meter)", second, meter: meter) } }
        for meter in 1...3 { try await subscriber.waitForDocument(2, prefix: "p1/m_\(meter)") }
        try await subscriber.waitUntil("discovery") { arrivals in
            (1...3).allSatisfy { meter in
                arrivals.contains { $0.topic == "homeassistant/device/p1mqtt_4530303132333435363\(meter / 10)3\(meter % 10)/config" }
            }
        }
        #expect(!subscriber.arrivals.contains { $0.topic.hasPrefix("p1/noise/") || $0.topic.hasPrefix("p1/old/") })
        #expect(first.logLines(with: "no meter for dongles/noise/telegram").count == 1)
        first.signal(end)
        try await first.exit()
        try await subscriber.waitFor("p1/bridge/state", "offline")

        let before = subscriber.arrivals.count
        let second = try program(configuration(broker, version: version))
        try await subscriber.waitUntil("the second run") {
            $0.dropFirst(before).contains { $0.topic == "p1/bridge/state" && $0.payload == "online" }
        }
        try dongles.send("m 1", 3, meter: 1, register: "999999.999")
        try await subscriber.waitForDocument(3, prefix: "p1/m_1")
        let document = try #require(subscriber.newest["p1/m_1/json"])
        #expect(try JSONReader.read(Array(document.utf8))["held"]?.json == #"["electricity/received/tariff1"]"#)
        #expect(subscriber.newest["p1/m_1/electricity/received/tariff1"] == "4321.902")
        #expect(subscriber.newest["p1/m_1/availability"] == "online" && subscriber.newest["p1/m_2/availability"] == "offline")
        second.signal(SIGTERM)
        #expect(try await second.exit() == 0)
        try await subscriber.waitFor("p1/m_1/availability", "offline")
    }

    @Test("a silent meter is removed with all that is retained of it, one that is heard stays; who came back is there")
    func forget() async throws {
        let dongles = try Dongles(try await MosquittoBroker.started())
        let subscriber = try await Subscriber(port: dongles.broker.port)
        let program = try program(configuration(dongles.broker, source: #", "forgetAfter": 5, "maximumMeters": 2"#))
        try await subscriber.waitFor("p1/bridge/state", "online")
        for second in 1...2 { for name in ["a", "b"] { try dongles.send(name, second, meter: name == "a" ? 1 : 2) } }
        for name in ["a", "b"] { try await subscriber.waitForDocument(2, prefix: "p1/\(name)") }
        try dongles.send("c", 3, meter: 3)
        try await program.waitForLog("no meter for dongles/c/telegram: there are 2 meters")
        var second = 3
        try await eventually("the end of a; the log:\n\(program.log)") {
            try dongles.send("b", second, meter: 2)
            second = second % 50 + 3
            return subscriber.newest["p1/a/json"] == ""
        }
        try await subscriber.waitFor("p1/a/availability", "")
        let kept = try await kept(dongles.broker, below: "")
        #expect(!kept.contains { $0.hasPrefix("p1/a/") || $0.contains("p1mqtt_4530303132333435363031") }, "\(kept)")
        #expect(kept.contains("p1/b/json") && kept.contains("p1/b/availability"))
        try dongles.send("c", 3, meter: 3)
        try await subscriber.waitForDocument(3, prefix: "p1/c")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("SIGHUP: the meters of a topic that stays go on, those of one that is gone leave nothing") func reload() async throws {
        let dongles = try Dongles(try await MosquittoBroker.started())
        let subscriber = try await Subscriber(port: dongles.broker.port)
        let program = try program(configuration(dongles.broker))
        try await subscriber.waitFor("p1/bridge/state", "online")
        for second in 1...2 { for meter in 1...2 { try dongles.send("m\(meter)", second, meter: meter) } }
        for meter in 1...2 { try await subscriber.waitForDocument(2, prefix: "p1/m\(meter)") }

        func reload(_ configuration: String) throws {
            try program.folder.write(Array(configuration.utf8), to: "config.json")
            program.signal(SIGHUP)
        }
        let before = subscriber.arrivals.count
        try reload(configuration(dongles.broker, source: #", "maximumMeters": 2"#))
        try await eventually("another session; the log:\n\(program.log)") {
            program.logLines(with: "connected to the MQTT broker").count == 2
        }
        try dongles.send("m1", 3, meter: 1)
        try await subscriber.waitForDocument(3, prefix: "p1/m1")
        #expect(!subscriber.arrivals.dropFirst(before).contains { $0.topic.hasSuffix("/availability") && $0.payload != "online" })
        #expect(program.logLines(with: "dongles/m1/telegram: listening").count == 1)
        try dongles.send("m3", 3, meter: 3)
        try await program.waitForLog("no meter for dongles/m3/telegram: there are 2 meters")

        try reload(configuration(dongles.broker, topic: "others/+/telegram"))
        for meter in 1...2 { try await subscriber.waitFor("p1/m\(meter)/json", "") }
        try await eventually("a third session") { program.logLines(with: "connected to the MQTT broker").count == 3 }
        let kept = try await kept(dongles.broker, below: "")
        #expect(!kept.contains { $0.hasPrefix("p1/m") || $0.contains("p1mqtt_45") }, "\(kept)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("two workers share 20 meters, each says its own, and the will of one that dies speaks for it alone", arguments: ["3.1.1", "5"])
    func share(version: String) async throws {
        let dongles = try Dongles(try await MosquittoBroker.started())
        let subscriber = try await Subscriber(port: dongles.broker.port)
        // On one machine `p1mqtt health` finds a program by its prefix.
        let prefix = "share" + version.prefix(1)
        let workers = try (1...2).map { worker in
            try program(
                configuration(
                    dongles.broker, version: version, prefix: prefix, more: #", "share": {"worker": \#(worker), "of": 2}"#))
        }
        for worker in 1...2 { try await subscriber.waitFor("\(prefix)/bridge/\(worker)/state", "online") }
        for meter in 1...20 { try dongles.send("m\(meter)", 1, meter: meter) }
        for meter in 1...20 { try await subscriber.waitForDocument(1, prefix: "\(prefix)/m\(meter)") }
        #expect(subscriber.arrivals.count { $0.topic.hasSuffix("/json") } == 20, "each by one worker")
        let parts = (1...2).map { worker in Set((1...20).filter { WorkerShare.worker(for: "m\($0)", of: 2) == worker }) }
        for (worker, part) in zip(workers, parts) {
            let health = try await Program.run(["health"], configuration: worker.folder.content("config.json"))
            #expect(health.code == 0, "\(health)")
            for meter in part { #expect(health.output.contains("\nm\(meter): online"), "\(health.output)") }
            #expect(health.output.split(separator: "\n").count == part.count + 2)
        }
        workers[0].signal(SIGKILL)
        try await workers[0].exit()
        try await subscriber.waitFor("\(prefix)/bridge/1/state", "offline")
        let mine = try #require(parts[1].first)
        try dongles.send("m\(mine)", 2, meter: mine)
        try await subscriber.waitForDocument(2, prefix: "\(prefix)/m\(mine)")
        #expect(subscriber.newest["\(prefix)/bridge/2/state"] == "online" && !subscriber.newest.keys.contains("\(prefix)/bridge/state"))
        #expect(workers[1].logLines(with: "another p1mqtt").isEmpty && workers[1].logLines(with: "put right").isEmpty, "\(workers[1].log)")
        workers[1].signal(SIGTERM)
        #expect(try await workers[1].exit() == 0)
    }

    @Test("10,000 topic names: one line, no meter, and the program goes on") func manyNames() async throws {
        let dongles = try Dongles(try await MosquittoBroker.started())
        let subscriber = try await Subscriber(port: dongles.broker.port, filter: "p1/#")
        let program = try program(configuration(dongles.broker))
        try await subscriber.waitFor("p1/bridge/state", "online")
        let flood = try PlainPublisher(port: dongles.broker.port)
        for number in 0..<10_000 { try flood.publish("dongles/x\(number)/telegram", Array("hello".utf8)) }
        try flood.end()
        try dongles.send("real", 1, meter: 1)
        try await subscriber.waitForDocument(1, prefix: "p1/real")
        #expect(program.logLines(with: "no meter for").count == 1, "\(program.log)")
        let names = Set(subscriber.arrivals.map { $0.topic.split(separator: "/")[1] })
        #expect(names == ["bridge", "real"])
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }
}
