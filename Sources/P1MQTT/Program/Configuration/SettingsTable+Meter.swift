import P1MQTTEmulator
import P1MQTTInput
import P1MQTTMeter

/// The settings of a meter.
extension SettingsTable {
    /// What every meter has, wherever its telegrams come from.
    static let meter: [Setting<MeterDraft>] =
        [
            Setting(
                "name", \.name, .optional(.meterName),
                "Topics of this meter stand under it; one meter may lack a name. Where the topic of its source has `+`: with `{1}` for "
                    + "what the first of them stands for."),
            sourceType,
            Setting(
                "utcOffset", \.utcOffset, .optional(.utcOffset),
                "Standard time at the meter; `null`: +01:00 unless the meter is known to stand elsewhere."),
            Setting(
                "summerTime", \.summerTime, .optional(.choice),
                "Whether times that the meter sends without a flag follow the summer time of the EU; `null`: yes, unless the meter is known "
                    + "to stand where there is none (Iceland)."),
            Setting(
                "clock", \.clock, .choice,
                "Where the time of a telegram is taken from: the clock of the meter (the time of arrival where it sends none), or always "
                    + "the time of arrival."),
            Setting("crc", \.crc, .choice, "Checksums: checked when present, required, or never checked."),
            Setting(
                "gasMeter", \.gasMeter, .optional(.text(upTo: 128)),
                "Equipment id of the gas meter that is published as `gas` when there are several."),
            Setting("decryptionKey", \.decryptionKey, .optional(.key), "Key of an encrypted meter, from its grid operator."),
            Setting("decryptionKeyFile", \.decryptionKeyFile, .optional(.path), "File that holds that key, instead of it."),
            Setting(
                "authenticationKey", \.authenticationKey, .optional(.key),
                "Authentication key, where the meter has one of its own; the tag must be right then."),
            Setting(
                "authenticationKeyFile", \.authenticationKeyFile, .optional(.path),
                "File that holds that key, instead of it."),
        ] + section("serve", \.serve, serve)

    private static let serve: [Setting<ServeSettings>] = [
        Setting(
            "address", \.address, .address,
            "Address of this machine at which other programs get the telegrams of this meter; `0.0.0.0`: all, for everybody in the network."
        ),
        Setting(
            "port", \.port, .optional(.port),
            "TCP port on which each accepted telegram is handed on, decrypted and byte for byte; `null`: none."),
    ]

    static let sourceType = Setting(
        "source.type", \MeterDraft.source.type, .choice, "Where the telegrams come from.")

    /// What a source of a type has besides it.
    static func source(_ type: SourceType) -> [Setting<SourceDraft>] {
        switch type {
        case .serial: serial
        case .tcp: tcp
        case .mqtt: mqttSource
        case .http: http
        case .websocket: websocket
        case .file: file
        case .emulator: emulator
        }
    }

    /// A meter with a source of a type.
    static func meter(_ type: SourceType) -> [Setting<MeterDraft>] {
        meters[type] ?? []
    }

    private static let meters = Dictionary(
        uniqueKeysWithValues: SourceType.allCases.map { ($0, meter + section("source", \.source, source($0))) })

    private static let serial: [Setting<SourceDraft>] = [
        Setting(
            "path", \.serialPath, .optional(.path),
            "A device, or a glob such as `/dev/serial/by-id/*` that matches exactly one.", isRequired: true),
        Setting("baudRate", \.serial.baudRate, .auto(.choice), "Speed in bits a second."),
        Setting("parity", \.serial.parity, .auto(.choice), "Parity."),
        Setting("dataBits", \.serial.dataBits, .auto(.choice), "Data bits."),
        Setting("stopBits", \.serial.stopBits, .auto(.choice), "Stop bits."),
    ]

    private static let tcp: [Setting<SourceDraft>] = [
        Setting("host", \.host, .optional(.host), "Name or address of the P1 dongle or of ser2net.", isRequired: true),
        Setting("port", \.port, .optional(.port), "Its port.", isRequired: true),
    ]

