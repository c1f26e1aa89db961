/// Every setting there is, except the lists of meters: name, what it may be, what it means.
enum SettingsTable {
    /// Everything but the meters.
    static let general: [Setting<Settings>] =
        section("mqtt", \.mqtt, mqtt)
        + section("publish", \.publish, publish)
        + section("guard", \.guard, registerGuard)
        + section("homeAssistant", \.homeAssistant, homeAssistant)
        + section("debug", \.debug, debug)
        + section("log", \.log, log)

    /// A meter, with the keys of a source of that type.
    static func meter(_ type: SourceType) -> [Setting<MeterDraft>] {
        switch type {
        case .serial: serialMeter
        case .tcp: tcpMeter
        case .mqtt: mqttMeter
        case .file: fileMeter
        case .emulator: emulatorMeter
        }
    }

    /// What is known but not built yet: it is refused, not ignored. Paths as in the documentation.
    static let notAvailable: Set<String> = [
        "publish.history",
        "meters[].decryptionKey", "meters[].decryptionKeyFile",
        "meters[].authenticationKey", "meters[].authenticationKeyFile",
    ]

    /// Bits a second that Linux has a constant for.
    static let baudRates = [
        300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115_200, 230_400, 460_800, 500_000, 576_000,
        921_600,
    ]

    private static let mqtt: [Setting<MQTTSettings>] =
        [
            Setting("host", \.host, .host, "Name or address of the broker."),
            Setting("port", \.port, .integer(1...65535), "Port of the broker; usually 8883 with TLS."),
            Setting("version", \.version, .choice, "Version of MQTT."),
            Setting(
                "clientId", \.clientId, .optional(.text(upTo: 128)),
                "Client id; `null`: `p1mqtt-` and an id of the machine and the prefix."),
            Setting("username", \.username, .optional(.text(upTo: 1024)), "User name at the broker."),
            Setting("password", \.password, .optional(.secret), "Password at the broker."),
            Setting("passwordFile", \.passwordFile, .optional(.path), "File that holds the password, instead of it."),
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

    private static let publish: [Setting<PublishSettings>] = [
        Setting("raw", \.raw, .flag, "Also publish each telegram as it came, on `raw`."),
        Setting("onlyChanges", \.onlyChanges, .flag, "Publish a value only when it changed or the heartbeat is due."),
        Setting(
            "heartbeat", \.heartbeat, .number(1...86400, unit: "seconds"),
            "Seconds after which an unchanged value is sent again, with `onlyChanges`."),
        Setting(
            "minimumInterval", \.minimumInterval, .number(0...86400, unit: "seconds"),
            "At most one telegram is published in this many seconds; 0: every one."),
        Setting("history", \.history, .flag, "Keep one document a minute while the broker is away and send it later."),
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
        Setting("level", \.level, .choice, "How much is written to standard error.")
    ]

    private static let meter: [Setting<MeterDraft>] = [
        Setting(
            "name", \.name, .optional(.meterName),
            "Topics of this meter stand under it; one meter may lack a name."),
        Setting("source.type", \.source.type, .choice, "Where the telegrams come from."),
        Setting(
            "utcOffset", \.utcOffset, .optional(.utcOffset),
            "Standard time at the meter; `null`: +01:00 unless the meter is known to stand elsewhere."),
        Setting("crc", \.crc, .choice, "Checksums: checked when present, required, or never checked."),
        Setting(
            "gasMeter", \.gasMeter, .optional(.text(upTo: 128)),
            "Equipment id of the gas meter that is published as `gas` when there are several."),
        Setting("decryptionKey", \.decryptionKey, .optional(.key), "Key of an encrypted meter."),
        Setting("decryptionKeyFile", \.decryptionKeyFile, .optional(.path), "File that holds that key, instead of it."),
        Setting("authenticationKey", \.authenticationKey, .optional(.key), "Authentication key of an encrypted meter."),
        Setting(
            "authenticationKeyFile", \.authenticationKeyFile, .optional(.path),
            "File that holds that key, instead of it."),
    ]

    private static let serialMeter =
        meter
        + section(
            "source", \.source,
            [
                Setting(
                    "path", \.serialPath, .optional(.path),
                    "A device, or a glob such as `/dev/serial/by-id/*` that matches exactly one.", isRequired: true),
                Setting("baudRate", \.serial.baudRate, .auto(.integer(oneOf: baudRates)), "Speed in bits a second."),
                Setting("parity", \.serial.parity, .auto(.choice), "Parity."),
                Setting("dataBits", \.serial.dataBits, .auto(.integer(oneOf: [7, 8])), "Data bits."),
                Setting("stopBits", \.serial.stopBits, .auto(.integer(oneOf: [1, 2])), "Stop bits."),
            ])

    private static let tcpMeter =
        meter
        + section(
            "source", \.source,
            [
                Setting(
                    "host", \.host, .optional(.host), "Name or address of the P1 dongle or of ser2net.",
                    isRequired: true),
                Setting("port", \.port, .optional(.integer(1...65535)), "Its port.", isRequired: true),
            ])

    private static let mqttMeter =
        meter
        + section(
            "source", \.source,
            [
                Setting(
                    "topic", \.topic, .optional(.topic),
                    "Topic on which another device publishes whole telegrams; not under `mqtt.topicPrefix`.",
                    isRequired: true)
            ])

    private static let fileMeter =
        meter
        + section(
            "source", \.source,
            [
                Setting(
                    "path", \.filePath, .optional(.path), "A capture to replay, or `-` for standard input.",
                    isRequired: true)
            ])

    private static let emulatorMeter =
        meter
        + section(
            "source", \.source,
            [
                Setting("profile", \.emulator.profile, .text(upTo: 64), "The kind of meter that is imitated."),
                Setting(
                    "electricityOffset", \.emulator.electricityOffset, .decimal, "kWh on each register at the start."),
                Setting(
                    "electricityIncrement", \.emulator.electricityIncrement, .decimal, "kWh added with each telegram."),
                Setting("gasOffset", \.emulator.gasOffset, .decimal, "m3 on the gas meter at the start."),
                Setting(
                    "gasIncrement", \.emulator.gasIncrement, .decimal, "m3 added with each reading of the gas meter."),
                Setting(
                    "interval", \.emulator.interval, .number(0.001...86400, unit: "seconds"),
                    "Seconds between telegrams."),
                Setting(
                    "intervalGas", \.emulator.intervalGas, .number(0.001...86400, unit: "seconds"),
                    "Seconds between readings of the gas meter."),
                Setting("seed", \.emulator.seed, .optional(.unsigned64), "Makes ids and noise the same in each run."),
                Setting(
                    "startTime", \.emulator.startTime, .optional(.utcTime),
                    "Meter time of the first telegram; `null`: now."),
                Setting(
                    "replay", \.emulator.replay, .optional(.path),
                    "A capture whose telegrams are sent again and again, instead of those of a profile."),
            ])
}
