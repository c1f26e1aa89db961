import P1Parser

/// Everything that can be configured, with its default. The file, the environment and the flags fill it in;
/// after the start nothing changes it, and each part of the service is handed only its own section.
struct Settings: Sendable, Equatable {
    var mqtt = MQTTSettings()
    var meters: [MeterSettings] = []
    var publish = PublishSettings()
    var `guard` = GuardSettings()
    var homeAssistant = HomeAssistantSettings()
    var debug = DebugSettings()
    var log = LogSettings()
}

/// The broker and how to speak to it.
struct MQTTSettings: Sendable, Equatable {
    var host = "localhost"
    var port = 1883
    var version = MQTTVersion.v311
    /// `nil`: `p1mqtt-` and an id of the machine and the prefix.
    var clientId: String?
    var username: String?
    var password: Secret?
    var passwordFile: String?
    var topicPrefix = "p1"
    /// Quality of service (0, 1 or 2) of value topics and of the JSON document.
    var qos = 0
    /// Whether value topics and the JSON document are retained.
    var retain = true
    /// Seconds, 5 to 65535.
    var keepAlive = 60
    var tls = TLSSettings()
}

enum MQTTVersion: String, Sendable, CaseIterable {
    case v311 = "3.1.1"
    case v5 = "5"
}

struct TLSSettings: Sendable, Equatable {
    var enabled = false
    /// `nil`: the certificate authorities of the system.
    var caFile: String?
    var certificateFile: String?
    var keyFile: String?
    /// `false` accepts any certificate and any host name, and is logged as such.
    var verify = true
}

/// One meter: where its telegrams come from and what is known of it beforehand.
struct MeterSettings: Sendable, Equatable {
    /// `nil`: its topics stand directly under the prefix.
    var name: String?
    var source: SourceSettings
    /// Minutes east of UTC of the meter's standard time; `nil`: +01:00 unless the meter is known to stand elsewhere.
    var utcOffset: Int?
    var crc = CRCPolicy.auto
    /// Equipment id of the gas meter that belongs under `gas` when there are several.
    var gasMeter: String?
    var decryptionKey: Secret?
    var decryptionKeyFile: String?
    var authenticationKey: Secret?
    var authenticationKeyFile: String?
}

/// What to do with the checksum of a telegram.
enum CRCPolicy: String, Sendable, CaseIterable {
    /// Checked when present.
    case auto
    /// A telegram without a checksum is refused too.
    case required
    /// Never checked.
    case off
}

enum SourceSettings: Sendable, Equatable {
    case serial(SerialSettings)
    case tcp(host: String, port: Int)
    case mqtt(topic: String)
    case file(path: String)
    case emulator(EmulatorSettings)
}

extension SourceSettings {
    /// A capture and the emulator begin where they began the last time; what that run published is not earlier.
    var startsAnew: Bool {
        switch self {
        case .emulator: true
        case .file(let path): path != "-"
        case .serial, .tcp, .mqtt: false
        }
    }
}

/// A serial port. `nil` stands for `"auto"`: found from the bytes.
struct SerialSettings: Sendable, Equatable {
    /// A device, or a glob that matches exactly one.
    var path: String
    var baudRate: Int?
    var parity: Parity?
    /// 7 or 8.
    var dataBits: Int?
    /// 1 or 2.
    var stopBits: Int?
}

enum Parity: String, Sendable, CaseIterable {
    case none, even, odd
}

/// The emulated meter; names and defaults are those of node-p1-reader.
struct EmulatorSettings: Sendable, Equatable {
    var profile = "nl-dsmr42"
    /// kWh on each register at the start, as decimal text.
    var electricityOffset = "0"
    /// kWh added with each telegram.
    var electricityIncrement = "0.1"
    /// m3 on the gas meter at the start.
    var gasOffset = "0"
    /// m3 added with each new gas reading.
    var gasIncrement = "0.1"
    /// Seconds between telegrams; may be a fraction.
    var interval = 10.0
    /// Seconds between gas readings.
    var intervalGas = 3600.0
    /// Makes ids and noise reproducible.
    var seed: UInt64?
    /// Meter time of the first telegram, ISO 8601 in UTC; `nil`: now.
    var startTime: String?
    /// A capture whose telegrams are sent one per interval, again and again, instead of a profile's.
    var replay: String?
    /// What goes wrong, and when.
    var faults: [EmulatorFault] = []
}

struct PublishSettings: Sendable, Equatable {
    var raw = false
    var onlyChanges = false
    /// Seconds after which an unchanged value is sent again (with `onlyChanges`).
    var heartbeat = 60.0
    /// Seconds; at most one telegram is published in each.
    var minimumInterval = 0.0
    var history = false
    /// kW that each month counts at least in the capacity tariff.
    var minimumMonthPeak = FixedDecimal(mantissa: 25, scale: 1)
}

struct GuardSettings: Sendable, Equatable {
    var enabled = true
    /// kW.
    var maximumPower = 100.0
}

struct HomeAssistantSettings: Sendable, Equatable {
    var enabled = true
    var prefix = "homeassistant"
    var language = Language.en
}

enum Language: String, Sendable, CaseIterable {
    case en, nl, fr, de
}

struct DebugSettings: Sendable, Equatable {
    var enabled = false
    var directory = "."
    /// Size at which a debug log starts anew; one older file of the same size is kept.
    var maximumBytes = 10_000_000
}

struct LogSettings: Sendable, Equatable {
    var level = LogLevel.info
}

enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error
}
