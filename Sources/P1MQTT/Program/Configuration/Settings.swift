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
    /// What part of the meters of topics with `+` is this program's.
    var share = ShareSettings()
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
    /// Many meters, whose name is made from what the `+` of their topics stand for.
    case fleet(FleetSettings)
    case http(HTTPSettings)
    case websocket(HTTPURL)
    case file(path: String)
    case emulator(EmulatorSettings)
}

extension SourceSettings {
    /// Whether libcurl fetches its telegrams.
    var isAsked: Bool {
        switch self {
        case .http, .websocket: true
        default: false
        }
    }

    /// A capture and the emulator begin where they began the last time; what that run published is not earlier.
    var startsAnew: Bool {
        switch self {
        case .emulator: true
        case .file(let path): path != "-"
        case .serial, .tcp, .mqtt, .fleet, .http, .websocket: false
        }
    }
}

/// The meters of a topic with `+`.
struct FleetSettings: Sendable, Equatable {
    var pattern: TopicPattern
    var names: MeterNameTemplate
    /// How many there may be.
    var maximumMeters = standardMaximum
    /// Seconds without a telegram after which one is removed.
    var forgetAfter = standardPatience

    static let standardMaximum = 1000
    /// A week.
    static let standardPatience = 604_800.0
}

/// Which of several programs this one is that share the meters of topics with `+`: both numbers, or none.
struct ShareSettings: Sendable, Equatable {
    static let maximum = 1000

    var worker: Int?
    var of: Int?

    /// `nil` where all meters are this program's.
    var share: WorkerShare? {
        guard let worker, let of, worker <= of else { return nil }
        return WorkerShare(worker: worker, of: of)
    }
}

extension Settings {
    /// The meters that the configuration names one by one.
    var namedMeters: [MeterSettings] { meters.filter { $0.fleet == nil } }

    /// Those that stand for many.
    var fleets: [MeterSettings] { meters.filter { $0.fleet != nil } }

    /// How many meters there may be.
    var maximumMeters: Int { meters.reduce(0) { $0 + ($1.fleet?.maximumMeters ?? 1) } }

    var bridgeTopics: BridgeTopics { BridgeTopics(prefix: mqtt.topicPrefix, worker: share.share?.worker) }

    /// Of the meters that have settings of their own.
    var meterTopics: [MeterTopics] { namedMeters.map { topics(of: $0.name) } }

    func topics(of name: String?) -> MeterTopics {
        MeterTopics(bridgePrefix: mqtt.topicPrefix, meterName: name, worker: share.share?.worker)
    }

    /// The meters that may appear; `nil` where none may.
    var fleetNames: FleetNames? {
        fleets.isEmpty
            ? nil
            : FleetNames(
                prefix: mqtt.topicPrefix, share: share.share, without: Set(namedMeters.compactMap(\.name)),
                maximum: fleets.reduce(0) { $0 + ($1.fleet?.maximumMeters ?? 0) })
    }
}

extension MeterSettings {
    /// What makes many meters of it; `nil` where it is one.
    var fleet: FleetSettings? { if case .fleet(let fleet) = source { fleet } else { nil } }
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
