import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: discovery clean", .ownThreads) struct DiscoveryProgramTests {
    private static let meter = "homeassistant/device/p1mqtt_4530303132333435363738/config"
    private static let gas = "homeassistant/device/p1mqtt_4730303938373635343332/config"

    private static func bridge(_ prefix: String) -> String { "homeassistant/device/p1mqtt_bridge_\(prefix)/config" }

    private static func configuration(_ broker: MosquittoBroker, prefix: String = "p1", meter: String) -> String {
        #"{"mqtt": {"host": "127.0.0.1", "port": \#(broker.port), "topicPrefix": "\#(prefix)"}, "meters": [\#(meter)]}"#
    }

    /// Leaves a meter at the broker that a bridge has announced.
    private func announce(_ name: String?, prefix: String = "p1", on broker: MosquittoBroker) async throws {
        let result = try await Program.run(
            ["run"], configuration: Self.configuration(broker, prefix: prefix, meter: Program.file("capture", name: name)),
            files: ["capture": SimulatedMeter.capture(3)])
        #expect(result.code == 0, "\(result.log)")
    }

    private func retained(_ broker: MosquittoBroker) async throws -> Set<String> {
        // What follows the retained messages of a filter tells that all of them have come.
        let subscriber = try await Subscriber(port: broker.port)
        let marker = try await Program.run(
            ["run"], configuration: Self.configuration(broker, prefix: "marker", meter: Program.file("empty")), files: ["empty": []])
        #expect(marker.code == 0)
        try await subscriber.waitFor("marker/bridge/state", "offline")
        return Set(subscriber.arrivals.filter { $0.isRetained && $0.topic.hasPrefix("homeassistant/") }.map(\.topic))
    }

    @Test("a meter that is no longer configured: listed, then removed; nothing else is touched") func cleans() async throws {
        let broker = try await MosquittoBroker.started()
        try await announce("roof", on: broker)
        try await announce(nil, prefix: "p2", on: broker)
        // The same meter, so the second bridge has taken its devices over.
        try await announce("roof", on: broker)
        let all: Set = [Self.meter, Self.gas, Self.bridge("p1"), Self.bridge("p2")]
        #expect(try await retained(broker).subtracting([Self.bridge("marker")]) == all)

        let configuration = Self.configuration(broker, meter: Program.tcp(1, name: "cellar"))
        let list = try await Program.run(["discovery", "clean", "--dry-run"], configuration: configuration)
        #expect(list.code == 0)
        let reason = "no meter is configured for p1/roof"
        #expect(list.output == "\(Self.meter) \(reason)\n\(Self.gas) \(reason)\n")
        #expect(list.log == "2 of 3 retained devices of this bridge would be removed.\n")

        let clean = try await Program.run(["discovery", "clean"], configuration: configuration)
        #expect(clean.code == 0 && clean.output == list.output, "\(clean.log)")
        #expect(clean.log == "2 of 3 retained devices of this bridge removed.\n")
        #expect(try await retained(broker).subtracting([Self.bridge("marker")]) == [Self.bridge("p1"), Self.bridge("p2")])

        let again = try await Program.run(["discovery", "clean"], configuration: configuration)
        #expect(again.code == 0 && again.output.isEmpty)
        #expect(again.log == "0 of 1 retained device of this bridge removed.\n")
    }

    @Test("a running bridge is not disturbed, and what it announces stays") func runningBridge() async throws {
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let program = try Program(["run"], configuration: Self.configuration(broker, meter: Program.emulator()))
        try await subscriber.waitUntil("discovery of three devices") { arrivals in
            Set(arrivals.map(\.topic).filter { $0.hasPrefix("homeassistant/") }).count == 3
        }
        try await subscriber.waitUntil("the meter in the info") {
            $0.contains { $0.topic == "p1/bridge/info" && $0.payload.contains("454D") }
        }
        let result = try await Program.run(
            ["discovery", "clean"], configuration: Self.configuration(broker, meter: Program.tcp(1, name: "other")))
        #expect(result.code == 0 && result.output.isEmpty, "\(result.output)\(result.log)")
        #expect(result.log == "0 of 3 retained devices of this bridge removed.\n")
        #expect(subscriber.payloads(of: "p1/bridge/state") == ["online"])
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
        #expect(program.logLines(with: "WARNING").isEmpty, "\(program.log)")
    }

    @Test("without a broker it ends with 1, without a meter and with wrong usage with 2") func failures() async throws {
        let port = try freePort()
        let meter = Program.tcp(1)
        let away = try await Program.run(
            ["discovery", "clean"], configuration: #"{"mqtt": {"host": "127.0.0.1", "port": \#(port)}, "meters": [\#(meter)]}"#)
        #expect(away.code == 1 && away.output.isEmpty)
        #expect(away.log.contains("MQTT broker 127.0.0.1:\(port): cannot be reached"), "\(away.log)")
        let without = try await Program.run(["discovery", "clean"], configuration: "{}")
        #expect(without.code == 2 && without.log.contains("No meter is configured"), "\(without.log)")
        for arguments in [["discovery", "clean", "--all"], ["discovery", "wash"]] {
            #expect(try await Program.run(arguments, configuration: #"{"meters": [\#(meter)]}"#).code == 2)
        }
    }
}
