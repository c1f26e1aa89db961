import Foundation
import TestSupport
import Testing
@testable import P1MQTT

@Suite("The program: pair", .ownThreads) struct PairProgramTests {
    private func device() async throws -> (HTTPDevice, Certificates) {
        let certificates = try Certificates()
        try certificates.issueDevice("device", alternative: Certificates.serial)
        return (try await HTTPDevice(telegram: SimulatedMeter.telegram(1), certificate: (certificates, "device")), certificates)
    }

    @Test("waits for the button, writes the token for its owner alone, and prints a meter that works") func button() async throws {
        let (device, certificates) = try await device()
        let program = try Program(["pair", "127.0.0.1:\(device.port)", "--ca-file", certificates.path("ca.crt")])
        try await program.waitForLog("Press the button on the device now.")
        try device.pressButton()
        #expect(try await program.exit() == 0, "\(program.log)")
        let path = program.folder.path("homewizard.token")
        #expect(program.folder.content("homewizard.token") == HTTPDevice.token + "\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        #expect(!program.log.contains(HTTPDevice.token) && !program.output.contains(HTTPDevice.token))
        let name = ProcessInfo.processInfo.hostName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(30)
        #expect(device.folder.content("posted") == "{\"name\": \"local/p1mqtt-\(name)\"}")
        let expected =
            #"{"source": {"type": "http", "url": "https://127.0.0.1:\#(device.port)/api/telegram", "tokenFile": "\#(path)", "#
            + #""caFile": "\#(certificates.path("ca.crt"))", "serverName": "\#(Certificates.deviceName)"}}"#
        #expect(program.output == expected + "\n")
        let check = try await Program.run(
            ["check", "--connect", "--seconds", "2"],
            configuration: #"{"mqtt": {"host": "127.0.0.1", "port": 1}, "meters": [\#(program.output)]}"#)
        #expect(check.output.contains("telegrams  1 good, 0 with a wrong checksum"), "\(check.output)\(check.log)")
    }

    @Test("ends when nobody presses the button, and leaves no file") func nobody() async throws {
        let (device, _) = try await device()
        let program = try Program(["pair", "127.0.0.1:\(device.port)", "--seconds", "1"])
        #expect(try await program.exit() == 1)
        #expect(program.log.contains("nobody pressed the button within 1 s"), "\(program.log)")
        #expect(program.log.contains("Without --ca-file nobody verifies"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: program.folder.path).filter { $0.contains("token") } == [])
    }

    @Test("a token that is there stays, unless it is to be overwritten") func overwriting() async throws {
        let (device, _) = try await device()
        try device.pressButton()
        let arguments = ["pair", "127.0.0.1:\(device.port)", "--token-file", "mine"]
        let first = try Program(arguments, files: ["mine": Array("OLD".utf8)])
        #expect(try await first.exit() == 1)
        #expect(first.folder.content("mine") == "OLD")
        #expect(first.log.contains("mine is there already"))
        #expect(device.requests.isEmpty)
        let second = try Program(arguments + ["--overwrite"], files: ["mine": Array("OLD".utf8)])
        #expect(try await second.exit() == 0, "\(second.log)")
        #expect(second.folder.content("mine") == HTTPDevice.token + "\n")
        #expect(second.output.contains(#""caFile": "/etc/p1mqtt/homewizard-ca-cert.pem""#))
    }

    @Test("the token of a device that is not who it says takes no other's place") func otherSerial() async throws {
        let (device, certificates) = try await device()
        try device.folder.write(#"{"product_type": "HWE-P1", "serial": "5c2fafaabbcd"}"#, to: "about")
        try device.pressButton()
        let program = try Program(
            ["pair", "127.0.0.1:\(device.port)", "--ca-file", certificates.path("ca.crt"), "--token-file", "mine", "--overwrite"],
            files: ["mine": Array("OLD".utf8)])
        #expect(try await program.exit() == 1)
        #expect(program.log.contains("the certificate is for another name"), "\(program.log)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: program.folder.path).contains("mine.new") == false)
        #expect(program.folder.content("mine") == "OLD")
    }

    @Test("a device of another authority, a port where nobody is, and a stop") func refusals() async throws {
        let (device, _) = try await device()
        let others = try Certificates()
        let foreign = try await Program.run(["pair", "127.0.0.1:\(device.port)", "--ca-file", others.path("ca.crt")])
        #expect(foreign.code == 1 && foreign.log.contains("of an authority that is not trusted"), "\(foreign.log)")
        #expect(device.requests.isEmpty)
        let nobody = try await Program.run(["pair", "127.0.0.1:\(try freePort())"])
        #expect(nobody.code == 1 && nobody.log.contains("the connection was refused"), "\(nobody.log)")
        let stopped = try Program(["pair", "127.0.0.1:\(device.port)"])
        try await stopped.waitForLog("Press the button")
        stopped.signal(SIGTERM)
        #expect(try await stopped.exit(within: .seconds(5)) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: stopped.folder.path).filter { $0.contains("token") } == [])
        let usage = try await Program.run(["pair", "http://device"])
        #expect(usage.code == 2)
    }
}
