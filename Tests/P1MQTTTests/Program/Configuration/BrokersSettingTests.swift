import P1MQTTMeter
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker

@Suite("Several brokers, and what they forget, in the configuration") struct BrokersSettingTests {
    private func brokers(_ host: String, port: Int = 1883, environment: [String: String] = [:]) throws -> [String] {
        try loadSettings(#"{"mqtt": {"host": \#(host), "port": \#(port)}}"#, environment: environment).settings.mqtt.brokers.map(
            \.description)
    }

    @Test("one as text, several as a list, each with a port of its own if wanted") func list() throws {
        #expect(try brokers(#""nas""#) == ["nas:1883"])
        #expect(try brokers(#""nas:1884""#) == ["nas:1884"])
        #expect(
            try brokers(#"["a", "b:1884", "::1", "[fe80::1%eth0]:1885"]"#, port: 2) == ["a:2", "b:1884", "[::1]:2", "[fe80::1%eth0]:1885"])
        #expect(try brokers(#""file""#, environment: ["P1MQTT_MQTT_HOST": "a, b:1884"]) == ["a:1883", "b:1884"])
        #expect(try loadSettings(flags: ["--host", "a,b", "--port", "9"]).settings.mqtt.brokers.map(\.port) == [9, 9])
    }

    @Test(
        "what is none",
        arguments: [
            ("[]", "is a list: it names 0 brokers"), (#"["a", "a"]"#, #"is a list: it names "a" twice"#),
            (#"["a", "b c"]"#, #"is a list: "b c" is no host name"#), (#"["a", 1]"#, "is a list: 1 is no host name"),
            (#""a,""#, #"is "a,": "" is no host name"#), (#""a:0""#, #"is "a:0"; allowed: a host name or IP address"#),
            (#""mqtt://a""#, #"is "mqtt://a"; allowed"#), ("5", "is 5; allowed"), ("{}", "is an object; allowed"),
        ])
    func faults(_ host: String, _ problem: String) throws {
        let problems = try settingsProblems(#"{"mqtt": {"host": \#(host)}}"#)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("config.json: mqtt.host \(problem)") == true, "\(problems)")
    }

    @Test("a list is held as a list, one broker as text") func encoding() throws {
        let codec = SettingCodec<[BrokerHost]>.brokers
        for json in [#""a""#, #"["a", "b:1"]"#, #"["[::1]:5", "::1"]"#] {
            let tree = try JSONReader.read(Array(json.utf8))
            #expect(codec.decode(tree).map(codec.encode) == tree)
        }
    }

    @Test("two lists with a broker in common are one cluster; the lock is that of the whole list, in any order") func cluster() {
        func settings(_ hosts: String...) -> MQTTSettings {
            var settings = MQTTSettings()
            settings.hosts = hosts.map { BrokerHost($0) }
            return settings
        }
        #expect(settings("a", "b").sharesBroker(with: settings("c", "b")))
        #expect(!settings("a").sharesBroker(with: settings("b")))
        #expect(!settings("a").sharesBroker(with: MQTTSettings(host: "a", port: 1884)))
        #expect(settings("a", "b").lock(clientId: "c") == settings("b", "A").lock(clientId: "c"))
        #expect(settings("a", "b").lock(clientId: "c") != settings("a").lock(clientId: "c"))
        #expect(settings("a", "b").only(BrokerAddress(host: "b", port: 5)).brokers.map(\.description) == ["b:5"])
    }

    // MARK: - publish.expiry

    @Test("values can be forgotten with MQTT 5 only, and not before they are sent again") func expiry() throws {
        #expect(
            try settingsProblems(#"{"publish": {"expiry": 60}}"#) == [
                #"config.json: publish.expiry needs mqtt.version "5": no broker forgets what came with MQTT 3.1.1"#
            ])
        #expect(
            try settingsProblems(#"{"mqtt": {"version": "5"}, "publish": {"expiry": 60, "onlyChanges": true}}"#) == [
                "config.json: publish.expiry is 60, less than twice publish.heartbeat with 60: values would be gone before they are sent again; "
                    + "allowed: twice publish.heartbeat or more"
            ])
        #expect(
            try settingsProblems(#"{"mqtt": {"version": "5"}, "publish": {"expiry": 60, "minimumInterval": 90.5}}"#).first?.hasPrefix(
                "config.json: publish.expiry is 60, less than twice publish.minimumInterval with 90.5") == true)
        #expect(try settingsProblems(#"{"mqtt": {"version": "5"}, "publish": {"expiry": 60}}"#) == [])
        #expect(try settingsProblems(#"{"mqtt": {"version": "5"}, "publish": {"expiry": 120, "onlyChanges": true}}"#) == [])
        #expect(
            try loadSettings(#"{"mqtt": {"version": "5", "retain": false}, "publish": {"expiry": 60}}"#).warnings == [
                "publish.expiry has no effect while mqtt.retain is false"
            ])
    }
}
