import P1MQTTBroker
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("mqtt.url") struct BrokerURLTests {
    @Test(
        "its parts",
        arguments: [
            ("mqtt://broker", false, nil, "broker", 1883), ("mqtts://broker/", true, nil, "broker", 8883),
            ("mqtts://user@host:8884", true, "user", "host", 8884), ("MQTT://[fe80::1%eth0]:1", false, nil, "fe80::1%eth0", 1),
            ("mqtt://a%40b@10.0.0.1", false, "a@b", "10.0.0.1", 1883), ("mqtt://a@b@c", false, "a@b", "c", 1883),
        ] as [(String, Bool, String?, String, Int)])
    func parts(_ text: String, _ isTLS: Bool, _ user: String?, _ host: String, _ port: Int) throws {
        let url = try BrokerURL(text)
        #expect(url.isTLS == isTLS && url.user == user && url.host == host && url.port == port)
    }

    @Test(
        "what is none",
        arguments: [
            ("http://a", .scheme), ("a:1883", .scheme), ("ws://a", .scheme), ("mqtt://u:p@a", .password), ("mqtts://:p@a", .password),
            ("mqtt://", .host), ("mqtt://@a", .user), ("mqtt://%zz@a", .user), ("mqtt://%c3@a", .user), ("mqtt://a%00@b", .user),
            ("mqtt://fe80::1", .port),
            ("mqtt://[a", .host), ("mqtt://[::1]x", .host), ("mqtt://a b", .host), ("mqtt://a:0", .port), ("mqtt://a:", .port),
            ("mqtt://a:65536", .port), ("mqtt://a:+1", .port), ("mqtt://a/p1", .rest), ("mqtt://a?b", .rest),
        ] as [(String, BrokerURL.Fault)])
    func faults(_ text: String, _ fault: BrokerURL.Fault) {
        #expect(throws: fault) { try BrokerURL(text) }
    }

    @Test("stands for host, port, user name and TLS") func settles() throws {
        let mqtt = try loadSettings(#"{"mqtt": {"url": "mqtts://home@broker.local:8884", "password": "x"}}"#).settings.mqtt
        #expect(mqtt.host == "broker.local" && mqtt.port == 8884 && mqtt.username == "home" && mqtt.tls.enabled)
        let plain = try loadSettings(environment: ["P1MQTT_MQTT_URL": "mqtt://broker"]).settings.mqtt
        #expect(plain.host == "broker" && plain.port == 1883 && plain.username == nil && !plain.tls.enabled)
    }

    @Test("is refused beside what it stands for") func beside() throws {
        let problems = try settingsProblems(
            #"{"mqtt": {"url": "mqtts://u@a", "host": "a", "port": 1, "username": "u", "tls": {"enabled": false}}}"#)
        #expect(
            problems == [
                "config.json: mqtt.host stands beside mqtt.url; allowed: one of the two",
                "config.json: mqtt.port stands beside mqtt.url; allowed: one of the two",
                "config.json: mqtt.username stands beside mqtt.url; allowed: one of the two",
                "config.json: mqtt.tls.enabled is false, but mqtt.url begins with mqtts://; allowed: mqtt.url with mqtt://, or no mqtt.tls.enabled",
            ], "\(problems)")
    }

    @Test("gives way to a part that stands in a higher place, and takes the place of a lower one") func layers() throws {
        let file = #"{"mqtt": {"url": "mqtts://u@a:8884"}}"#
        let flag = try loadSettings(file, flags: ["--host", "b"]).settings.mqtt
        #expect(flag.host == "b" && flag.port == 8884 && flag.username == "u" && flag.tls.enabled)
        let environment = try loadSettings(
            #"{"mqtt": {"host": "a", "port": 1, "tls": {"enabled": true}}}"#, environment: ["P1MQTT_MQTT_URL": "mqtt://b"]
        ).settings.mqtt
        #expect(environment.host == "b" && environment.port == 1883 && !environment.tls.enabled)
    }

    @Test("a password in it is refused, and shown nowhere") func password() throws {
        let problems = try settingsProblems(#"{"mqtt": {"url": "mqtt://user:secret@host"}}"#)
        #expect(problems.count == 1 && problems[0].contains("a password has no place in it; put that into mqtt.passwordFile"))
        #expect(!problems[0].contains("secret"))
    }

    @Test("port 8883 without TLS is probably not meant so") func doubt() throws {
        let warnings = try loadSettings(#"{"mqtt": {"port": 8883}}"#).warnings
        #expect(warnings.count == 1 && warnings[0].contains(#"the line to add to "mqtt" is "tls": {"enabled": true}"#), "\(warnings)")
        #expect(try loadSettings(#"{"mqtt": {"url": "mqtts://a"}}"#).warnings.isEmpty)
    }
}
