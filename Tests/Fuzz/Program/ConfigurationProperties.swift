import FuzzSupport
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

/// What must hold for any configuration file and for any variables of the environment.
enum ConfigurationProperties {
    /// A file is JSON; an input that begins like a variable is an environment, a variable on each line.
    static func check(_ input: [UInt8]) {
        var draft = SettingsDraft()
        if input.starts(with: EnvironmentName.prefix.utf8) {
            draft.read(EnvironmentName.settings(in: environment(input)) { draft.report("", .environment($0), $1) })
        } else {
            guard let tree = try? JSONReader.read(input) else { return }
            draft.read(tree, ofFile: "config.json")
        }
        draft.check()
        if draft.problems.isEmpty {
            require(draft.meters.allSatisfy { $0.settings != nil }, "a configuration without a problem has all its meters")
            for meter in draft.meters { require(meter.name.map { Topic.fault(in: $0) == nil } ?? true, "a name is a topic") }
            require(Topic.fault(in: draft.settings.mqtt.topicPrefix) == nil, "the prefix is a topic")
        }
        var sample = Portions(of: input)
        guard sample.isOne(of: 4) else { return }
        for problem in draft.problems {
            let text = problem.description
            require(text == text.printable, "a problem has no control characters: \(text)")
        }
    }

    private static func environment(_ input: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for line in input.split(separator: 0x0A).prefix(16) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            variables[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        return variables
    }
}
