import Logging
import ArgumentParser
import Foundation
import P1Parser
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTEmulator
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Loaded settings") struct LoadedSettingsTests {
    private func load(_ path: String?, searching paths: [String] = []) throws(SettingsProblems) -> LoadedSettings {
        try LoadedSettings(
            explicitPath: path, environment: [:], flags: [], searchPaths: paths)
    }

    @Test("takes the first file that is there, or none") func search() throws {
        let folder = try TemporaryFolder()
        let second = try folder.write(#"{"mqtt": {"port": 2}}"#, to: "second.json")
        let paths = [folder.path + "/first.json", second]
        #expect(try load(nil, searching: paths).file == second)
        let first = try folder.write(#"{"mqtt": {"port": 1}}"#, to: "first.json")
        let loaded = try load(nil, searching: paths)
        #expect(loaded.file == first)
        #expect(loaded.settings.mqtt.port == 1)
        #expect(try load(second, searching: paths).settings.mqtt.port == 2)
        let none = try load(nil, searching: [folder.path + "/none"])
        #expect(none.file == nil)
        #expect(none.settings == Settings())
        #expect(LoadedSettings.searchPaths == ["config.json", "/etc/p1mqtt/config.json"])
    }

    @Test("says when the file that was named cannot be read") func missing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/none.json"
        let error = #expect(throws: SettingsProblems.self) { try load(path) }
        #expect(error?.description == "\(path) cannot be read: No such file or directory")
        let directory = #expect(throws: SettingsProblems.self) { try load(folder.path) }
        #expect(directory?.description == "\(folder.path) is not a regular file")
        // Found by searching, it is as wrong.
        #expect(throws: SettingsProblems.self) { try load(nil, searching: [folder.path]) }
    }

    @Test("does not wait for the writer of a named pipe") func pipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let error = #expect(throws: SettingsProblems.self) { try load(path) }
        #expect(error?.description == "\(path) is not a regular file")
    }

    @Test("refuses a file that is too large") func tooLarge() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(String(repeating: " ", count: JSONReader.maximumSize) + "{}")
        let error = #expect(throws: SettingsProblems.self) { try load(path) }
        #expect(error?.description == "\(path) is larger than 1000000 bytes")
    }

    @Test("flag over environment over file over default") func precedence() throws {
        let json = #"{"mqtt": {"host": "file", "port": 1, "qos": 1}}"#
        let environment = ["P1MQTT_MQTT_HOST": "variable", "P1MQTT_MQTT_PORT": "2", "PATH": "/bin"]
        let all = try loadSettings(json, environment: environment, flags: ["--host", "flag"]).settings.mqtt
        #expect((all.host, all.port, all.qos, all.keepAlive) == ("flag", 2, 1, 60))
        #expect(try loadSettings(json, environment: environment).settings.mqtt.host == "variable")
        #expect(try loadSettings(json).settings.mqtt.host == "file")
        #expect(try loadSettings().settings.mqtt.host == "localhost")
    }

    @Test("values of the environment have the type of their setting") func types() throws {
        let settings = try loadSettings(environment: [
            "P1MQTT_MQTT_USERNAME": "1234", "P1MQTT_MQTT_PASSWORD": "true", "P1MQTT_MQTT_RETAIN": "false",
            "P1MQTT_GUARD_MAXIMUM_POWER": "17.5", "P1MQTT_MQTT_VERSION": "5", "P1MQTT_HOME_ASSISTANT_ENABLED": "false",
            "P1MQTT_METERS_0_NAME": "7", "P1MQTT_METERS_0_SOURCE_TYPE": "emulator",
            "P1MQTT_METERS_0_SOURCE_ELECTRICITY_OFFSET": "0010.50", "P1MQTT_METERS_0_UTC_OFFSET": "+02:00",
            "P1MQTT_MQTT_CLIENT_ID": "",
        ]).settings
        #expect(settings.mqtt.username == "1234")
        #expect(settings.mqtt.password == Secret("true"))
        #expect(settings.mqtt.retain == false)
        #expect(settings.mqtt.version == .v5)
        #expect(settings.mqtt.clientId == nil)
        #expect(settings.guard.maximumPower == 17.5)
        #expect(settings.homeAssistant.enabled == false)
        #expect(
            settings.meters == [
                MeterSettings(
                    name: "7", source: .emulator(EmulatorSettings(electricityOffset: 10_500_000)), utcOffset: 120)
            ])
    }

    @Test("the environment makes meters and changes those of the file") func meters() throws {
        let path = "P1MQTT_METERS_0_SOURCE_PATH"
        #expect(
            try loadSettings(environment: [path: "/dev/a"]).settings.meters
                == [MeterSettings(source: .serial(SerialSettings(path: "/dev/a")))])
        let file = #"{"meters": [{"source": {"path": "/dev/x", "baudRate": 9600}, "crc": "off"}]}"#
        #expect(
            try loadSettings(
                file,
                environment: [
                    path: "/dev/a", "P1MQTT_METERS_1_NAME": "b", "P1MQTT_METERS_1_SOURCE_TYPE": "tcp",
                    "P1MQTT_METERS_1_SOURCE_HOST": "h", "P1MQTT_METERS_1_SOURCE_PORT": "23",
                ]
            ).settings.meters == [
                MeterSettings(source: .serial(SerialSettings(path: "/dev/a", baudRate: .baud9600)), crc: .off),
                MeterSettings(name: "b", source: .tcp(host: "h", port: 23)),
            ])
        #expect(
            try loadSettings(file, environment: ["P1MQTT_METERS_0_SOURCE_BAUD_RATE": "auto"]).settings.meters
                == [MeterSettings(source: .serial(SerialSettings(path: "/dev/x")), crc: .off)])
    }

    @Test("another type replaces the source as a whole") func otherType() throws {
        let file = #"{"meters": [{"name": "a", "source": {"path": "/dev/x", "baudRate": 9600}}]}"#
        #expect(
            try loadSettings(file, environment: ["P1MQTT_METERS_0_SOURCE_TYPE": "emulator"]).settings.meters
                == [MeterSettings(name: "a", source: .emulator(EmulatorSettings()))])
        #expect(
            try loadSettings(file, flags: ["--emulator", "be-emucs"]).settings.meters
                == [MeterSettings(name: "a", source: .emulator(EmulatorSettings(profile: .named("be-emucs"))))])
    }

    @Test("problems of the environment name the variable") func variables() throws {
        #expect(
            try settingsProblems(environment: ["P1MQTT_MQTT_PORT": "abc"]) == [
                #"P1MQTT_MQTT_PORT (mqtt.port) is "abc"; allowed: a whole number from 1 to 65535"#
            ])
        #expect(
            try settingsProblems(environment: ["P1MQTT_MQTT_HOTS": "hunter2"]) == [
                "P1MQTT_MQTT_HOTS is not the name of a setting; did you mean P1MQTT_MQTT_HOST?"
            ])
        #expect(
            try settingsProblems(environment: ["P1MQTT_METERS_0_SOURCE_HOST": "h"]).first?.hasPrefix(
                "P1MQTT_METERS_0_SOURCE_HOST (meters[0].source.host) is not a setting; "
                    + "did you mean meters[].source.host of a source of type tcp?") == true)
        #expect(
            try settingsProblems(environment: ["P1MQTT_METERS_0_NAME": "a"]) == [
                "P1MQTT_METERS_0_SOURCE_PATH (meters[0].source.path) is missing for a source of type serial; "
                    + "allowed: a path"
            ])
        #expect(
            try settingsProblems(environment: ["P1MQTT_METERS_1_SOURCE_PATH": "/dev/x"]) == [
                "P1MQTT_METERS_0 (meters[0]) is missing, although a meter with a higher number is there"
            ])
    }

    @Test("flags") func flags() throws {
        let settings = try loadSettings(
            flags: [
                "--host", "h", "--port", "1884", "--topic-prefix", "t", "--username", "u", "--serial", "/dev/x", "--log-level", "debug",
            ]
        ).settings
        #expect((settings.mqtt.host, settings.mqtt.port, settings.mqtt.username) == ("h", 1884, "u"))
        #expect(settings.mqtt.topicPrefix == "t")
        #expect(settings.log.level == .debug)
        #expect(settings.meters == [MeterSettings(source: .serial(SerialSettings(path: "/dev/x")))])
    }

    @Test("problems of flags name the flag") func badFlags() throws {
        let problems = try settingsProblems(flags: ["--port", "0", "--emulator", "xx", "--log-level", "loud"])
        let expected = [
            "--port (mqtt.port) is 0; allowed: a whole number from 1 to 65535",
            #"--log-level (log.level) is "loud"; allowed: "trace", "debug", "info", "notice", "warning", "error""#,
            #"--emulator (meters[0].source.profile) is "xx"; allowed: "nl-dsmr22", "nl-dsmr42", "#,
        ]
        #expect(problems.count == expected.count)
        #expect(zip(problems, expected).allSatisfy { $0.hasPrefix($1) }, "\(problems)")
        #expect(throws: (any Error).self) { try ConfigurationOptions.parse(["--serial", "/dev/x", "--emulator", "be-emucs"]) }
    }

    @Test("thousand meters") func manyMeters() throws {
        let meters = (0..<1000).map {
            #"{"name": "m\#($0)", "source": {"type": "tcp", "host": "h", "port": \#($0 + 1)}}"#
        }
        let settings = try loadSettings(#"{"meters": ["# + meters.joined(separator: ",") + "]}").settings
        #expect(settings.meters.count == 1000)
        #expect(settings.meters.last?.source == .tcp(host: "h", port: 1000))
    }

    @Test("survives settings of any shape") func fuzz() throws {
        var random = Generator(state: 0xC0FFEE)
        for _ in 0..<200 {
            let json = random.object(SettingsTable.general.map(\.path) + ["meters"], depth: 0)
            let name = EnvironmentName.prefix + random.pick(["METERS_1_NAME", "METERS_0_SOURCE_TYPE", "MQTT_QOS", "X"])
            do {
                _ = try loadSettings(json, environment: [name: random.pick(["mqtt", "1", "é", "{}"])])
            } catch let error as SettingsProblems {
                #expect(!error.problems.isEmpty)
            }
        }
    }

    /// Random objects with keys that exist, the same in each run.
    private struct Generator {
        var state: UInt64

        mutating func pick<Item>(_ items: [Item]) -> Item {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return items[Int((state >> 33) % UInt64(items.count))]
        }

        mutating func object(_ paths: [String], depth: Int) -> String {
            var members: [String: String] = [:]
            for _ in 0..<pick([0, 1, 2, 5]) {
                let path = pick(paths).split(separator: ".")
                members[String(path[0])] = value(below: path.dropFirst().joined(separator: "."), depth)
            }
            return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }.joined(separator: ",") + "}"
        }

        mutating func value(below path: String, _ depth: Int) -> String {
            let meter = SettingsTable.meter(pick(SourceType.allCases)).map(\.path)
            let scalars = [
                "null", "true", "-1", "7", "1e9", "\"tcp\"", "\"emulator\"", "\"p1\"", "\"/dev/null\"", "[]",
            ]
            if depth > 2 { return pick(scalars) }
            switch pick([0, 1, 2, 3]) {
            case 0: return pick(scalars)
            case 1: return "[" + object(meter, depth: depth + 1) + "," + object(meter, depth: depth + 1) + "]"
            default: return path.isEmpty ? pick(scalars) : object([path, "name", "source.type"], depth: depth + 1)
            }
        }
    }
}
