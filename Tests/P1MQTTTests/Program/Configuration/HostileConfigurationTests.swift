import TestSupport
import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Hostile configuration") struct HostileConfigurationTests {
    @Test(
        "a prefix, a topic or a name that would reach beyond its topics is refused",
        arguments: ["+", "#", "p1/#", "$SYS/p1", "a\\u0000b", "a\\nb", "", "/", "a//b", "a\\u001bb"])
    func topics(_ text: String) throws {
        for json in [
            #"{"mqtt": {"topicPrefix": "\#(text)"}}"#, #"{"homeAssistant": {"prefix": "\#(text)"}}"#,
            // With a name that fits a + too.
            #"{"meters": [{"name": "{1}", "source": {"type": "mqtt", "topic": "\#(text)"}}]}"#,
            #"{"meters": [{"name": "\#(text)", "source": {"type": "file", "path": "x"}}]}"#,
        ] {
            let problems = try settingsProblems(json)
            #expect(problems.count == 1, "\(json): \(problems)")
            for problem in problems { #expect(problem == problem.printable, "\(problem)") }
        }
    }

    @Test(
        "what MQTT forbids in a prefix is named",
        arguments: [
            ("$SYS/p1", "must not begin with $: brokers keep those for themselves"), ("a\\u0000b", "control character U+0000"),
            ("a\\ufffeb", "U+FFFE, which stands for no character"), ("", "must not be empty"), ("a//b", "empty level"),
            ("/a", "empty level"), (String(repeating: "é", count: 129), "at most 256 bytes, this one has 258"),
        ])
    func prefix(_ text: String, _ reason: String) throws {
        for json in [
            #"{"mqtt": {"topicPrefix": "\#(text)"}}"#, #"{"homeAssistant": {"prefix": "\#(text)"}}"#,
            #"{"meters": [{"source": {"type": "mqtt", "topic": "\#(text)"}}]}"#,
        ] {
            let problems = try settingsProblems(json)
            #expect(problems.count == 1)
            #expect(problems.allSatisfy { $0.contains(reason) && $0.contains("; allowed: a topic of 1 to") }, "\(problems)")
        }
    }

    @Test("a variable whose name has control characters is shown without them") func variable() throws {
        let problems = try settingsProblems("{}", environment: ["P1MQTT_METERS_0_SOURCE\u{1b}[2J": "x"])
        #expect(problems.contains { $0.contains("P1MQTT_METERS_0_SOURCE?[2J") }, "\(problems)")
        #expect(problems.allSatisfy { $0 == $0.printable })
    }

    @Test("a prefix stands for itself alone", arguments: [("+", "+"), ("p1/+", "+"), ("p1/#", "#")])
    func wildcards(_ text: String, _ character: String) throws {
        for json in [#"{"mqtt": {"topicPrefix": "\#(text)"}}"#, #"{"homeAssistant": {"prefix": "\#(text)"}}"#] {
            let problems = try settingsProblems(json)
            #expect(problems.count == 1 && problems[0].contains("must not contain \(character): it stands for any topic"), "\(problems)")
        }
    }

    @Test("what is wrong is shown without control characters, and a secret is not shown at all") func messages() throws {
        let problems = try settingsProblems(
            #"{"mqtt": {"host": "a\u001b[2Jb", "password": "", "tls": {"verify": "\u0007no"}}, "x\u001by\n": 1, "meters": [{"decryptionKey": "s3cret\u001b"}]}"#
        )
        #expect(problems.count >= 4)
        for problem in problems {
            #expect(problem == problem.printable, "\(problem)")
            #expect(!problem.contains("s3cret"))
        }
    }

    @Test("a file that is deep, large, or a folder is refused, not read to its end") func size() throws {
        #expect(try settingsProblems(String(repeating: "[", count: 100_000)).count == 1)
        #expect(try settingsProblems("{\"mqtt\": \"" + String(repeating: "a", count: 2_000_000) + "\"}").count == 1)
        let folder = try TemporaryFolder()
        #expect(throws: SettingsProblems.self) {
            try LoadedSettings(
                explicitPath: folder.path, environment: [:], flags: [])
        }
    }
}