    private static let mqttSource: [Setting<SourceDraft>] = [
        Setting(
            "topic", \.topic, .optional(.topicOrPattern),
            "Topic on which another device publishes whole telegrams; not under `mqtt.topicPrefix`. With `+` in the place of a level: "
                + "many meters, each of which appears with its first good telegram.",
            isRequired: true),
        Setting(
            "maximumMeters", \.maximumMeters, .integer(1...SettingsTable.maximumMeters),
            "How many meters may appear on a topic with `+`."),
        Setting(
            "forgetAfter", \.forgetAfter, .number(1...31_536_000, unit: "seconds"),
            "Seconds without a telegram after which a meter of a topic with `+` is removed, with all that is retained of it."),
    ]

    private static let http: [Setting<SourceDraft>] = [
        Setting(
            "url", \.httpURL, .optional(.url([.http, .https])),
            "Where the device has its newest telegram, such as `http://HOST/api/v1/telegram`.", isRequired: true),
        Setting("interval", \.http.interval, .seconds(HTTPSettings.intervals), "Seconds from one request to the next."),
        Setting("token", \.http.token, .optional(.token), "Token of the device; `p1mqtt pair HOST` fetches one."),
        Setting(
            "tokenFile", \.http.tokenFile, .optional(.path),
            "File that holds the token, instead of it; read again each time the source is opened."),
        Setting(
            "caFile", \.http.trust.caFile, .optional(.path),
            "Certificate authorities to trust (PEM); `null`: those of the system."),
        Setting(
            "serverName", \.http.trust.serverName, .optional(.text(upTo: 253)),
            "Name that the certificate has to be for, such as `appliance/p1dongle/SERIAL`; `null`: the host of `url`."),
        Setting("verify", \.http.trust.verify, .flag, "`false` accepts any certificate: for a test only."),
    ]

    private static let websocket: [Setting<SourceDraft>] = [
        Setting(
            "url", \.socketURL, .optional(.url([.ws, .wss])),
            "Where the device sends its telegrams, such as `ws://HOST/ws`; needs libcurl 8.11 or later.", isRequired: true)
    ]

    private static let file: [Setting<SourceDraft>] = [
        Setting(
            "path", \.filePath, .optional(.path), "A capture to replay, or `-` for standard input.", isRequired: true)
    ]

    private static let emulator: [Setting<SourceDraft>] = [
        Setting(
            "profile", \.emulator.profile, .choice(of: EmulatorProfile.all) { $0.name }, "The kind of meter that is imitated."),
        Setting(
            "electricityOffset", \.emulator.electricityOffset, .millionths(EmulatorSettings.electricityOffsets, unit: "kWh"),
            "kWh on each register at the start."),
        Setting(
            "electricityIncrement", \.emulator.electricityIncrement, .millionths(EmulatorSettings.increments, unit: "kWh"),
            "kWh added with each telegram."),
        Setting(
            "gasOffset", \.emulator.gasOffset, .millionths(EmulatorSettings.gasOffsets, unit: "m3"),
            "m3 on the gas meter at the start."),
        Setting(
            "gasIncrement", \.emulator.gasIncrement, .millionths(EmulatorSettings.increments, unit: "m3"),
            "m3 added with each reading of the gas meter."),
        Setting(
            "household", \.emulator.household, .household,
            "A home with a day of appliances, sun and clouds, and heating, instead of the same power all the time. `true` is "
                + "`{\"solar\": 4, \"gas\": true}`. Registers and peaks follow from the power; the increments have no effect."),
        Setting("interval", \.emulator.interval, .seconds(EmulatorSettings.intervals), "Seconds between telegrams."),
        Setting(
            "intervalGas", \.emulator.gasInterval, .seconds(EmulatorSettings.intervals),
            "Seconds between readings of the gas meter."),
        Setting("seed", \.emulator.seed, .optional(.integer(0...UInt64.max)), "Makes ids, noise and household the same in each run."),
        Setting(
            "startTime", \.emulator.startTime, .optional(.utcTime), "Meter time of the first telegram; `null`: now."),
        Setting(
            "replay", \.replayPath, .optional(.path),
            "A capture whose telegrams are sent again and again, instead of those of a profile."),
        Setting(
            "faults", \.emulator.faults, .faults,
            "What goes wrong and when, to rehearse an automation. `at`: seconds by the meter's clock after the first telegram; a `clockJump` counts."
        ),
    ]
}
