import Logging
import P1MQTTBroker
import P1MQTTEmulator
import P1MQTTHomeAssistant
import P1MQTTInput
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// Everything that can be configured, with its default. The file, the environment and the flags fill it in;
/// after the start nothing changes it, and each part of the service is handed only its own section.
struct Settings: Sendable, Equatable {
    var mqtt = MQTTSettings()
    /// What `mqtt` was filled from, where the user wrote it in one line.
    var brokerURL: BrokerURL?
    var meters: [MeterSettings] = []
    var publish = PublishSettings()
    var `guard` = GuardSettings()
    var homeAssistant = HomeAssistantSettings()
    var debug = DebugSettings()
    var log = LogSettings()
    var metrics = MetricsSettings()
}

/// One meter: where its telegrams come from and what is known of it beforehand.
struct MeterSettings: Sendable, Equatable {
    /// `nil`: its topics stand directly under the prefix.
    var name: String?
    var source: SourceSettings
    /// Minutes east of UTC of the meter's standard time; `nil`: +01:00 unless the meter is known to stand elsewhere.
    var utcOffset: Int?
    /// Whether times without a flag follow summer time; `nil`: what is known of the meter.
    var summerTime: SummerTime?
    /// Which clock the time of a telegram is taken from.
    var clock = TelegramClock.meter
    var crc = ChecksumPolicy.auto
    /// Equipment id of the gas meter that belongs under `gas` when there are several.
    var gasMeter: String?
    /// Deciphers its telegrams; `nil` without a key.
    var cipher: MeterCipher?
    /// Where its telegrams are handed to others.
    var serve = ServeSettings()
}

/// A TCP port for programs that need the telegrams of a meter.
struct ServeSettings: Sendable, Equatable {
    var address = "127.0.0.1"
    /// `nil`: there is none.
    var port: Int?
}

enum SourceSettings: Sendable, Equatable {
    case serial(SerialSettings)
    case tcp(host: String, port: Int)
    case mqtt(topic: String)
    case http(HTTPSettings)
    case websocket(HTTPURL)
    case file(path: String)
    case emulator(EmulatorSettings)
}

extension SourceSettings {
    /// A capture and the emulator begin where they began the last time; what that run published is not earlier.
    var startsAnew: Bool {
        switch self {
        case .emulator: true
        case .file(let path): path != "-"
        case .serial, .tcp, .mqtt, .http, .websocket: false
        }
    }
}

struct DebugSettings: Sendable, Equatable {
    var enabled = false
    var directory = "."
    /// Size at which a debug log starts anew; one older file of the same size is kept.
    var maximumBytes = 10_000_000
}

struct MetricsSettings: Sendable, Equatable {
    /// `nil`: there is no page.
    var listen: PortAddress?
}

struct LogSettings: Sendable, Equatable {
    var level = Logger.Level.info
}
