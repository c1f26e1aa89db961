import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: meters over HTTP", .ownThreads) struct HTTPProgramTests {
    @Test(
        "a HomeWizard of the second version from the device to the broker; the token is said nowhere",
        .enabled(if: MosquittoBroker.path != nil, "mosquitto is not installed")) func bridge() async throws
    {
        let certificates = try Certificates()
        try certificates.issueDevice("device", alternative: Certificates.serial)
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1), certificate: (certificates, "device"))
        let broker = try await MosquittoBroker.started()
        let subscriber = try await Subscriber(port: broker.port)
        let more =
            #", "tokenFile": "\#(device.folder.path("token"))", "caFile": "\#(certificates.path("ca.crt"))", "#
            + #""serverName": "\#(Certificates.deviceName)", "interval": 0.5"#
        let program = try Program.bridge(
            port: broker.port, meters: [device.meter("/api/telegram", scheme: "https", more: more)], more: #", "log": {"level": "trace"}"#)
        try await subscriber.waitForDocument(1)
        try device.put(SimulatedMeter.telegram(2))
        try await subscriber.waitForDocument(2)
        #expect(try libraries(of: program).contains { $0.hasPrefix("libcurl.so") })
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(5)) == 0)
        let documents = subscriber.arrivals.filter { $0.topic == "p1/json" && !$0.payload.isEmpty }
        #expect(documents.count == 2, "a telegram that was fetched again is none")
        let info = subscriber.arrivals.filter { $0.topic == "p1/bridge/info" }.map(\.payload)
        #expect(info.contains { $0.contains("asked every 0.5 s, certificate verified") }, "\(info)")
        for text in subscriber.arrivals.map(\.payload) + [program.log] { #expect(!text.contains(HTTPDevice.token)) }
    }

    @Test(
        "a stop comes through while a device does not answer", .enabled(if: MosquittoBroker.path != nil, "mosquitto is not installed"))
    func stop() async throws {
        let device = try await HTTPDevice()
        let broker = try await MosquittoBroker.started()
        let program = try Program.bridge(port: broker.port, meters: [device.meter("/never")])
        try await program.waitForLog("connected to the MQTT broker")
        try await eventually("a request") { !device.requests.isEmpty }
        program.signal(SIGTERM)
        #expect(try await program.exit(within: .seconds(5)) == 0)
    }

    @Test(
        "a program without such a meter does not load libcurl", .enabled(if: MosquittoBroker.path != nil, "mosquitto is not installed"))
    func withoutLibrary() async throws {
        let broker = try await MosquittoBroker.started()
        let program = try Program.bridge(port: broker.port, meters: [Program.emulator()])
        try await program.waitForLog("connected to the MQTT broker")
        let libraries = try libraries(of: program)
        #expect(libraries.contains { $0.hasPrefix("libmosquitto") } && !libraries.contains { $0.contains("curl") }, "\(libraries)")
        program.signal(SIGTERM)
        #expect(try await program.exit() == 0)
    }

    @Test("a library that cannot be used is said by run and check, with the remedy", arguments: ["run", "check"])
    func brokenLibrary(_ command: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("this is no library", to: "libcurl.so.4")
        let result = try await Program.run(
            [command], configuration: #"{"meters": [{"source": {"type": "http", "url": "http://127.0.0.1/"}}]}"#,
            environment: ["LD_LIBRARY_PATH": folder.path])
        #expect(result.code == 2)
        #expect(result.log.contains(#"meters[0].source.type is "http": libcurl is needed and cannot be used: "#), "\(result.log)")
        #expect(result.log.contains("Install it: `apt install libcurl4`."), "\(result.log)")
    }

    @Test(
        "a libcurl without WebSocket is said by run and check", .enabled(if: !HTTPDevice.hasWebSocket, "this one has it"),
        arguments: ["run", "check"])
    func withoutWebSocket(_ command: String) async throws {
        let result = try await Program.run(
            [command], configuration: #"{"meters": [{"source": {"type": "websocket", "url": "ws://127.0.0.1/ws"}}]}"#)
        #expect(result.code == 2)
        #expect(
            result.log.contains("the one installed here, has no WebSocket. Use one of version 8.11 or later, as Debian 13 has."),
            "\(result.log)")
    }

    @Test("check --connect knows a device that answers and one that does not") func check() async throws {
        let device = try await HTTPDevice(telegram: SimulatedMeter.telegram(1))
        let good = try await Program.run(
            ["check", "--connect", "--seconds", "2"],
            configuration: #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "meters": [\#(device.meter("/api/v1/telegram"))]}"#)
        #expect(good.output.contains("telegrams  1 good, 0 with a wrong checksum"), "\(good.output)\(good.log)")
        let bad = try await Program.run(
            ["check", "--connect"], configuration: #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "meters": [\#(device.meter("/nothing"))]}"#)
        #expect(bad.code == 1)
        #expect(bad.output.contains("the device has nothing at this path (HTTP 404)"), "\(bad.output)")
    }

    /// The names of the libraries that are in its memory.
    private func libraries(of program: Program) throws -> Set<String> {
        // A file of /proc has no size to read it by.
        let maps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/\(program.process)/maps")).readToEnd() ?? Data()
        let paths = String(decoding: maps, as: UTF8.self).split(separator: "\n")
        return Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) }.filter { $0.contains(".so") })
    }
}
