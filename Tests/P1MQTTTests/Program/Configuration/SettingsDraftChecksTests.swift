import Glibc
import P1MQTTMeter
import TestSupport
import Testing
@testable import P1MQTT

@Suite("Checks between settings") struct SettingsDraftChecksTests {
    private func meters(_ meters: String...) -> String {
        #"{"meters": ["# + meters.joined(separator: ", ") + "]}"
    }

    @Test("names of meters") func names() throws {
        let source = #""source": {"type": "emulator"}"#
        #expect(try settingsProblems(meters("{\(source)}", "{\"name\": \"a\", \(source)}")) == [])
        #expect(
            try settingsProblems(meters("{\(source)}", "{\"name\": \"a\", \(source)}", "{\(source)}")) == [
                "config.json: meters[2].name is missing, as it is of meters[0]; allowed: one meter without a name, "
                    + "whose topics stand under the prefix itself"
            ])
        #expect(
            try settingsProblems(meters("{\"name\": \"a\", \(source)}", "{\"name\": \"a\", \(source)}")) == [
                #"config.json: meters[1].name is "a", as that of meters[0]; allowed: a different name for each meter"#
            ])
        #expect(
            try settingsProblems(meters("{\"name\": \"gas\", \(source)}")) == [
                #"config.json: meters[0].name is "gas", which is a topic of this program; "#
                    + "allowed: any name but \(DocumentLayout.reservedNames.sorted().joined(separator: ", "))"
            ])
        #expect(
            try settingsProblems(meters("{\(source)}", "{\"name\": \"a/b\", \(source)}")) == [
                #"config.json: meters[1].name is "a/b"; allowed: 1 to 64 letters, digits, _ or -"#
            ])
    }

    @Test("what a source needs") func required() throws {
        #expect(
            try settingsProblems(meters("{}")) == [
                "config.json: meters[0].source.path is missing for a source of type serial; allowed: a path"
            ])
        #expect(
            try settingsProblems(meters(#"{"source": {"type": "tcp", "host": null, "port": "x"}}"#)) == [
                #"config.json: meters[0].source.port is "x"; allowed: a whole number from 1 to 65535"#,
                "config.json: meters[0].source.host is missing for a source of type tcp; "
                    + "allowed: a host name or IP address, without scheme or port",
            ])
        #expect(try settingsProblems(meters(#"{"source": {"type": "emulator"}}"#)) == [])
    }

    @Test("prefixes") func prefixes() throws {
        let problem = "is the same as the other one of mqtt.topicPrefix and homeAssistant.prefix; allowed: two prefixes"
        #expect(
            try settingsProblems(#"{"mqtt": {"topicPrefix": "homeassistant"}}"#) == [
                "config.json: mqtt.topicPrefix " + problem
            ]
        )
        #expect(
            try settingsProblems(#"{"homeAssistant": {"prefix": "p1"}}"#) == [
                "config.json: homeAssistant.prefix " + problem
            ])
    }

    @Test("an MQTT source under the own prefix", arguments: ["p1", "p1/raw", "p1/a/b"]) func loop(_ topic: String)
        throws
    {
        #expect(
            try settingsProblems(meters("{\"source\": {\"type\": \"mqtt\", \"topic\": \"\(topic)\"}}")) == [
                "config.json: meters[0].source.topic is \"\(topic)\", under this program's own mqtt.topicPrefix; "
                    + "allowed: a topic that another device publishes"
            ])
    }

    @Test("an MQTT source elsewhere", arguments: ["p1x/raw", "p2/p1/raw"]) func noLoop(_ topic: String) throws {
        #expect(try settingsProblems(meters("{\"source\": {\"type\": \"mqtt\", \"topic\": \"\(topic)\"}}")) == [])
    }

    @Test("certificate and key") func certificate() throws {
        #expect(
            try settingsProblems(#"{"mqtt": {"tls": {"enabled": true, "certificateFile": "/dev/null"}}}"#) == [
                "config.json: mqtt.tls.certificateFile needs mqtt.tls.keyFile beside it"
            ])
        #expect(
            try settingsProblems(environment: ["P1MQTT_MQTT_TLS_KEY_FILE": "k"]) == [
                "P1MQTT_MQTT_TLS_KEY_FILE (mqtt.tls.keyFile) needs mqtt.tls.certificateFile beside it"
            ])
    }

    @Test("a broker that is not verified is warned of") func unverified() throws {
        #expect(
            try loadSettings(#"{"mqtt": {"tls": {"enabled": true, "verify": false}}}"#).warnings == [
                "mqtt.tls.verify is false: whoever answers in the broker's place is trusted"
            ])
        #expect(try loadSettings(#"{"mqtt": {"tls": {"verify": false}}}"#).warnings == [])
    }

    @Test(
        "one port, file or topic for two meters",
        arguments: [
            (#"{"path": "/dev/x"}"#, "path", "/dev/x", "port"), (#"{"path": "/dev/*"}"#, "path", "/dev/*", "port"),
            (#"{"type": "file", "path": "-"}"#, "path", "-", "file"), (#"{"type": "file", "path": "x"}"#, "path", "x", "file"),
            (#"{"type": "mqtt", "topic": "a/b"}"#, "topic", "a/b", "topic"),
        ]) func shared(_ source: String, _ setting: String, _ value: String, _ kind: String) throws
    {
        #expect(
            try settingsProblems(meters(#"{"source": \#(source)}"#, #"{"name": "a", "source": \#(source)}"#)) == [
                #"config.json: meters[1].source.\#(setting) is "\#(value)", as that of meters[0]; "#
                    + "allowed: a different \(kind) for each meter"
            ])
    }

    @Test("one port under two names") func links() throws {
        let folder = try TemporaryFolder()
        let device = try folder.write("", to: "ttyUSB0")
        let link = folder.path + "/by-id"
        #expect(symlink(device, link) == 0)
        for (one, other) in [
            (#""path": "\#(device)""#, #""path": "\#(link)""#), (#""type": "file", "path": "\#(link)""#, #""path": "\#(device)""#),
        ] {
            let problems = try settingsProblems(meters(#"{"source": {\#(one)}}"#, #"{"name": "a", "source": {\#(other)}}"#))
            #expect(problems.count == 1 && problems[0].hasSuffix("as that of meters[0]; allowed: a different port for each meter"))
        }
    }

    @Test("the same dongle or the same capture of an emulator for two meters is nobody's loss") func notShared() throws {
        for source in [#"{"type": "tcp", "host": "h", "port": 1}"#, #"{"type": "emulator"}"#] {
            #expect(try settingsProblems(meters(#"{"source": \#(source)}"#, #"{"name": "a", "source": \#(source)}"#)) == [])
        }
    }

    @Test("more meters than one bridge reads") func tooMany() throws {
        #expect(
            try settingsProblems(meters(String(repeating: "0,", count: 10_000) + "0")) == [
                "config.json: meters has 10001 entries; allowed: at most 10000 meters"
            ])
        #expect(try settingsProblems(meters(String(repeating: "0,", count: 9999) + "0")).count == 10_000)
    }

    @Test("files of TLS without TLS are warned of") func unused() throws {
        #expect(
            try loadSettings(#"{"mqtt": {"tls": {"caFile": "ca"}}}"#).warnings == [
                "mqtt.tls.caFile has no effect while mqtt.tls.enabled is false"
            ])
        #expect(try loadSettings(#"{"mqtt": {"tls": {"enabled": true, "caFile": "/dev/null"}}}"#).warnings == [])
    }

    @Test("a password without user name") func passwordAlone() throws {
        #expect(
            try settingsProblems(#"{"mqtt": {"password": "hunter2"}}"#) == [
                "config.json: mqtt.password needs mqtt.username: MQTT knows no password without a user name"
            ])
    }

    @Test("profiles of the emulator") func profiles() throws {
        let problems = try settingsProblems(meters(#"{"source": {"type": "emulator", "profile": "be-emcus"}}"#))
        #expect(problems.count == 1)
        #expect(
            problems[0].hasPrefix(
                #"config.json: meters[0].source.profile is "be-emcus"; did you mean be-emucs?; allowed: "nl-dsmr22", "nl-dsmr42","#))
    }

    @Test("faults of a meter together with a capture") func faultsOfCapture() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("/ABC\r\n\r\n1-0:1.7.0(1*kW)\r\n!\r\n", to: "capture")
        func lines(_ fault: String) throws -> [String] {
            try settingsProblems(
                meters(#"{"source": {"type": "emulator", "replay": "\#(file)", "faults": [{"type": \#(fault), "at": 1}]}}"#))
        }
        #expect(try lines(#""silent""#) == [])
        #expect(
            try lines(#""meterSwap""#) == [
                "config.json: meters[0].source.faults holds faults of a meter, but the telegrams come from a capture; "
                    + "allowed: bitErrors, cut and silent together with replay"
            ])
    }

    @Test("a household together with a capture") func householdOfCapture() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("/ABC\r\n\r\n1-0:1.7.0(1*kW)\r\n!\r\n", to: "capture")
        func lines(_ household: String) throws -> [String] {
            try settingsProblems(meters(#"{"source": {"type": "emulator", "replay": "\#(file)", "household": \#(household)}}"#))
        }
        #expect(try lines("false") == [])
        #expect(
            try lines("true") == [
                "config.json: meters[0].source.household is given, but the telegrams come from a capture; "
                    + "allowed: either household or replay"
            ])
    }

    @Test("increments beside a household are warned of") func increments() throws {
        func warnings(_ household: String) throws -> [String] {
            try loadSettings(meters(#"{"source": {"type": "emulator", "gasIncrement": 0.1, "household": \#(household)}}"#)).warnings
        }
        #expect(try warnings("false") == [])
        #expect(try warnings("true") == ["meters[0].source.gasIncrement has no effect beside household"])
    }
}
