import P1MQTTEmulator
import P1MQTTInput
import P1MQTTMeter
import P1Parser

/// The kinds of source, as `source.type` names them.
enum SourceType: String, Sendable, CaseIterable {
    case serial, tcp, mqtt, http, websocket, file, emulator
}

/// A meter while its layers are read: a higher layer may still change the type of its source.
struct MeterDraft: Sendable {
    var name: String?
    var source = SourceDraft()
    var utcOffset: Int?
    var summerTime: SummerTime?
    var clock = TelegramClock.meter
    var crc = ChecksumPolicy.auto
    var gasMeter: String?
    var decryptionKey: MeterKey?
    var decryptionKeyFile: String?
    var authenticationKey: MeterKey?
    var authenticationKeyFile: String?
    var serve = ServeSettings()

    /// `nil` as long as its source lacks something.
    var settings: MeterSettings? {
        source.settings(named: name).map {
            MeterSettings(
                name: name, source: $0, utcOffset: utcOffset, summerTime: summerTime, clock: clock, crc: crc, gasMeter: gasMeter,
                cipher: decryptionKey.map { MeterCipher(decryptionKey: $0, authenticationKey: authenticationKey) }, serve: serve)
        }
    }
}

/// What was said about a source, for each type it may have; only what belongs to its type counts in the end.
struct SourceDraft: Sendable {
    var type = SourceType.serial
    var serialPath: String?
    /// Its path is `serialPath`.
    var serial = SerialSettings(path: "")
    var host: String?
    var port: Int?
    var topic: String?
    var maximumMeters = FleetSettings.standardMaximum
    var forgetAfter = FleetSettings.standardPatience
    var httpURL: HTTPURL?
    /// Its URL is `httpURL`.
    var http = HTTPSettings()
    var socketURL: HTTPURL?
    var filePath: String?
    /// Its capture is read from `replayPath`.
    var emulator = EmulatorSettings()
    var replayPath: String?

    /// `nil` as long as something is missing that has no default.
    /// - Parameter name: of the meter, which of many is a template.
    func settings(named name: String?) -> SourceSettings? {
        switch type {
        case .serial:
            guard let serialPath else { return nil }
            var serial = serial
            serial.path = serialPath
            return .serial(serial)
        case .tcp:
            guard let host, let port else { return nil }
            return .tcp(host: host, port: port)
        case .mqtt:
            guard let topic else { return nil }
            guard let pattern = TopicPattern(topic) else { return .mqtt(topic: topic) }
            guard let names = name.flatMap(MeterNameTemplate.init) else { return nil }
            return .fleet(FleetSettings(pattern: pattern, names: names, maximumMeters: maximumMeters, forgetAfter: forgetAfter))
        case .http:
            guard let httpURL else { return nil }
            var http = http
            http.url = httpURL
            return .http(http)
        case .websocket: return socketURL.map { .websocket($0) }
        case .file: return filePath.map { .file(path: $0) }
        case .emulator: return .emulator(emulator)
        }
    }
}
