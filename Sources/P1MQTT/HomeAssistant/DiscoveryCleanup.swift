import P1MQTTMeter

/// Which retained discovery messages are provably of one bridge and no longer true.
///
/// A pure value: it says what to subscribe to, takes the retained messages, and comes to a verdict. What the
/// configuration or the running bridge would announce again stays, and so does whatever there is no proof against:
/// too much is an untidy list, too little is somebody's history.
package struct DiscoveryCleanup: Sendable {
    /// A message to delete.
    package struct Finding: Sendable, Equatable {
        package let topic: String
        package let reason: String
    }

    /// Devices that are looked at; far more than one broker sees.
    static let maximumDevices = 20_000

    private let prefix: String
    private let discovery: String
    /// Topics of the meters that the configuration would announce; `nil` when it announces nothing.
    private let configured: Set<String>?
    /// Whether any meter under the prefix may appear by itself.
    private let mayAppear: Bool
    private let program: BridgeTopics
    /// Whether the documents on the broker are the newest ones.
    private let keepsDocuments: Bool

    package private(set) var devices: [RetainedDevice] = []
    /// Messages that there was no room for.
    package private(set) var ignored = 0
    /// Ids of the devices by place; more than one where a meter was replaced.
    private var announced: [RetainedDevice.Place: [String]] = [:]
    private var isOnline = false
    private var info: RunningBridge?
    private var documents: [String: JSONTree] = [:]
    /// By topic.
    private var availability: [String: String] = [:]

    /// - Parameters:
    ///   - settings: whether and where devices are announced.
    ///   - prefix: of the bridge's topics.
    ///   - worker: which of several programs under that prefix is looked at.
    ///   - meters: the names of the meters that are configured.
    ///   - mayAppear: whether others may appear, on topics with `+`; nothing proves then that there is none.
    ///   - keepsDocuments: whether the documents on the broker are the newest ones.
    package init(
        _ settings: HomeAssistantSettings, prefix: String, worker: Int? = nil, meters: [String?], mayAppear: Bool = false,
        keepsDocuments: Bool
    ) {
        self.prefix = prefix
        program = BridgeTopics(prefix: prefix, worker: worker)
        self.mayAppear = mayAppear
        discovery = settings.prefix
        self.keepsDocuments = keepsDocuments
        let topics = meters.map { MeterTopics(bridgePrefix: prefix, meterName: $0).prefix }
        configured = settings.enabled ? Set(topics) : nil
    }

    // MARK: - What to read

    /// To be read first.
    package var filters: [String] { [DiscoveryTopics.configuration(of: "+", discovery), state, running] }

    /// To be read then: what is known of the meters whose devices were found.
    package var evidence: [String] {
        let topics = Set(
            devices.flatMap { device -> [String] in
                switch device.place {
                case .bridge: []
                case .meter(let topic): [topic + "/json"]
                case .mbus(let topic, let channel): [topic + "/json", topic + "/availability", Self.availability(topic, channel)]
                }
            })
        return topics.sorted()
    }

    private var state: String { program.state }
    private var running: String { program.info }

    private static func availability(_ topic: String, _ channel: Int) -> String { "\(topic)/mbus/\(channel)/availability" }

    /// Takes a retained message of any of these topics.
    package mutating func take(_ topic: String, _ payload: [UInt8]) {
        if topic == state {
            isOnline = payload == Array("online".utf8)
        } else if topic == running {
            // Of one that is damaged nothing is known.
            info = (try? JSONReader.read(payload)).map { RunningBridge($0, discovery: discovery) }
        } else if topic.hasPrefix(discovery + "/device/") {
            guard let device = RetainedDevice(topic: topic, payload: payload, prefix: prefix, discovery: discovery) else { return }
            guard devices.count < Self.maximumDevices else { return ignored += 1 }
            devices.append(device)
            announced[device.place, default: []].append(device.id)
        } else if topic.hasSuffix("/availability") {
            availability[topic] = String(decoding: payload, as: UTF8.self)
        } else if topic.hasSuffix("/json") {
            documents[String(topic.dropLast(5))] = Self.ids(of: payload)
        }
    }

    /// Of a document only what is needed: thousands of them may come. One that is no JSON proves nothing, and what there is
    /// no proof against stays.
    private static func ids(of payload: [UInt8]) -> JSONTree? {
        guard let tree = try? JSONReader.read(payload), case .object(let members) = tree else { return nil }
        return .object(members.filter { ["equipmentId", "mbus"].contains($0.name) })
    }

    // MARK: - The verdict

    /// In the order of the topics.
    package var findings: [Finding] {
        devices.sorted { $0.topic < $1.topic }.compactMap { device in
            reason(against: device).map { Finding(topic: device.topic, reason: $0) }
        }
    }

    private func reason(against device: RetainedDevice) -> String? {
        guard isAnnouncing else { return "homeAssistant.enabled is false" }
        switch device.place {
        case .bridge:
            return nil
        case .meter(let topic):
            guard isKnown(topic) else { return "no meter is configured for \(topic)" }
            let current = successors(device.place)
            guard let other = current.first, !current.contains(device.id) else { return nil }
            return "\(topic) is another meter now, \(other)"
        case .mbus(let topic, let channel):
            guard isKnown(topic) else { return "no meter is configured for \(topic)" }
            let meters = successors(.meter(topic: topic))
            if let meter = meters.first, device.via.map({ !meters.contains($0) }) ?? true {
                return "the meter that it was connected through was replaced by \(meter)"
            }
            guard let reported = mbusIds(topic), !reported.values.contains(device.id) else { return nil }
            if let other = successors(device.place).first { return "channel \(channel) of \(topic) is another meter now, \(other)" }
            guard reported[channel] == nil, isGone(topic, channel) else { return nil }
            return "\(topic) has had no meter on channel \(channel) for a day"
        }
    }

    /// Whether the bridge, as configured or as it runs, announces anything at all.
    private var isAnnouncing: Bool { configured != nil || isRunningAnnouncing }

    private var isRunningAnnouncing: Bool { isOnline && info?.isAnnouncing ?? false }

    private func isKnown(_ topic: String) -> Bool {
        configured?.contains(topic) ?? false || configured != nil && mayAppear && topic != prefix
            || isRunningAnnouncing && info?.meters[topic] != nil
    }

    /// The devices at a place that the bridge has seen last, and has announced: one telegram alone proves nothing.
    private func successors(_ place: RetainedDevice.Place) -> [String] {
        let seen: Set<String>
        switch place {
        case .bridge: seen = []
        case .meter(let topic): seen = meterIds(topic)
        case .mbus(let topic, _): seen = Set((mbusIds(topic) ?? [:]).values)
        }
        return announced[place, default: []].filter(seen.contains)
    }

    /// Ids of the electricity meter in what the bridge published last.
    private func meterIds(_ topic: String) -> Set<String> {
        let seen = document(topic)?["equipmentId"]?.text.map { [DeviceId.equipment($0)] } ?? []
        return (info?.meters[topic] ?? []).union(seen)
    }

    /// Ids of the M-Bus meters in the last document, by channel; `nil` when there is no document.
    private func mbusIds(_ topic: String) -> [Int: String]? {
        guard let document = document(topic) else { return nil }
        guard case .object(let channels)? = document["mbus"] else { return [:] }
        return channels.reduce(into: [:]) { ids, member in
            guard let channel = Int(member.name) else { return }
            ids[channel] = member.value["equipmentId"]?.text.map(DeviceId.equipment) ?? ""
        }
    }

    private func document(_ topic: String) -> JSONTree? { keepsDocuments ? documents[topic] : nil }

    /// Whether a running bridge that hears the meter says that the one behind it is away.
    private func isGone(_ topic: String, _ channel: Int) -> Bool {
        isOnline && availability[topic + "/availability"] == "online" && availability[Self.availability(topic, channel)] == "offline"
    }
}

/// What the newest `bridge/info` says.
private struct RunningBridge: Sendable {
    /// Whether it announces under Home Assistant's prefix. One of a version that does not say is taken for one that does.
    let isAnnouncing: Bool
    /// The topics of its meters, with the ids of the devices that it has seen there.
    let meters: [String: Set<String>]

    init(_ info: JSONTree, discovery: String) {
        isAnnouncing = info["discovery"].map { $0 == .text(discovery) } ?? true
        var meters: [String: Set<String>] = [:]
        if case .array(let items)? = info["meters"] {
            for item in items {
                guard let topic = item["topic"]?.text else { continue }
                meters[topic, default: []].formUnion(item["equipmentId"]?.text.map { [DeviceId.equipment($0)] } ?? [])
            }
        }
        self.meters = meters
    }
}
