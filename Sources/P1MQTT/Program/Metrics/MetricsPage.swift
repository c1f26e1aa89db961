import P1MQTTMeter
import P1Parser

/// The page of metrics of one moment, family by family: with many meters it is megabytes, of which one portion at a time is
/// made when the one before is on its way.
struct MetricsPage {
    /// What is said of one meter.
    struct Meter {
        /// The value of the label `meter`: its name.
        var label: String
        var counts: TelegramCounts
        var isOnline: Bool
        /// Milliseconds since 1970 at which the last telegram came.
        var lastTelegram: Int64?
        var identity: MeterIdentity
        /// `nil` while it is not heard: old values are none.
        var samples: MeterSamples?
        var served: (clients: Int, dropped: Int)?
    }

    var version: String
    var process: ProcessFigures
    var isConnected: Bool
    var broker: BrokerFigures
    var meters: [Meter]

    struct BrokerFigures {
        var reconnects, published, superseded, dropped, rejected, pending: Int
    }

    /// The labels of meters: their names, and the prefix for the one without.
    static func label(_ name: String?, prefix: String, names: Set<String>) -> String {
        // A name has no slash, so this one is nobody's.
        name ?? (names.contains(prefix) ? prefix + "/" : prefix)
    }

    /// Portion by portion, `nil` at the end.
    func portions() -> () -> [UInt8]? {
        let known = meters.compactMap { meter in meter.samples.map { (meter.label, $0) } }
        var next = -MeterFamily.all.count - 1
        return {
            while next < MetricFamily.all.count {
                defer { next += 1 }
                var text = MetricsText()
                switch next {
                case ..<(-MeterFamily.all.count): writeProgram(into: &text)
                case ..<0: write(MeterFamily.all[next + MeterFamily.all.count], into: &text)
                default: text.family(next, known)
                }
                if !text.bytes.isEmpty { return text.bytes }
            }
            return nil
        }
    }

    // MARK: - The program

    private func writeProgram(into text: inout MetricsText) {
        func add(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: String?) {
            guard let value else { return }
            text.family(name, kind, help)
            text.sample(name, [:], value)
        }
        text.family("p1mqtt_build_info", .gauge, "The version that runs; always 1")
        text.sample("p1mqtt_build_info", ["version": version], 1)
        add("p1mqtt_broker_connected", .gauge, "Whether the broker is there", isConnected ? "1" : "0")
        add("p1mqtt_reconnects_total", .counter, "Connections to the broker after the first", "\(broker.reconnects)")
        add("p1mqtt_messages_published_total", .counter, "Messages handed to the MQTT client", "\(broker.published)")
        add("p1mqtt_messages_superseded_total", .counter, "Messages that a newer one of their topic replaced", "\(broker.superseded)")
        add("p1mqtt_messages_dropped_total", .counter, "Messages that there was no room for", "\(broker.dropped)")
        add("p1mqtt_messages_rejected_total", .counter, "Messages that the broker would not take", "\(broker.rejected)")
        add("p1mqtt_messages_pending", .gauge, "Messages that wait for the broker", "\(broker.pending)")
        add("p1mqtt_meters", .gauge, "Meters of the configuration", "\(meters.count)")
        add("process_cpu_seconds_total", .counter, "CPU time of the process", process.cpuSeconds?.description)
        add("process_resident_memory_bytes", .gauge, "Resident memory", process.residentMemory.map(String.init))
        add("process_virtual_memory_bytes", .gauge, "Virtual memory", process.virtualMemory.map(String.init))
        add("process_start_time_seconds", .gauge, "Start of the process, since 1970", process.startTime.description)
        add("process_open_fds", .gauge, "Open file descriptors", process.openDescriptors.map(String.init))
        add("process_max_fds", .gauge, "File descriptors that may be open", process.maximumDescriptors.map(String.init))
        add("process_threads", .gauge, "Threads", process.threads.map(String.init))
    }

    // MARK: - The meters

    private func write(_ family: MeterFamily, into text: inout MetricsText) {
        var samples = MetricsText()
        for meter in meters { family.write(meter, family.name, &samples) }
        guard !samples.bytes.isEmpty else { return }
        text.family(family.name, family.kind, family.help)
        text.append(samples)
    }
}

/// A family that a meter has whatever it measures.
private struct MeterFamily: Sendable {
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    let write: @Sendable (MetricsPage.Meter, _ name: String, inout MetricsText) -> Void

    init(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String,
        write: @escaping @Sendable (MetricsPage.Meter, _ name: String, inout MetricsText) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.write = write
    }

    static let all = [
        MeterFamily("p1mqtt_telegrams_total", .counter, "Telegrams by what became of them") { meter, name, text in
            text.sample(name, ["meter": meter.label, "result": "accepted"], meter.counts.good)
            text.sample(name, ["meter": meter.label, "result": "refused"], meter.counts.bad)
        },
        MeterFamily("p1mqtt_faults_total", .counter, "What went wrong, by cause; a cause is there once it has occurred") {
            meter, name, text in
            for fault in TelegramCounts.Fault.allCases where meter.counts[fault] > 0 {
                text.sample(name, ["meter": meter.label, "fault": fault.rawValue], meter.counts[fault])
            }
        },
        MeterFamily("p1mqtt_meter_online", .gauge, "Whether the meter is heard; while it is not, it has no values") { meter, name, text in
            text.sample(name, ["meter": meter.label], meter.isOnline ? 1 : 0)
        },
        MeterFamily("p1mqtt_last_telegram_timestamp_seconds", .gauge, "When the last accepted telegram came, since 1970") {
            meter, name, text in
            guard let last = meter.lastTelegram else { return }
            text.sample(name, ["meter": meter.label], FixedDecimal(mantissa: last, scale: 3).description)
        },
        MeterFamily("p1mqtt_meter_info", .gauge, "What the meter says of itself; always 1") { meter, name, text in
            guard let type = meter.identity.meterType?.printable else { return }
            let (dialect, version) = (meter.identity.dialect?.rawValue ?? "", meter.identity.version?.printable ?? "")
            text.sample(name, ["meter": meter.label, "type": type, "dialect": dialect, "version": version], 1)
        },
        MeterFamily("p1mqtt_served_clients", .gauge, "Programs that get the telegrams now") { meter, name, text in
            if let served = meter.served { text.sample(name, ["meter": meter.label], served.clients) }
        },
        MeterFamily("p1mqtt_served_clients_dropped_total", .counter, "Programs that were too slow, or one too many") { meter, name, text in
            if let served = meter.served { text.sample(name, ["meter": meter.label], served.dropped) }
        },
    ]
}
