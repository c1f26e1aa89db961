@testable import P1MQTTInput
import Foundation
import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTSystem

@Suite("Files that settings name") struct SettingsDraftFilesTests {
    private let key = "00112233445566778899aabbccddeeff"

    @Test("a password from a file", arguments: ["hunter2", "hunter2\n", "hunter2\r\n", "hunter2\n\n"])
    func passwordFile(_ content: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(content, to: "password")
        let loaded = try loadSettings(#"{"mqtt": {"username": "u", "passwordFile": "\#(file)"}}"#)
        #expect(loaded.settings.mqtt.password == Secret("hunter2"))
        #expect(loaded.settings.mqtt.passwordFile == file)
        #expect(loaded.warnings.isEmpty)
    }

    @Test("a file that everyone may read is warned of") func readable() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("hunter2", to: "password", mode: 0o644)
        #expect(
            try loadSettings(#"{"mqtt": {"username": "u", "passwordFile": "\#(file)"}}"#).warnings == [
                "mqtt.passwordFile: every user of this machine may read \(file); chmod o-r takes that away"
            ])
    }

    @Test("a configuration that everyone may read is warned of when it holds a secret itself") func readableConfiguration() throws {
        let folder = try TemporaryFolder()
        func warnings(_ json: String, mode: mode_t, environment: [String: String] = [:]) throws -> [String] {
            let file = try folder.write(json, mode: mode)
            return try LoadedSettings(
                explicitPath: file, environment: environment, flags: []
            ).warnings.map { $0.replacingOccurrences(of: file, with: "FILE") }
        }
        let secret = #"{"mqtt": {"username": "u", "password": "hunter2"}}"#
        #expect(
            try warnings(secret, mode: 0o644) == [
                "mqtt.password stands in FILE, which every user of this machine may read; chmod o-r takes that away"
            ])
        #expect(try warnings(secret, mode: 0o640).isEmpty)
        let name = #"{"mqtt": {"username": "u"}}"#
        #expect(try warnings(name, mode: 0o644, environment: ["P1MQTT_MQTT_PASSWORD": "hunter2"]).isEmpty)
    }

    @Test("a file that is missing, empty or no text") func badFiles() throws {
        let folder = try TemporaryFolder()
        func lines(_ file: String) throws -> [String] {
            try settingsProblems(environment: ["P1MQTT_MQTT_USERNAME": "u", "P1MQTT_MQTT_PASSWORD_FILE": file])
        }
        let start = "P1MQTT_MQTT_PASSWORD_FILE (mqtt.passwordFile) names "
        let none = folder.path + "/none"
        #expect(try lines(none) == ["\(start)\(none), which cannot be read: No such file or directory"])
        let empty = try folder.write("\n", to: "empty")
        #expect(try lines(empty) == ["\(start)\(empty), which is empty"])
        let zero = try folder.write("a\u{0}b", to: "zero")
        #expect(try lines(zero) == ["\(start)\(zero), which does not hold text in UTF-8"])
        let large = try folder.write(String(repeating: "a", count: 65537), to: "large")
        #expect(try lines(large) == ["\(start)\(large), which is larger than 65536 bytes"])
    }

    @Test("a password beside its file is one too many, unless one is in a higher layer") func both() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("from the file", to: "password")
        #expect(
            try settingsProblems(#"{"mqtt": {"username": "u", "password": "hunter2", "passwordFile": "\#(file)"}}"#)
                == [
                    "config.json: mqtt.passwordFile stands beside mqtt.password; allowed: one of the two"
                ])
        let higherFile = try loadSettings(
            #"{"mqtt": {"username": "u", "password": "hunter2"}}"#, environment: ["P1MQTT_MQTT_PASSWORD_FILE": file])
        #expect(higherFile.settings.mqtt.password == Secret("from the file"))
        let higherPassword = try loadSettings(
            #"{"mqtt": {"username": "u", "passwordFile": "\#(file)"}}"#,
            environment: ["P1MQTT_MQTT_PASSWORD": "hunter2"])
        #expect(higherPassword.settings.mqtt.password == Secret("hunter2"))
        #expect(higherPassword.settings.mqtt.passwordFile == nil)
    }

    @Test("keys of encrypted meters") func keys() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(key + "\n", to: "key")
        let bad = try folder.write(key + "0", to: "bad")
        func json(_ file: String) -> String {
            """
            {"meters": [{"source": {"path": "/dev/x"}, "decryptionKeyFile": "\(file)", "authenticationKey": "\(key)"}]}
            """
        }
        let meter = try loadSettings(json(file)).settings.meters[0]
        let expected = try #require(MeterKey(key))
        #expect(meter.cipher == MeterCipher(decryptionKey: expected, authenticationKey: expected))
        #expect(
            try settingsProblems(json(bad)) == [
                "config.json: meters[0].decryptionKeyFile names \(bad), whose content is not valid; "
                    + "allowed: 32 hexadecimal digits"
            ])
    }

    @Test("an authentication key alone is of no use") func authenticationKeyAlone() throws {
        #expect(
            try settingsProblems(#"{"meters": [{"source": {"path": "/dev/x"}, "authenticationKey": "\#(key)"}]}"#) == [
                "config.json: meters[0].authenticationKey needs meters[0].decryptionKeyFile: without that key nothing can be read"
            ])
    }

    @Test("files of TLS that cannot be read") func tlsFiles() throws {
        let json = #"{"mqtt": {"tls": {"enabled": true, "caFile": "/none/ca", "certificateFile": "/none/c", "keyFile": "/dev/null"}}}"#
        #expect(
            try settingsProblems(json)
                == ["caFile names /none/ca", "certificateFile names /none/c"].map {
                    "config.json: mqtt.tls.\($0), which cannot be read: No such file or directory"
                })
        #expect(try settingsProblems(json.replacing("true", with: "false")) == [])
    }

    @Test("a capture to replay that is missing, empty, a pipe or none") func captures() throws {
        let folder = try TemporaryFolder()
        func lines(_ file: String) throws -> [String] {
            try settingsProblems(#"{"meters": [{"source": {"type": "emulator", "replay": "\#(file)"}}]}"#).map {
                $0.replacing("config.json: meters[0].source.replay names \(file), which ", with: "")
            }
        }
        #expect(try lines(folder.path + "/none") == ["cannot be read: No such file or directory"])
        #expect(try lines(folder.path) == ["is not a regular file"])
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(try lines(pipe) == ["is not a regular file"])
        for text in ["", "no telegram", "/ABC\r\n\r\n!\r\n"] {
            #expect(try lines(folder.write(text, to: "capture")) == ["holds no telegram; allowed: a capture of a P1 port"])
        }
        #expect(try lines(folder.write("/ABC\r\n\r\n1-0:1.7.0(1*kW)\r\n!\r\n", to: "capture")) == [])
        // Nobody reads it.
        #expect(try settingsProblems(#"{"meters": [{"source": {"type": "tcp", "host": "h", "port": 1}}]}"#) == [])
    }

    @Test("a folder as the capture of a meter; a file may still come") func folders() throws {
        let folder = try TemporaryFolder()
        func lines(_ file: String) throws -> [String] {
            try settingsProblems(#"{"meters": [{"source": {"type": "file", "path": "\#(file)"}}]}"#)
        }
        #expect(
            try lines(folder.path) == [
                "config.json: meters[0].source.path names \(folder.path), which is a folder; allowed: a file in it"
            ])
        #expect(try lines(folder.path + "/none") == [])
        #expect(try lines("-") == [])
    }

    @Test("a folder for debug logs where nothing can be written is warned of") func debugFolder() throws {
        let json = #"{"debug": {"enabled": true, "directory": "/none"}}"#
        #expect(
            try loadSettings(json).warnings == [
                "debug.directory names /none, where nothing can be written: No such file or directory"
            ])
        #expect(try loadSettings(json.replacing("true", with: "false")).warnings == [])
    }

    @Test(
        "no secret in any problem",
        arguments: [
            #"{"mqtt": {"password": ["hunter2"]}}"#, #"{"mqtt": {"password": {"hunter2": 1}}}"#,
            #"{"mqtt": {"password": "hunter2"}}"#, #"{"mqtt": {"pasword": "hunter2"}}"#, #"{"mqtt": "hunter2"}"#,
            #"{"meters": [{"source": {"path": "x"}, "decryptionKey": "hunter2"}]}"#,
            #"{"mqtt": {"host": "mqtt://me:hunter2@broker"}}"#, #"{"mqtt": {"password": "a"hunter2"}}"#,
            #"{"mqtt": {"tls": "hunter2", "username": ["hunter2"]}}"#,
            #"{"mqtt": {"username": "u", "password": "hunter2", "passwordFile": "/dev/null"}}"#,
        ])
    func silent(_ json: String) throws {
        for environment in [
            [:], ["P1MQTT_MQTT_PASSWORD": "\u{0}hunter2", "P1MQTT_METERS_0_DECRYPTION_KEY": "hunter2"],
        ] {
            let error = #expect(throws: SettingsProblems.self) { try loadSettings(json, environment: environment) }
            guard let error else { continue }
            var dumped = ""
            dump(error, to: &dumped)
            for text in [error.description, "\(error)", String(reflecting: error), dumped] {
                #expect(!text.contains("hunter2"), "\(text)")
            }
        }
    }

    @Test("no secret in what was loaded") func loadedIsSilent() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(key, to: "key")
        let loaded = try loadSettings(
            """
            {"mqtt": {"username": "u", "password": "hunter2"},
             "meters": [{"source": {"path": "/dev/x"}, "decryptionKeyFile": "\(file)"}]}
            """)
        #expect(loaded.settings.mqtt.password?.exposed == "hunter2")
        var dumped = ""
        dump(loaded, to: &dumped)
        for text in ["\(loaded)", String(reflecting: loaded), dumped] {
            #expect(!text.contains("hunter2") && !text.contains(key), "\(text)")
        }
    }
}
