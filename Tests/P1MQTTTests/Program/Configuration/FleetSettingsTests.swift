import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Settings of many meters") struct FleetSettingsTests {
    private func fleet(_ name: String, _ topic: String, _ more: String = "") -> String {
        #"{"name": "\#(name)", "source": {"type": "mqtt", "topic": "\#(topic)"\#(more)}}"#
    }

    private func configuration(_ meters: String..., more: String = "") -> String {
        #"{"meters": [\#(meters.joined(separator: ", "))]\#(more)}"#
    }

    @Test("a topic with + and its defaults") func accepted() throws {
        let loaded = try TemporaryFolder()
        let file = try loaded.write(
            configuration(
                fleet("{1}", "dongles/+/telegram"), fleet("x_{2}_{1}", "other/+/+", #", "maximumMeters": 5, "forgetAfter": 90"#),
                more: #", "share": {"worker": 2, "of": 3}"#), to: "config.json")
        let settings = try LoadedSettings(explicitPath: file, environment: [:], flags: []).settings
        #expect(settings.namedMeters.isEmpty)
        let fleets = settings.fleets.compactMap(\.fleet)
        #expect(fleets.map(\.pattern.description) == ["dongles/+/telegram", "other/+/+"])
        #expect(fleets.map(\.maximumMeters) == [1000, 5] && fleets.map(\.forgetAfter) == [604_800, 90])
        #expect(settings.maximumMeters == 1005)
        #expect(settings.share.share == WorkerShare(worker: 2, of: 3))
        #expect(settings.bridgeTopics.state == "p1/bridge/2/state" && settings.clientId == BridgeIdentity.clientId(prefix: "p1") + "-2")
    }

    @Test("from the environment, as of one container of several") func environment() throws {
        let settings = try LoadedSettings(
            explicitPath: nil,
            environment: [
                "P1MQTT_METERS_0_NAME": "{1}", "P1MQTT_METERS_0_SOURCE_TYPE": "mqtt", "P1MQTT_METERS_0_SOURCE_TOPIC": "dongles/+/telegram",
                "P1MQTT_SHARE_WORKER": "1", "P1MQTT_SHARE_OF": "4", "P1MQTT_MQTT_CLIENT_ID": "fleet", "P1MQTT_PUBLISH_VALUES": "false",
            ], flags: [], searchPaths: []
        ).settings
        #expect(settings.clientId == "fleet-1" && settings.fleets.count == 1)
        #expect(!settings.homeAssistant.enabled, "entities would have no topic")
    }

    @Test(
        "what is not right with a topic or a name",
        arguments: [
            ("{1}", "dongles/#", #"meters[0].source.topic is "dongles/#": # stands for any number of levels"#),
            ("{1}", "dongles/a+/telegram", #"meters[0].source.topic is "dongles/a+/telegram": a + stands for a whole level"#),
            ("{1}", "dongles//+", #"meters[0].source.topic is "dongles//+": a topic must not have an empty level"#),
            ("{1}", "$share/a/+", "meters[0].source.topic is \"$share/a/+\": a topic must not begin with $"),
            (
                "{1}", "p1/+/raw",
                #"meters[0].source.topic is "p1/+/raw", which stands for topics under this program's own mqtt.topicPrefix too"#
            ),
            (
                "{1}", "+/x/raw",
                #"meters[0].source.topic is "+/x/raw", which stands for topics under this program's own mqtt.topicPrefix too"#
            ),
            ("roof", "a/+/b", #"meters[0].name names one meter, and the topic "a/+/b" stands for many; allowed: a name with {1} in it"#),
            ("{2}", "a/+/b", "meters[0].name has {2}, and the topic 1 +"),
            ("{1}", "a/b", "meters[0].name holds braces, and this is one meter: its source has no topic with +"),
            ("a{1", "a/+", #"meters[0].name is "a{1"; allowed: 1 to 64 letters, digits, _ or -"#),
        ])
    func refused(_ name: String, _ topic: String, _ problem: String) throws {
        let problems = try settingsProblems(configuration(fleet(name, topic)))
        #expect(problems.count == 1 && problems[0].hasPrefix("config.json: \(problem)"), "\(problems)")
    }

    @Test("a topic makes one meter") func overlap() throws {
        let one = fleet("{1}", "a/+/b")
        #expect(
            try settingsProblems(configuration(one, fleet("x{1}", "a/c/+"))).map { $0.contains("stands for topics of meters[0] too") } == [
                true
            ])
        #expect(
            try settingsProblems(configuration(one, fleet("roof", "a/c/b"))).map { $0.contains("stands for topics of meters[1] too") } == [
                true
            ])
        #expect(try settingsProblems(configuration(one, fleet("roof", "a/c/d"), fleet("{1}", "a/+"))) == [])
        let serial = #"{"name": "{1}", "source": {"type": "serial", "path": "/dev/ttyUSB0"}}"#
        #expect(try settingsProblems(configuration(serial)).map { $0.contains("meters[0].name holds braces") } == [true])
    }

    @Test("what is not right with share") func share() throws {
        let one = fleet("{1}", "a/+/b")
        func problems(_ share: String, _ meters: String) throws -> [String] {
            try settingsProblems(#"{"share": \#(share), "meters": [\#(meters)]}"#)
        }
        #expect(try problems(#"{"worker": 3, "of": 3}"#, one) == [])
        #expect(
            try problems(#"{"worker": 3, "of": 2}"#, one) == [
                "config.json: share.worker is 3, of 2; allowed: a whole number from 1 to share.of"
            ])
        #expect(try problems(#"{"worker": 3}"#, one) == ["config.json: share.worker needs share.of beside it"])
        #expect(try problems(#"{"of": 3}"#, one) == ["config.json: share.of needs share.worker beside it"])
        #expect(try problems(#"{"worker": 0, "of": 3}"#, one).count == 1)
        #expect(
            try problems(#"{"worker": 1, "of": 2}"#, one + #", {"name": "roof", "source": {"type": "tcp", "host": "h", "port": 1}}"#) == [
                "config.json: meters[1].source.type is tcp with one meter, which every worker of share would read; "
                    + "allowed: \"mqtt\" with + in its topic; another p1mqtt with another mqtt.topicPrefix for this meter"
            ])
    }
}
