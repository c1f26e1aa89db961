import Glibc
import P1MQTTBroker
import P1MQTTEmulator
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import SystemPackage

/// The files that settings name: secrets, each of which stands in the configuration or in a file of its own, captures,
/// and those of TLS. Without one of them the service would not work, so they have to be there.
extension SettingsDraft {
    /// To be called once, after the last layer.
    /// - Returns: a warning for each file with a secret that every user of the machine may read.
    mutating func readFiles() -> [String] {
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
            if [.http, .websocket].contains(meter.source.type) { readHTTPFiles("\(place).source", &meter.source, &warnings) }
            if meter.source.type == .emulator { readCapture("\(place).source.replay", &meter.source) }
            if meter.source.type == .file { findCapture("\(place).source.path", meter.source) }
            meters[index] = meter
        }
        if settings.mqtt.tls.enabled { findTLSFiles() }
        return warnings
    }

    /// A warning for each secret in the configuration file itself, where every user of the machine may read that.
    func doubts(ofFile file: (path: String, isReadableByOthers: Bool)?) -> [String] {
        guard let file, file.isReadableByOthers else { return [] }
        let keys = meters.indices.flatMap { index in
            ["decryptionKey", "authenticationKey", "source.token"].map { "meters[\(index)].\($0)" }
        }
        return (["mqtt.password"] + keys).filter { isGiven($0) && origin(of: $0) == .file(file.path) }.map {
            "\($0) stands in \(file.path), which every user of this machine may read; chmod o-r takes that away"
        }
    }

    /// The settings of TLS that name files, and the files.
    var tlsFiles: [(path: String, file: String?)] {
        let tls = settings.mqtt.tls
        return [("mqtt.tls.caFile", tls.caFile), ("mqtt.tls.certificateFile", tls.certificateFile), ("mqtt.tls.keyFile", tls.keyFile)]
    }

    mutating func settle<Value>(
        _ path: String, _ secret: inout Value?, _ file: inout String?, _ codec: SettingCodec<Value>, _ warnings: inout [String]
    ) {
        let filePath = path + "File"
        if secret != nil, file != nil {
            let (own, ofFile) = (origin(of: path).rank, origin(of: filePath).rank)
            if own == ofFile { return reportGiven(filePath, "stands beside \(path)", "one of the two") }
            // Who sets one of them in a higher place means to replace the other.
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

    private mutating func readCapture(_ path: String, _ source: inout SourceDraft) {
        guard let name = source.replayPath else { return }
        do {
            let file = try SmallFile.load(name, limit: ReplayCapture.maximumSize)
            source.emulator.replay = ReplayCapture(path: name, bytes: file.bytes)
            if source.emulator.replay == nil { reportGiven(path, "names \(name), which holds no telegram", "a capture of a P1 port") }
        } catch {
            reportGiven(path, "names \(name), which \(error.reason)")
        }
    }

    /// A file may still come, as a pipe that another program makes; but a folder stays one.
    private mutating func findCapture(_ path: String, _ source: SourceDraft) {
        guard let name = source.filePath, access(name + "/.", F_OK) == 0 else { return }
        reportGiven(path, "names \(name), which is a folder", "a file in it")
    }

    private mutating func findTLSFiles() {
        for case (let path, let file?) in tlsFiles where access(file, R_OK) != 0 {
            reportGiven(path, "names \(file), which cannot be read: \(Errno(rawValue: errno))")
        }
    }
}
