import Logging
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTEmulator
@testable import P1MQTTHomeAssistant
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Settings on top of each other") struct SettingsDraftTests {
    @Test("nothing but defaults") func defaults() throws {
        #expect(try loadSettings("{}").settings == Settings())
        #expect(try loadSettings(#"{"mqtt": null, "meters": null, "guard": {"enabled": null}}"#).settings == Settings())
        #expect(try loadSettings(#"{"meters": []}"#).settings.meters.isEmpty)
    }

    @Test("every kind of value") func values() throws {
        let settings = try loadSettings(
            #"""
            {"mqtt": {"host": "broker", "port": 8883, "version": "5", "clientId": "me", "username": "u", "password": "s",
                      "topicPrefix": "home/p1", "qos": 1, "retain": false, "keepAlive": 5,
                      "tls": {"enabled": true, "caFile": "/dev/null", "certificateFile": "/dev/zero", "keyFile": "/dev/urandom", "verify": false}},
             "publish": {"raw": true, "onlyChanges": true, "heartbeat": 1.5, "minimumInterval": 10},
             "guard": {"enabled": false, "maximumPower": 17.25},
             "homeAssistant": {"enabled": false, "prefix": "ha", "language": "fr"},
             "debug": {"enabled": true, "directory": "/tmp", "maximumBytes": 20000}, "log": {"level": "trace"}}
            """#
        ).settings
        var expected = Settings()
        expected.mqtt = MQTTSettings(
            host: "broker", port: 8883, version: .v5, clientId: "me", username: "u", password: Secret("s"),
            topicPrefix: "home/p1", qos: 1, retain: false, keepAlive: 5,
            tls: TLSSettings(enabled: true, caFile: "/dev/null", certificateFile: "/dev/zero", keyFile: "/dev/urandom", verify: false))
        expected.publish = PublishSettings(raw: true, onlyChanges: true, heartbeat: 1.5, minimumInterval: 10)
        expected.guard = GuardSettings(enabled: false, maximumPower: 17.25)
        expected.homeAssistant = HomeAssistantSettings(enabled: false, prefix: "ha", language: .fr)
        expected.debug = DebugSettings(enabled: true, directory: "/tmp", maximumBytes: 20000)
        expected.log = LogSettings(level: .trace)
        #expect(settings == expected)
    }

    @Test("every kind of source") func sources() throws {
        let settings = try loadSettings(
            #"""
            {"meters": [
              {"source": {"path": "/dev/ttyUSB0"}},
              {"name": "a", "source": {"baudRate": 9600, "path": "/dev/x", "parity": "even", "dataBits": 7,
                                       "stopBits": 1, "type": "serial"}},
              {"name": "b", "source": {"type": "tcp", "host": "10.0.0.2", "port": 23}, "crc": "required"},
              {"name": "c", "source": {"type": "mqtt", "topic": "dongle/telegram"}, "utcOffset": "+02:00", "summerTime": "none", "clock": "arrival"},
              {"name": "d", "source": {"type": "file", "path": "-"}, "gasMeter": "4730"},
              {"name": "e", "source": {"type": "emulator", "profile": "be-emucs", "electricityOffset": 1000.10,
                 "electricityIncrement": "0.002", "gasOffset": 5, "gasIncrement": 0, "interval": 0.5,
                 "intervalGas": 300, "seed": 18446744073709551615, "startTime": "2026-01-01T00:00:00Z"}}
            ]}
            """#
        ).settings
        let emulator = try EmulatorSettings(
            profile: .named("be-emucs"), electricityOffset: 1_000_100_000, electricityIncrement: 2000, gasOffset: 5_000_000,
            gasIncrement: 0, interval: 500, gasInterval: 300_000, seed: .max, startTime: 1_767_225_600)
        #expect(
            settings.meters == [
                MeterSettings(source: .serial(SerialSettings(path: "/dev/ttyUSB0"))),
                MeterSettings(
                    name: "a",
                    source: .serial(
                        SerialSettings(path: "/dev/x", baudRate: .baud9600, parity: .even, dataBits: .seven, stopBits: .one))),
                MeterSettings(name: "b", source: .tcp(host: "10.0.0.2", port: 23), crc: .required),
                MeterSettings(name: "c", source: .mqtt(topic: "dongle/telegram"), utcOffset: 120, summerTime: .never, clock: .arrival),
                MeterSettings(name: "d", source: .file(path: "-"), gasMeter: "4730"),
                MeterSettings(name: "e", source: .emulator(emulator)),
            ])
    }

    @Test(
        "what stands in the wrong shape or place",
        arguments: [
            ("[]", "config.json holds a list; allowed: an object with the settings, in { }"),
            ("{", "config.json is not valid JSON: line 1, column 2: expected a name in double quotes or }"),
            (#"{"mqtt": 1}"#, "config.json: mqtt is a number; allowed: an object, in { }"),
            (#"{"mqtt": {"tls": true}}"#, "config.json: mqtt.tls is true; allowed: an object, in { }"),
            (#"{"meters": {}}"#, "config.json: meters is an object; allowed: a list of meters, in [ ]"),
            (
                #"{"meters": [null]}"#,
                "config.json: meters[0] is null; allowed: an object with the settings of a meter, in { }"
            ),
            (#"{"meters": [{"source": "x"}]}"#, "config.json: meters[0].source is text; allowed: an object, in { }"),
            (
                #"{"mqtt": {"port": "1883"}}"#,
                #"config.json: mqtt.port is "1883"; allowed: a whole number from 1 to 65535"#
            ),
            (#"{"mqtt": {"qos": 3}}"#, "config.json: mqtt.qos is 3; allowed: a whole number from 0 to 2"),
            (
                #"{"mqtt": {"keepAlive": 4}}"#,
                "config.json: mqtt.keepAlive is 4; allowed: a whole number from 5 to 65535"
            ),
            (#"{"mqtt": {"retain": "yes"}}"#, #"config.json: mqtt.retain is "yes"; allowed: true or false"#),
            (
                #"{"log": {"level": []}}"#,
                #"config.json: log.level is a list; allowed: "trace", "debug", "info", "notice", "warning", "error""#
            ),
            (
                #"{"meters": [{"source": {"path": "/dev/x", "dataBits": 6}}]}"#,
                #"config.json: meters[0].source.dataBits is 6; allowed: "auto" or one of 7, 8"#
            ),
            (
                #"{"meters": [{"source": {"type": "emulator", "interval": 0}}]}"#,
                "config.json: meters[0].source.interval is 0; allowed: a number from 0.001 to 86400 seconds"
            ),
        ])
    func wrong(_ json: String, _ line: String) throws {
        #expect(try settingsProblems(json) == [line])
    }

    @Test("a speed that Linux does not know") func baudRate() throws {
        let line = try settingsProblems(#"{"meters": [{"source": {"path": "/dev/x", "baudRate": 1234}}]}"#)
        #expect(line.count == 1)
        #expect(line[0].hasPrefix(#"config.json: meters[0].source.baudRate is 1234; allowed: "auto" or one of 300, "#))
        #expect(line[0].hasSuffix(", 921600"))
    }

    @Test(
        "unknown keys with a hint",
        arguments: [
            (#"{"mqtt": {"hots": "x"}}"#, "mqtt.hots is not a setting; did you mean host?; allowed: url, host, port, "),
            (#"{"homeassistant": {}}"#, "homeassistant is not a setting; did you mean homeAssistant?; allowed: mqtt, "),
            (#"{"topicPrefix": "x"}"#, "topicPrefix is not a setting; did you mean mqtt.topicPrefix?; allowed: mqtt, "),
            (#"{"meter": []}"#, "meter is not a setting; did you mean meters?; allowed: "),
            (#"{"mqtt.host": "x"}"#, #""mqtt.host" is not a setting"#),
            (
                #"{"xyzzy": 1}"#,
                "xyzzy is not a setting; allowed: mqtt, share, publish, guard, homeAssistant, debug, log, metrics, meters"
            ),
            (#"{"a\nb": 1}"#, #""a\nb" is not a setting"#),
            (
                #"{"meters": [{"source": {"path": "/dev/x", "host": "y"}}]}"#,
                "meters[0].source.host is not a setting; did you mean meters[].source.host of a source of type tcp?; "
                    + "allowed: type, path, baudRate, parity, dataBits, stopBits"
            ),
        ])
    func unknown(_ json: String, _ start: String) throws {
        let lines = try settingsProblems(json)
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("config.json: " + start), "\(lines[0])")
    }

    @Test("a source of an unknown type is reported once") func unknownType() throws {
        #expect(
            try settingsProblems(#"{"meters": [{"source": {"type": "usb", "path": "/dev/x", "speed": 1}}]}"#) == [
                #"config.json: meters[0].source.type is "usb"; allowed: "serial", "tcp", "mqtt", "http", "websocket", "file", "emulator""#
            ])
    }

    @Test("everything that is wrong at once") func allAtOnce() throws {
        let lines = try settingsProblems(
            #"""
            {"mqtt": {"hots": "x", "port": 0, "qos": 7, "tls": {"certificateFile": "c"}}, "guard": {"maximumPower": 0},
             "meters": [{"name": "bridge", "source": {"path": "/dev/x", "baudRate": 1}}, {"source": {"type": "tcp"}}]}
            """#, environment: ["P1MQTT_LOG_LEVEL": "loud", "P1MQTT_MQTT_HOTS": "x"],
            flags: ["--port", "99999"])
        let places = [
            "config.json: mqtt.hots", "config.json: mqtt.port", "config.json: mqtt.qos",
            "config.json: mqtt.tls.certificateFile", "config.json: guard.maximumPower", "config.json: meters[0].name",
            "config.json: meters[0].source.baudRate", "config.json: meters[1].source.host",
            "config.json: meters[1].source.port", "P1MQTT_LOG_LEVEL (log.level)", "P1MQTT_MQTT_HOTS",
            "--port (mqtt.port)",
        ]
        for place in places {
            #expect(lines.contains { $0.hasPrefix(place + " ") }, "\(place) is not in \(lines)")
        }
        #expect(lines.count == places.count)
    }
}
