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
            #"{"meters": [{"source": {"type": "mqtt", "topic": "\#(text)"}}]}"#,
            #"{"meters": [{"name": "\#(text)", "source": {"type": "file", "path": "x"}}]}"#,
        ] {
            let problems = try settingsProblems(json)
            #expect(problems.count == 1, "\(json): \(problems)")
            for problem in problems { #expect(problem == problem.printable, "\(problem)") }
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
