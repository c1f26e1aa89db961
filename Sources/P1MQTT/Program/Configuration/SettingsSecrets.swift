import P1MQTTBroker
import P1MQTTMeter
import P1MQTTSystem

/// Secrets, each of which stands in the configuration or in a file of its own.
extension SettingsReader {
    /// Reads those that stand in files. To be called once, after the last layer.
    /// - Returns: a warning for each file that every user of the machine may read.
    mutating func readSecrets() -> [String] {
        var warnings: [String] = []
        var mqtt = settings.mqtt
        settle("mqtt.password", &mqtt.password, &mqtt.passwordFile, .secret, &warnings)
        settings.mqtt = mqtt
        for index in meters.indices {
            let place = "meters[\(index)]"
            var meter = meters[index]
            settle("\(place).decryptionKey", &meter.decryptionKey, &meter.decryptionKeyFile, .key, &warnings)
            settle(
                "\(place).authenticationKey", &meter.authenticationKey, &meter.authenticationKeyFile, .key, &warnings)
            meters[index] = meter
        }
        return warnings
    }

    /// A warning for each secret in the configuration file itself, where every user of the machine may read that.
    func doubts(ofFile file: (path: String, isReadableByOthers: Bool)?) -> [String] {
        guard let file, file.isReadableByOthers else { return [] }
        let keys = meters.indices.flatMap { ["meters[\($0)].decryptionKey", "meters[\($0)].authenticationKey"] }
        return (["mqtt.password"] + keys).filter { isGiven($0) && origin(of: $0) == .file(file.path) }.map {
            "\($0) stands in \(file.path), which every user of this machine may read; chmod o-r takes that away"
        }
    }

    private mutating func settle(
        _ path: String, _ secret: inout Secret?, _ file: inout String?, _ codec: SettingCodec<Secret>,
        _ warnings: inout [String]
    ) {
        let filePath = path + "File"
        if secret != nil, file != nil {
            let (own, ofFile) = (rank(path), rank(filePath))
            if own == ofFile { return reportGiven(filePath, "stands beside \(path)", "one of the two") }
            // Who sets one of them in a higher layer means to replace the other.
            if own > ofFile { file = nil }
        }
        guard let name = file else { return }
        do {
            let read = try SecretFile.read(name)
            guard let valid = codec.decode(.text(read.secret.exposed)) else {
                return reportGiven(filePath, "names \(name), whose content is not valid", codec.allowed)
            }
            secret = valid
            if read.isReadableByOthers {
                warnings.append("\(filePath): every user of this machine may read \(name); chmod o-r takes that away")
            }
        } catch {
            reportGiven(filePath, "names \(name), which \(error.reason)")
        }
    }
}
