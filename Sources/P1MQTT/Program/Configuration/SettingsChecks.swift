import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTEmulator
import P1MQTTMeter

/// What no setting shows alone: names that clash, pairs that belong together, things that are missing.
extension SettingsReader {
    /// To be called once, after the last layer.
    /// - Parameters:
    ///   - profiles: names of the emulator's profiles.
    ///   - reservedNames: first levels of topics, which no meter may have as its name.
    mutating func check(profiles: [String], reservedNames: Set<String>) {
        checkTopics()
        checkLogin()
        checkTLS()
        checkMeterNames(reservedNames)
        checkPorts()
        checkKeys()
        for index in meters.indices { checkSource(index, profiles) }
    }

    private mutating func checkTopics() {
        let prefix = settings.mqtt.topicPrefix
        guard prefix == settings.homeAssistant.prefix else { return }
        let path = isGiven("mqtt.topicPrefix") ? "mqtt.topicPrefix" : "homeAssistant.prefix"
        reportGiven(path, "is the same as the other one of mqtt.topicPrefix and homeAssistant.prefix", "two prefixes")
    }

    private mutating func checkLogin() {
        guard settings.mqtt.username == nil, !hasProblem(at: "mqtt.username") else { return }
        for path in ["mqtt.password", "mqtt.passwordFile"] where isGiven(path) {
            reportGiven(path, "needs mqtt.username: MQTT knows no password without a user name")
        }
    }

    private mutating func checkTLS() {
        let certificate = "mqtt.tls.certificateFile"
        let key = "mqtt.tls.keyFile"
        for (given, other) in [(certificate, key), (key, certificate)]
        where isGiven(given) && !isGiven(other) && !hasProblem(at: other) {
            reportGiven(given, "needs \(other) beside it")
        }
    }

    private mutating func checkMeterNames(_ reserved: Set<String>) {
        var first: [String: Int] = [:]
        var unnamed: Int?
        for (index, meter) in meters.enumerated() {
            let path = "meters[\(index)].name"
            if hasProblem(at: path) || hasProblem(at: "meters[\(index)]") { continue }
            guard let name = meter.name else {
                if let unnamed {
                    reportGiven(
                        path, "is missing, as it is of meters[\(unnamed)]",
                        "one meter without a name, whose topics stand under the prefix itself")
                }
                unnamed = unnamed ?? index
                continue
            }
            if reserved.contains(name) {
                reportGiven(
                    path, "is \"\(name)\", which is a topic of this program",
                    "any name but \(reserved.sorted().joined(separator: ", "))")
            }
            if let other = first.updateValue(first[name] ?? index, forKey: name) {
                reportGiven(path, "is \"\(name)\", as that of meters[\(other)]", "a different name for each meter")
            }
        }
    }

    /// A serial port is locked by whoever reads it, so a second meter would find it busy.
    private mutating func checkPorts() {
        var first: [String: Int] = [:]
        for (index, meter) in meters.enumerated() where meter.source.type == .serial {
            guard let port = meter.source.serialPath else { continue }
            guard let other = first[port] else {
                first[port] = index
                continue
            }
            reportGiven(
                "meters[\(index)].source.path", "is \(JSONTree.text(port).shown), as that of meters[\(other)]",
                "a different port for each meter")
        }
    }

    private mutating func checkKeys() {
        for index in meters.indices {
            let place = "meters[\(index)]"
            guard !isGiven("\(place).decryptionKey"), !isGiven("\(place).decryptionKeyFile") else { continue }
            for path in ["\(place).authenticationKey", "\(place).authenticationKeyFile"] where isGiven(path) {
                reportGiven(path, "needs \(place).decryptionKeyFile: without that key nothing can be read")
            }
        }
    }

    private mutating func checkSource(_ index: Int, _ profiles: [String]) {
        let place = "meters[\(index)]"
        let source = "\(place).source"
        if [place, source, "\(source).type"].contains(where: hasProblem) { return }
        let meter = meters[index]
        for row in SettingsTable.meter(meter.source.type) where row.isRequired && row.held(meter) == .null {
            let path = "\(place).\(row.path)"
            if hasProblem(at: path) { continue }
            reportGiven(path, "is missing for a source of type \(meter.source.type.rawValue)", row.allowed)
        }
        switch meter.source.settings {
        case .mqtt(let topic) where "\(topic)/".hasPrefix("\(settings.mqtt.topicPrefix)/"):
            reportGiven(
                "\(source).topic", "is \"\(topic)\", under this program's own mqtt.topicPrefix",
                "a topic that another device publishes")
        case .emulator(let emulator)
        where isGiven("\(source).profile") && emulator.replay == nil && !profiles.contains(emulator.profile):
            let hint = Spelling.closest(to: emulator.profile, among: profiles).map { "; did you mean \($0)?" } ?? ""
            reportGiven(
                "\(source).profile", "is \"\(emulator.profile)\"\(hint)", profiles.joined(separator: ", "))
        default: break
        }
    }
}

extension SettingsReader {
    /// What is allowed but probably not meant so, a line each.
    func doubts() -> [String] {
        let tls = settings.mqtt.tls
        if tls.enabled {
            return tls.verify ? [] : ["mqtt.tls.verify is false: whoever answers in the broker's place is trusted"]
        }
        return ["mqtt.tls.caFile", "mqtt.tls.certificateFile", "mqtt.tls.keyFile"].filter(isGiven)
            .map { "\($0) has no effect while mqtt.tls.enabled is false" }
    }
}
