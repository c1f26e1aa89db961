import Glibc
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTEmulator
import P1MQTTInput
import P1MQTTMeter
import SystemPackage

/// What no setting shows alone: names that clash, pairs that belong together, things that are missing.
extension SettingsDraft {
    /// To be called once, after the last layer.
    mutating func check() {
        settleURL()
        checkTopics()
        checkLogin()
        checkTLS()
        checkExpiry()
        checkMeterNames()
        checkInputs()
        checkPorts()
        checkFleets()
        checkShare()
        checkKeys()
        for index in meters.indices { checkSource(index) }
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

    /// Values that vanish before the next one comes would come and go.
    private mutating func checkExpiry() {
        guard let expiry = settings.publish.expiry else { return }
        if settings.mqtt.version != .v5, !hasProblem(at: "mqtt.version") {
            reportGiven(
                "publish.expiry", "needs mqtt.version \"5\": no broker forgets what came with MQTT \(settings.mqtt.version.rawValue)")
        }
        let pauses = [
            ("publish.heartbeat", settings.publish.onlyChanges ? settings.publish.heartbeat : 0),
            ("publish.minimumInterval", settings.publish.minimumInterval),
        ]
        // What is due goes out with the next telegram after that.
        for (path, seconds) in pauses where 2 * seconds > Double(expiry) {
            let shown = Int(exactly: seconds).map(String.init) ?? "\(seconds)"
            reportGiven(
                "publish.expiry",
                "is \(expiry), less than twice \(path) with \(shown): values would be gone before they are sent again",
                "twice \(path) or more")
        }
    }

    private mutating func checkMeterNames() {
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
            // Names of many are compared when they are made.
            if name.contains("{") { continue }
            if DocumentLayout.reservedNames.contains(name) {
                reportGiven(
                    path, "is \"\(name)\", which is a topic of this program",
                    "any name but \(DocumentLayout.reservedNames.sorted().joined(separator: ", "))")
            }
            if let other = first.updateValue(first[name] ?? index, forKey: name) {
                reportGiven(path, "is \"\(name)\", as that of meters[\(other)]", "a different name for each meter")
            }
        }
    }

    /// A port is locked by the meter that reads it, the bytes of a pipe go to one of its readers, and the telegrams of a
    /// topic to one meter. Two meters that read the same file would be one meter twice.
    private mutating func checkInputs() {
        var first: [String: Int] = [:]
        for (index, meter) in meters.enumerated() {
            let (setting, name, input, kind): (String, String, String, String)
            switch meter.source.settings(named: meter.name) {
            case .serial(let serial): (setting, name, input, kind) = ("path", serial.path, PortPath.resolvingLinks(serial.path), "port")
            case .file(let path): (setting, name, input, kind) = ("path", path, PortPath.resolvingLinks(path), "file")
            case .mqtt(let topic): (setting, name, input, kind) = ("topic", topic, "topic \(topic)", "topic")
            case .http(let http): (setting, name, input, kind) = ("url", http.url.shown, http.url.text, "URL")
            case .websocket(let url): (setting, name, input, kind) = ("url", url.shown, url.text, "URL")
            case .tcp, .emulator, .fleet, nil: continue
            }
            if let other = first[input] {
                reportGiven(
                    "meters[\(index)].source.\(setting)", "is \(JSONTree.text(name).shown), as that of meters[\(other)]",
                    "a different \(kind) for each meter")
            }
            first[input] = first[input] ?? index
        }
    }

    /// Two that listen on one port clash, unless each has an address of its own.
    private mutating func checkPorts() {
        var first: [Int: [(address: String, path: String)]] = [:]
        // Who listens at all addresses leaves none for another.
        func isAll(_ address: String) -> Bool { ["0.0.0.0", "::"].contains(address) }
        for (path, address, port) in listeningPorts {
            let others = first[port] ?? []
            first[port] = others + [(address, path)]
            guard let other = others.first(where: { $0.address == address || isAll($0.address) || isAll(address) }) else { continue }
            reportGiven(path, "takes port \(port), as \(other.path) does", "a different port for each")
        }
    }

