import Glibc
import P1MQTTBroker
import P1MQTTHomeAssistant
import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// The JSON documents under `p1/bridge/`.
enum BridgeDocuments {
    /// `bridge/info`: what this program is, and what it found out about its meters and on what evidence.
    /// - Parameters:
    ///   - discovery: Home Assistant's prefix under which devices are announced; `nil` when none are.
    ///   - metrics: where the page of metrics is; `nil` without one.
    ///   - share: which worker of several it is; `nil` of one.
    static func info(
        _ bridge: BridgeIdentity, version: String, discovery: String?, metrics: String? = nil, share: WorkerShare? = nil,
        _ status: BridgeStatus
    ) -> [UInt8] {
        JSONWriter.object(capacity: 1024) {
            $0.member("version", version)
            $0.member("schemaVersion", DocumentSchema.version)
            $0.member("instance", bridge.instance)
            $0.member("host", bridge.host)
            $0.member("started", time: bridge.started / 1000)
            $0.member("broker", status.broker?.description)
            $0.member("discovery", discovery)
            $0.member("metrics", metrics)
            if let share {
                $0.member(
                    "share",
                    object: {
                        $0.member("worker", share.worker)
                        $0.member("of", share.of)
                    })
            }
            $0.member("meters", array: status.meters) { json, meter in
                json.object { meter.write(into: &$0) }
            }
            if !status.fleets.isEmpty {
                $0.member("fleets", array: status.fleets) { json, fleet in
                    json.object {
                        $0.member("topic", fleet.topic)
                        $0.member("meters", fleet.meters)
                        $0.member("maximumMeters", fleet.maximumMeters)
                    }
                }
            }
        }
    }

    /// `bridge/topics`: unit, OBIS codes and meaning of each topic that has had a value. With many meters their names
    /// are `+`, as in a subscription, so that the document keeps its size.
    static func topics(_ meters: [(topics: MeterTopics, identity: MeterIdentity)]) -> [UInt8] {
        let isMany = meters.count > BridgeDiscovery.maximumMeters
        var entries: [String: (place: DocumentLayout.Place, unit: MeterUnit?)] = [:]
        for (topics, identity) in meters {
            let prefix = isMany && topics.prefix != topics.bridgePrefix ? topics.bridgePrefix + "/+" : topics.prefix
            for slot in identity.slots {
                let place = DocumentLayout.shared.places[slot]
                entries[prefix + "/" + place.path] = (place, place.unit ?? identity.units[slot])
            }
        }
        return JSONWriter.object(capacity: 8192) {
            for (topic, (place, unit)) in entries.sorted(by: { $0.key < $1.key }) {
                $0.member(
                    topic,
                    object: {
                        $0.member("unit", unit?.rawValue)
                        $0.member("obis", array: place.codes) { $0.string($1) }
                        $0.member("meaning", place.meaning)
                    })
            }
        }
    }

    /// `bridge/health`: counters since the start, once a minute.
    static func health(_ health: BridgeHealth) -> [UInt8] {
        JSONWriter.object {
            $0.member("time", time: health.now.utc / 1000)
            $0.member("uptime", health.uptime)
            $0.member(
                "telegrams",
                object: { json in
                    json.member("good", health.telegrams.good)
                    json.member("bad", health.telegrams.bad)
                    for fault in TelegramCounts.Fault.allCases { json.member(fault.rawValue, health.telegrams[fault]) }
                })
            $0.member(
                "messages",
                object: {
                    $0.member("published", health.outbox.published)
                    $0.member("superseded", health.outbox.superseded)
                    $0.member("dropped", health.outbox.eventsDropped + health.outbox.refused)
                    $0.member("rejected", health.broker.rejected)
                    $0.member("pending", health.outbox.pending)
                    $0.member("ignored", health.broker.ignored)
                })
            if let dropped = health.historyDropped { $0.member("history", object: { $0.member("dropped", dropped) }) }
            $0.member("clockOffset", object: { for (meter, seconds) in health.clockOffsets { $0.member(meter, seconds) } })
            if let served = health.served {
                $0.member(
                    "served",
                    object: {
                        $0.member("clients", served.clients)
                        $0.member("dropped", served.dropped)
                    })
            }
            $0.member("reconnects", max(0, health.broker.connections - 1))
            $0.member("memory", health.memory)
            if let fleet = health.fleet {
                $0.member(
                    "fleet",
                    object: { json in
                        json.member("meters", fleet.meters)
                        json.member("online", fleet.online)
                        json.member("forgotten", fleet.forgotten)
                        json.member(
                            "refused",
                            object: { for cause in FleetRefusals.Cause.allCases { $0.member(cause.rawValue, fleet.refusals[cause]) } })
                    })
            }
        }
    }
}

/// What `bridge/info` says of the meters.
struct BridgeStatus: Sendable, Equatable {
    /// The one that it is connected to, of several perhaps; `nil` before.
    var broker: BrokerAddress?
    var meters: [MeterStatus] = []
    var fleets: [FleetStatus] = []
}

/// The meters of one topic with `+` as `bridge/info` describes them.
struct FleetStatus: Sendable, Equatable {
    var topic: String
    var meters: Int
    var maximumMeters: Int
}

/// One meter as `bridge/info` describes it.
struct MeterStatus: Sendable, Equatable {
    var name: String?
    var topic: String
    var source: String
    /// What was found out about the line, and from what.
    var line: String?
    /// Where its telegrams are served; `nil` where they are not, or not yet.
    var serve: String?
    var identity: MeterIdentity

    fileprivate func write(into json: inout JSONWriter) {
        json.member("name", name)
        json.member("topic", topic)
        json.member("source", source)
        json.member("line", line)
        json.member("serve", serve)
        json.member("meterType", identity.meterType?.sanitised)
        json.member("equipmentId", identity.equipmentId?.sanitised)
        json.member("version", identity.version?.sanitised)
        json.member("dialect", identity.dialect?.rawValue)
        json.member("dialectEvidence", identity.dialectEvidence?.description.sanitised)
        json.member("checksum", identity.hasChecksum.map { $0 ? "checked" : "absent" })
        json.member("checksumVariant", identity.checksumVariant?.rawValue)
        json.member("encryption", identity.encryption)
    }
}

/// The content of `bridge/health`.
struct BridgeHealth: Sendable {
    var now: Moment
    /// Seconds since the start.
    var uptime: Int64
    var telegrams: TelegramCounts
    var outbox: OutboxCounters
    /// Seconds that the clock of each meter was ahead when its last telegram came, by name; the one without a name has
    /// an empty one. None of many meters.
    var clockOffsets: [(meter: String, seconds: Int64)] = []
    var broker: BrokerCounters
    /// Documents of outages that there was no room for; `nil` without `publish.history`.
    var historyDropped: Int?
    /// Programs that get telegrams, and those that were too slow or one too many; `nil` where none is served.
    var served: (clients: Int, dropped: Int)?
    /// Resident memory in bytes; `nil` where the system does not say.
    var memory: Int?
    /// The meters of topics with `+`; `nil` where there is no such topic.
    var fleet: FleetHealth?

    /// Resident memory of this process.
    static func residentMemory() -> Int? {
        // Pages, the second number of statm.
        SystemFile.text("/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            .map { $0 * sysconf(CInt(_SC_PAGESIZE)) }
    }
}
