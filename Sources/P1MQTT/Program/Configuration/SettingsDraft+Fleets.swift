import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter

/// What is to be right with topics that stand for many meters, and with sharing them.
extension SettingsDraft {
    mutating func checkFleets() {
        for index in meters.indices where !hasProblem(at: "meters[\(index)].source.topic") {
            let source = meters[index].source
            guard source.type == .mqtt, let pattern = source.topic.flatMap(TopicPattern.init) else {
                checkSingle(index)
                continue
            }
            checkNames(index, pattern)
            checkReach(index, pattern)
            if meters[index].serve.port != nil {
                reportGiven(
                    "meters[\(index)].serve.port",
                    "is one port, and the topic \(JSONTree.text(pattern.description).shown) stands for many meters",
                    "null; a meter of its own for each that is served")
            }
        }
    }

    /// What is no topic with `+` makes one meter.
    private mutating func checkSingle(_ index: Int) {
        let path = "meters[\(index)].name"
        if !hasProblem(at: path), meters[index].name?.contains("{") == true {
            reportGiven(path, "holds braces, and this is one meter: its source has no topic with +", "1 to 64 letters, digits, _ or -")
        }
    }

    private mutating func checkNames(_ index: Int, _ pattern: TopicPattern) {
        let path = "meters[\(index)].name"
        if hasProblem(at: path) { return }
        let levels = meters[index].name.flatMap(MeterNameTemplate.init)?.levels ?? []
        let allowed = "a name with \((1...pattern.wildcards).map { "{\($0)}" }.joined(separator: " or ")) in it, for what the + stands for"
        if levels.isEmpty {
            reportGiven(path, "names one meter, and the topic \(JSONTree.text(pattern.description).shown) stands for many", allowed)
        } else if let tooHigh = levels.first(where: { $0 > pattern.wildcards }) {
            reportGiven(path, "has {\(tooHigh)}, and the topic \(pattern.wildcards) +", allowed)
        }
    }

    /// Our own topics, and the telegrams of a meter, come to one place only.
    private mutating func checkReach(_ index: Int, _ pattern: TopicPattern) {
        let path = "meters[\(index)].source.topic"
        let shown = JSONTree.text(pattern.description).shown
        if pattern.reaches(below: settings.mqtt.topicPrefix) {
            reportGiven(
                path, "is \(shown), which stands for topics under this program's own mqtt.topicPrefix too",
                "a topic that other devices publish; a first level that is no +, or another mqtt.topicPrefix")
        }
        for (other, meter) in meters.enumerated() where other != index && meter.source.type == .mqtt {
            guard let topic = meter.source.topic else { continue }
            let isShared = TopicPattern(topic).map { other < index && $0.overlaps(pattern) } ?? (pattern.matches(topic) != nil)
            if isShared { reportGiven(path, "is \(shown), which stands for topics of meters[\(other)] too", "each topic for one meter") }
        }
    }

    mutating func checkShare() {
        let share = settings.share
        if hasProblem(at: "share.worker") || hasProblem(at: "share.of") { return }
        for (given, other) in [("share.worker", "share.of"), ("share.of", "share.worker")] where isGiven(given) && !isGiven(other) {
            reportGiven(given, "needs \(other) beside it")
        }
        guard let worker = share.worker, let of = share.of else { return }
        if worker > of { reportGiven("share.worker", "is \(worker), of \(of)", "a whole number from 1 to share.of") }
        for (index, meter) in meters.enumerated() where meter.source.topic.flatMap(TopicPattern.init) == nil || meter.source.type != .mqtt {
            if hasProblem(at: "meters[\(index)]") || hasProblem(at: "meters[\(index)].source.topic") { continue }
            reportGiven(
                "meters[\(index)].source.type", "is \(meter.source.type.rawValue) with one meter, which every worker of share would read",
                "\"mqtt\" with + in its topic; another p1mqtt with another mqtt.topicPrefix for this meter")
        }
    }

    /// What `publish.values` costs Home Assistant.
    func doubtsOfFleets() -> [String] {
        guard !settings.publish.values, settings.homeAssistant.enabled else { return [] }
        return ["publish.values is false, so nothing is announced to Home Assistant, whose entities read those topics"]
    }
}