    private var listeningPorts: [(path: String, address: String, port: Int)] {
        meters.enumerated().compactMap { index, meter in
            meter.serve.port.map { ("meters[\(index)].serve.port", meter.serve.address, $0) }
        } + (settings.metrics.listen.map { [("metrics.listen", $0.host, $0.port)] } ?? [])
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

    private mutating func checkSource(_ index: Int) {
        let place = "meters[\(index)]"
        let source = "\(place).source"
        if [place, source, "\(source).type"].contains(where: hasProblem) { return }
        let meter = meters[index]
        for row in SettingsTable.meter(meter.source.type) where row.isRequired && row.held(meter) == .null {
            let path = "\(place).\(row.path)"
            if hasProblem(at: path) { continue }
            reportGiven(path, "is missing for a source of type \(meter.source.type.rawValue)", row.allowed)
        }
        switch meter.source.settings(named: meter.name) {
        case .mqtt(let topic) where "\(topic)/".hasPrefix("\(settings.mqtt.topicPrefix)/"):
            reportGiven(
                "\(source).topic", "is \"\(topic)\", under this program's own mqtt.topicPrefix",
                "a topic that another device publishes")
        case .emulator(let emulator) where meter.source.replayPath != nil && !emulator.faults.allSatisfy(\.isOnLine):
            reportGiven(
                "\(source).faults", "holds faults of a meter, but the telegrams come from a capture",
                "bitErrors, cut and silent together with replay")
        case .emulator(let emulator) where meter.source.replayPath != nil && emulator.household != nil:
            reportGiven("\(source).household", "is given, but the telegrams come from a capture", "either household or replay")
        default: break
        }
    }
}

extension SettingsDraft {
    /// What is allowed but probably not meant so, a line each.
    func doubts() -> [String] {
        let debug = settings.debug
        let folder =
            debug.enabled && access(debug.directory, W_OK) != 0
            ? ["debug.directory names \(debug.directory), where nothing can be written: \(Errno(rawValue: errno))"] : []
        let expiry =
            settings.publish.expiry != nil && !settings.mqtt.retain ? ["publish.expiry has no effect while mqtt.retain is false"] : []
        let unserved = meters.indices.filter { meters[$0].serve.address != ServeSettings().address && meters[$0].serve.port == nil }
            .map { "meters[\($0)].serve.address has no effect without meters[\($0)].serve.port" }
        return folder + doubtsOfTLS() + expiry + doubtsOfHouseholds() + doubtsOfHTTP() + doubtsOfFleets() + unserved
    }

    private func doubtsOfHouseholds() -> [String] {
        meters.indices.flatMap { index -> [String] in
            guard case .emulator(let emulator) = meters[index].source.settings(named: nil), emulator.household != nil else { return [] }
            return ["electricityIncrement", "gasIncrement"].map { "meters[\(index)].source.\($0)" }.filter(isGiven)
                .map { "\($0) has no effect beside household" }
        }
    }

    private func doubtsOfTLS() -> [String] {
        let tls = settings.mqtt.tls
        if tls.enabled {
            return tls.verify ? [] : ["mqtt.tls.verify is false: whoever answers in the broker's place is trusted"]
        }
        let setting = settings.mqtt.port == 8883 ? "mqtt.port is" : "mqtt.host names port"
        let port =
            settings.mqtt.brokers.contains { $0.port == 8883 }
            ? [
                "\(setting) 8883, where brokers speak TLS, and mqtt.tls.enabled is false; the line to add to \"mqtt\" is \"tls\": {\"enabled\": true}"
            ] : []
        return port
            + tlsFiles.map(\.path).filter(isGiven).map { "\($0) has no effect while mqtt.tls.enabled is false" }
    }
}
