import Testing

@testable import P1MQTT

@Suite("Checks between settings") struct SettingsChecksTests {
    private func meters(_ meters: String...) -> String {
        #"{"meters": ["# + meters.joined(separator: ", ") + "]}"
    }

    @Test("names of meters") func names() throws {
        let source = #""source": {"path": "/dev/x"}"#
        #expect(try problems(meters("{\(source)}", "{\"name\": \"a\", \(source)}")) == [])
        #expect(
            try problems(meters("{\(source)}", "{\"name\": \"a\", \(source)}", "{\(source)}")) == [
                "config.json: meters[2].name is missing, as it is of meters[0]; allowed: one meter without a name, "
                    + "whose topics stand under the prefix itself"
            ])
        #expect(
            try problems(meters("{\"name\": \"a\", \(source)}", "{\"name\": \"a\", \(source)}")) == [
                #"config.json: meters[1].name is "a", as that of meters[0]; allowed: a different name for each meter"#
            ])
        #expect(
            try problems(meters("{\"name\": \"gas\", \(source)}")) == [
                #"config.json: meters[0].name is "gas", which is a topic of this program; "#
                    + "allowed: any name but bridge, gas"
            ])
        #expect(
            try problems(meters("{\(source)}", "{\"name\": \"a/b\", \(source)}")) == [
                #"config.json: meters[1].name is "a/b"; allowed: 1 to 64 letters, digits, _ or -"#
            ])
    }

    @Test("what a source needs") func required() throws {
        #expect(
            try problems(meters("{}")) == [
                "config.json: meters[0].source.path is missing for a source of type serial; allowed: a path"
            ])
        #expect(
            try problems(meters(#"{"source": {"type": "tcp", "host": null, "port": "x"}}"#)) == [
                #"config.json: meters[0].source.port is "x"; allowed: a whole number from 1 to 65535"#,
                "config.json: meters[0].source.host is missing for a source of type tcp; "
                    + "allowed: a host name or IP address, without scheme or port",
            ])
        #expect(try problems(meters(#"{"source": {"type": "emulator"}}"#)) == [])
    }

    @Test("prefixes") func prefixes() throws {
        let problem = "is the same as the other one of mqtt.topicPrefix and homeAssistant.prefix; allowed: two prefixes"
        #expect(
            try problems(#"{"mqtt": {"topicPrefix": "homeassistant"}}"#) == ["config.json: mqtt.topicPrefix " + problem]
        )
        #expect(
            try problems(#"{"homeAssistant": {"prefix": "p1"}}"#) == ["config.json: homeAssistant.prefix " + problem])
    }

    @Test("an MQTT source under the own prefix", arguments: ["p1", "p1/raw", "p1/a/b"]) func loop(_ topic: String)
        throws
    {
        #expect(
            try problems(meters("{\"source\": {\"type\": \"mqtt\", \"topic\": \"\(topic)\"}}")) == [
                "config.json: meters[0].source.topic is \"\(topic)\", under this program's own mqtt.topicPrefix; "
                    + "allowed: a topic that another device publishes"
            ])
    }

    @Test("an MQTT source elsewhere", arguments: ["p1x/raw", "p2/p1/raw"]) func noLoop(_ topic: String) throws {
        #expect(try problems(meters("{\"source\": {\"type\": \"mqtt\", \"topic\": \"\(topic)\"}}")) == [])
    }

    @Test("certificate and key") func certificate() throws {
        #expect(
            try problems(#"{"mqtt": {"tls": {"enabled": true, "certificateFile": "c"}}}"#) == [
                "config.json: mqtt.tls.certificateFile needs mqtt.tls.keyFile beside it"
            ])
        #expect(
            try problems(environment: ["P1MQTT_MQTT_TLS_KEY_FILE": "k"]) == [
                "P1MQTT_MQTT_TLS_KEY_FILE (mqtt.tls.keyFile) needs mqtt.tls.certificateFile beside it"
            ])
    }

    @Test("files of TLS without TLS are warned of") func unused() throws {
        #expect(
            try load(#"{"mqtt": {"tls": {"caFile": "ca"}}}"#).warnings == [
                "mqtt.tls.caFile has no effect while mqtt.tls.enabled is false"
            ])
        #expect(try load(#"{"mqtt": {"tls": {"enabled": true, "caFile": "ca"}}}"#).warnings == [])
    }

    @Test("a password without user name") func passwordAlone() throws {
        #expect(
            try problems(#"{"mqtt": {"password": "hunter2"}}"#) == [
                "config.json: mqtt.password needs mqtt.username: MQTT knows no password without a user name"
            ])
    }

    @Test("profiles of the emulator") func profiles() throws {
        #expect(
            try problems(meters(#"{"source": {"type": "emulator", "profile": "be-emcus"}}"#)) == [
                #"config.json: meters[0].source.profile is "be-emcus"; did you mean be-emucs?; "#
                    + "allowed: nl-dsmr42, be-emucs"
            ])
    }
}
