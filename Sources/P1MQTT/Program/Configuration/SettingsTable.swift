import Logging
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter

/// Every setting there is: name, what it may be, what it means. `SettingsTable+Meter.swift` has those of a meter.
enum SettingsTable {
    /// Everything but the meters.
    static let general: [Setting<Settings>] =
        [
            Setting(
                "mqtt.url", \.brokerURL, .optional(.brokerURL),
                "The broker in one line, in place of `host`, `port`, `username` and `tls.enabled`; without a password.")
        ]
        + section("mqtt", \.mqtt, mqtt)
        + section("share", \.share, share)
        + section("publish", \.publish, publish)
        + section("guard", \.guard, registerGuard)
        + section("homeAssistant", \.homeAssistant, homeAssistant)
        + section("debug", \.debug, debug)
        + section("log", \.log, log)
        + section("metrics", \.metrics, metrics)

    /// Far more meters than one bridge reads; bounds what a wrong file or a mistyped index can cost.
    static let maximumMeters = 10_000

    private static let mqtt: [Setting<MQTTSettings>] =
        [
            Setting(
                "host", \.hosts, .brokers,
                "Name or address of the broker, or a list of those of a cluster, which are tried in turn; each may have a port behind a `:`."
            ),
            Setting("port", \.port, .port, "Port of the broker; usually 8883 with TLS."),
            Setting("version", \.version, .choice, "Version of MQTT."),
            Setting(
                "clientId", \.clientId, .optional(.text(upTo: 128)),
                "Client id; `null`: `p1mqtt-` and an id of the machine and the prefix."),
            Setting("username", \.username, .optional(.text(upTo: 1024)), "User name at the broker."),
            Setting("password", \.password, .optional(.secret), "Password at the broker."),
            Setting(
                "passwordFile", \.passwordFile, .optional(.path),
                "File that holds the password, instead of it; read again for each connection."),
            Setting("topicPrefix", \.topicPrefix, .topic, "What every topic begins with."),
            Setting("qos", \.qos, .integer(0...2), "Quality of service of values and of the JSON document."),
            Setting("retain", \.retain, .flag, "Whether values and the JSON document are retained."),
            Setting("keepAlive", \.keepAlive, .integer(5...65535), "Keep-alive of MQTT, in seconds."),
        ] + section("tls", \.tls, tls)

    private static let tls: [Setting<TLSSettings>] = [
        Setting("enabled", \.enabled, .flag, "Whether the connection to the broker is encrypted."),
        Setting(
            "caFile", \.caFile, .optional(.path),
            "Certificate authorities to trust (PEM); `null`: those of the system."),
        Setting("certificateFile", \.certificateFile, .optional(.path), "Certificate of this client (PEM)."),
        Setting("keyFile", \.keyFile, .optional(.path), "Private key of that certificate (PEM)."),
        Setting("verify", \.verify, .flag, "`false` accepts any certificate and host name: for a test only."),
    ]

    private static let share: [Setting<ShareSettings>] = [
        Setting(
            "worker", \.worker, .optional(.integer(1...ShareSettings.maximum)),
            "Which of several programs this one is, each with the same configuration but for this number, that share the meters of topics with `+`."
        ),
        Setting("of", \.of, .optional(.integer(1...ShareSettings.maximum)), "How many programs share them."),
    ]

    private static let publish: [Setting<PublishSettings>] = [
        Setting(
            "values", \.values, .flag,
            "Whether each value has a topic of its own; `false`: only the JSON document, and nothing is announced to Home Assistant."),
        Setting("raw", \.raw, .flag, "Also publish each telegram as it came, on `raw`."),
        Setting("onlyChanges", \.onlyChanges, .flag, "Publish a value only when it changed or the heartbeat is due."),
        Setting(
            "heartbeat", \.heartbeat, .number(1...86400, unit: "seconds"),
            "Seconds after which an unchanged value is sent again, with `onlyChanges`."),
        Setting(
            "minimumInterval", \.minimumInterval, .number(0...86400, unit: "seconds"),
            "At most one telegram is published in this many seconds; 0: every one."),
        Setting(
            "expiry", \.expiry, .optional(.integer(1...1_000_000_000)),
            "Seconds after which the broker forgets a retained value that no newer one has replaced; with MQTT 5 only."),
        Setting("history", \.history, .flag, "Keep one document a minute while the broker is away and send it later."),
        Setting(
            "minimumMonthPeak", \.minimumMonthPeak, .decimal(0...1000, unit: "kW"),
            "What each month counts at least in the capacity tariff, in kW; 2.5 in Flanders."),
    ]

    private static let registerGuard: [Setting<GuardSettings>] = [
        Setting("enabled", \.enabled, .flag, "Whether registers that jump are held back until they are confirmed."),
        Setting(
            "maximumPower", \.maximumPower, .number(0.1...1_000_000, unit: "kW"),
            "The most that the connection can carry, in kW."),
    ]

    private static let homeAssistant: [Setting<HomeAssistantSettings>] = [
        Setting("enabled", \.enabled, .flag, "Whether the meters are announced to Home Assistant."),
        Setting("prefix", \.prefix, .topic, "The discovery prefix that is set in Home Assistant."),
        Setting("language", \.language, .choice, "Language of the names of entities."),
    ]

    private static let debug: [Setting<DebugSettings>] = [
        Setting("enabled", \.enabled, .flag, "Write what arrives to debug logs."),
        Setting("directory", \.directory, .path, "Where debug logs are written."),
        Setting(
            "maximumBytes", \.maximumBytes, .integer(10_000...1_000_000_000),
            "Size in bytes at which a debug log starts anew; one older file is kept."),
    ]

    private static let log: [Setting<LogSettings>] = [
        Setting("level", \.level, .choice(of: logLevels) { $0.rawValue }, "How much is written to standard error.")
    ]

    private static let metrics: [Setting<MetricsSettings>] = [
        Setting(
            "listen", \.listen, .optional(.portAddress),
            "Where `/metrics` is for Prometheus, and `/health`: without a password, so rather on `127.0.0.1`; `null`: nowhere.")
    ]

    private static let logLevels = Logger.Level.allCases.filter { $0 != .critical }

    /// The rows of a part as rows of the whole that holds it under a name.
    static func section<Whole, Part>(
        _ name: String, _ part: any WritableKeyPath<Whole, Part> & Sendable, _ rows: [Setting<Part>]
    ) -> [Setting<Whole>] {
        rows.map { Setting(name, part, $0) }
    }
}
