import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTEmulator
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

/// Whatever `check` accepts, `run` accepts: borderline values of each source. What the loader takes is made and opened.
@Suite("What is accepted works") struct AcceptedSettingsTests {
    private static let now = Moment(monotonic: 0, utc: 1_772_438_400_000)

    /// What the loader says of a source; `nil`: it is accepted.
    private func load(_ source: String) throws -> (meter: MeterSettings?, problems: [String]) {
        let json = #"{"meters": [{"source": \#(source)}]}"#
        let problems = try settingsProblems(json)
        return problems.isEmpty ? (try loadSettings(json).settings.meters[0], []) : (nil, problems)
    }

    private func source(of meter: MeterSettings) throws -> any ByteSource {
        try #require(SourceFactory.make(meter, resolver: NameResolver(wake: WakeDescriptor())))
    }

    @Test(
        "serial",
        arguments: [
            #""baudRate": 300"#, #""baudRate": 1800"#, #""baudRate": 500000"#, #""baudRate": 576000"#, #""baudRate": 921600"#,
            #""baudRate": 1000000"#, #""baudRate": 0"#, #""baudRate": 110"#, #""dataBits": 7, "parity": "none", "stopBits": 2"#,
            #""dataBits": 8, "parity": "odd""#, #""dataBits": 5"#, #""stopBits": 3"#, #""parity": "mark""#, #""baudRate": "auto""#,
        ]) func serial(_ settings: String) throws
    {
        let terminal = try MeterTerminal(link: nil)
        guard let meter = try load(#"{"path": "\#(terminal.path)", \#(settings)}"#).meter else { return }
        let port = try source(of: meter)
        #expect(throws: Never.self) { try port.open(at: Self.now) }
        port.close()
    }

    @Test("every speed that is offered is one that a terminal takes") func speeds() throws {
        let row = try #require(SettingsTable.source(.serial).first { $0.path == "baudRate" })
        let offered = row.allowed.split(separator: ", ").compactMap { Int($0.split(separator: " ").last ?? "") }
        #expect(offered == SerialSpeed.allCases.map(\.rawValue))
        for speed in offered { try serial(#""baudRate": \#(speed)"#) }
    }

    @Test(
        "tcp",
        arguments: [
            ("127.0.0.1", 1), ("127.0.0.1", 65535), ("127.0.0.1", 0), ("127.0.0.1", 65536), ("::1", 9), ("1:2:3", 9), ("::1%lo", 9),
            ("fe80::1%lo", 9), ("FE80::1%lo", 9),
            ("-", 9), ("a_b", 9), ("a:1", 9), ("256.256.256.256", 9),
        ]) func tcp(_ host: String, _ port: Int) throws
    {
        guard let meter = try load(#"{"type": "tcp", "host": "\#(host)", "port": \#(port)}"#).meter else { return }
        let source = try source(of: meter)
        do {
            _ = try source.open(at: Self.now)
        } catch {
            // Nobody listens there; the address itself is one.
            #expect([.refused, .unreachable].contains(error.cause), "\(error)")
        }
        source.close()
        if host.contains(":") { #expect(SocketAddress.numeric(host, port: port) != nil) }
    }

    @Test("mqtt", arguments: ["a", "a/b", "ü", "a\\uffff", "a\\ufdd0", "a/+", "a/", "$a", "a\\u0085"]) func mqtt(_ topic: String) throws {
        guard let meter = try load(#"{"type": "mqtt", "topic": "\#(topic)"}"#).meter else { return }
        guard case .mqtt(let topic) = meter.source else { throw Unexpected(what: "\(meter.source)") }
        #expect(Topic.fault(in: topic) == nil)
    }

    @Test("file", arguments: ["capture", ".", "pipe", "/dev/null", "-"]) func file(_ name: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("/ABC\r\n\r\n!\r\n", to: "capture")
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let path = name.hasPrefix("/") || name == "-" ? name : folder.path + "/" + name
        guard let meter = try load(#"{"type": "file", "path": "\#(path)"}"#).meter else { return }
        #expect(name != ".")
        let source = try source(of: meter)
        #expect(try source.open(at: Self.now) == .opened("opened"))
        source.close()
    }

    @Test(
        "emulator",
        arguments: [
            #""electricityOffset": 999999"#, #""electricityOffset": 999999.000001"#, #""electricityIncrement": 9999"#,
            #""electricityIncrement": 20000"#, #""gasOffset": 99999"#, #""gasOffset": 999999"#, #""gasIncrement": 9999"#,
            #""gasIncrement": 0.000001"#, #""gasIncrement": 0.0000001"#, #""interval": 0.001"#, #""interval": 0.0004"#,
            #""interval": 86400"#, #""intervalGas": 0.001, "gasIncrement": 9999, "interval": 86400"#, #""intervalGas": 86400"#,
            #""interval": 0.001, "electricityIncrement": 9999"#, #""startTime": "2000-01-01T00:00:00Z""#,
            #""startTime": "2099-12-31T23:59:59.999999999Z", "interval": 86400"#, #""startTime": "2100-01-01T00:00:00Z""#,
            #""seed": 18446744073709551615"#, #""seed": 18446744073709551616"#, #""profile": "none""#, #""replay": "/none""#,
            #""faults": [{"type": "clockJump", "at": 0, "seconds": 1000000000}, {"type": "clockJump", "at": 0, "seconds": 1000000000}]"#,
            #""faults": [{"type": "clockJump", "at": 0, "seconds": -1000000000}]"#,
            #""faults": [{"type": "meterSwap", "at": 0, "value": 99999}, {"type": "gasMeterSwap", "at": 10, "value": 99999}]"#,
            #""faults": [{"type": "silent", "at": 1000000000, "telegrams": 1000000000}]"#,
            #""faults": [{"type": "bitErrors", "at": 0, "rate": 1}]"#, #""faults": [{"type": "bitErrors", "at": 0, "rate": 1.1}]"#,
            #""faults": [{"type": "cut", "at": 0, "bytes": 1000000}]"#,
            #""household": true, "interval": 0.001"#, #""household": true, "interval": 60, "intervalGas": 0.001"#,
            #""household": {"solar": 30, "gas": false}, "startTime": "2026-06-18T10:00:00Z""#, #""household": {"solar": 30.000001}"#,
            #""household": true, "startTime": "2000-01-01T00:00:00Z""#,
            #""household": true, "startTime": "2099-12-31T22:50:00Z", "interval": 60"#,
            #""household": true, "electricityOffset": 999999, "gasOffset": 99999"#,
        ]) func emulator(_ settings: String) throws
    {
        for profile in EmulatorProfile.names {
            let own = settings.contains("profile") ? "" : #""profile": "\#(profile)", "#
            guard let meter = try load(#"{"type": "emulator", \#(own)\#(settings)}"#).meter else { return }
            let source = try source(of: meter)
            #expect(throws: Never.self) { try source.open(at: Self.now) }
            guard case .emulator(let emulator) = meter.source else { throw Unexpected(what: "\(meter.source)") }
            var emulated = EmulatedMeter(emulator, seed: emulator.seed ?? 0, now: Self.now.utc)
            for _ in 0..<20 {
                let telegram = emulated.next()
                if !settings.contains("bitErrors") { #expect(try parse(telegram).issues.isEmpty, "\(profile)") }
            }
        }
    }

    @Test(
        "keys",
        arguments: [
            "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff", "00112233445566778899AABBCCDDEEF",
            "\u{FF10}0112233445566778899AABBCCDDEEFF",
        ]) func keys(_ key: String) throws
    {
        let json = #"{"meters": [{"source": {"type": "emulator"}, "decryptionKey": "\#(key)", "authenticationKey": "\#(key)"}]}"#
        guard try settingsProblems(json).isEmpty else { return }
        // A key that is accepted is one that deciphers.
        let cipher = try #require(try loadSettings(json).settings.meters[0].cipher)
        #expect(cipher.hasAuthenticationKey)
        #expect(cipher.seal([1], systemTitle: 1, counter: 1) != nil)
    }

    private struct Unexpected: Error { let what: String }
}
