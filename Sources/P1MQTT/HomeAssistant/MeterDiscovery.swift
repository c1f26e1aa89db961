package import P1MQTTMeter
import P1Parser

/// Announces a meter and those on its M-Bus to Home Assistant, and takes back what is no longer true.
///
/// One per meter, on the input thread. Post `Changes` before the values of the same telegram: then an entity that ends
/// is gone before its topic carries the value of another meter.
package struct MeterDiscovery {
    /// What a telegram leads to.
    package struct Changes: Equatable {
        /// Configurations of devices.
        package var publish: [Message] = []
        /// Topics of configurations to delete, each published before by this instance.
        package var forget: [String] = []

        package var isEmpty: Bool { publish.isEmpty && forget.isEmpty }
    }

    private let settings: HomeAssistantSettings
    private let topics: DiscoveryTopics
    private let version: String
    private let claims: DiscoveryClaims
    /// The state of the claims in which the devices were announced.
    private var revision = 0
    /// Ids that an earlier run announced, by device, until it is known what became of them.
    private var earlier: [String?] = Array(repeating: nil, count: 5)
    private var meter = DeviceTracker(EntityTable.shared.meter)
    private var mbus = EntityTable.shared.mbus.map { DeviceTracker($0) }
    /// What was announced of each device; the meter first, then the channels.
    private var announced: [DiscoveryDevice?] = Array(repeating: nil, count: 5)

    /// - Parameters:
    ///   - settings: the section of the configuration; when it is not enabled nothing is ever announced.
    ///   - topics: where the values are.
    ///   - version: of this program.
    ///   - claims: what all meters of the bridge announce.
    package init(settings: HomeAssistantSettings, topics: DiscoveryTopics, version: String, claims: DiscoveryClaims = DiscoveryClaims()) {
        self.settings = settings
        self.claims = claims
        self.topics = topics
        self.version = version
    }

    /// Looks at the document of an accepted telegram. Cheap when nothing in it is new.
    package mutating func update(_ document: CompletedDocument) -> Changes {
        guard settings.enabled else { return Changes() }
        if isSettled(document), revision == claims.revision { return Changes() }
        let time = document.time ?? 0
        var changed: Set<Int> = []
        var ended: Set<Int> = []
        func note(_ index: Int, _ step: DeviceTracker.Step) {
            if step.hasEnded { ended.insert(index) }
            if step.hasChanged { changed.insert(index) }
        }
        note(0, meter.update(document, at: time))
        for channel in 1...4 {
            guard let place = newChannel(of: channel, document) else { continue }
            let moved = mbus[channel - 1]
            if !mbus[place - 1].isReal {
                mbus[place - 1] = DeviceTracker(mbus[place - 1].table, of: moved.equipmentId, after: moved, dialect: document.dialect)
            }
            mbus[channel - 1] = DeviceTracker(moved.table)
            ended.insert(channel)
        }
        for channel in 1...4 { note(channel, mbus[channel - 1].update(document, at: time)) }

        var changes = Changes()
        if changed.isEmpty, ended.isEmpty, revision == claims.revision { return changes }
        let before = announced
        for index in ended {
            if let device = announced[index] { claims.release(device.ownId, by: topics.meter) }
            announced[index] = nil
        }
        describe(document, changed)
        identify()
        // What a device is called, and to which it belongs, can change with the others.
        redescribe()
        changed.formUnion(announced.indices.filter { announced[$0] != before[$0] })
        for case let device? in before { forget(device.id, &changes) }
        changes.publish = changed.sorted().compactMap { message(of: $0) }
        if !changed.isEmpty { forgetEarlier(&changes) }
        return changes
    }

    /// Takes the document that an earlier run published: a meter that was replaced while nobody looked leaves a device
    /// behind, which would show the values of its successor.
    package mutating func recall(_ document: JSONTree) -> Changes {
        var changes = Changes()
        guard settings.enabled else { return changes }
        for index in earlier.indices {
            earlier[index] = Self.earlierId(of: index, document)
            if let id = earlier[index] { claims.claim(id, by: topics.meter) }
        }
        forgetEarlier(&changes)
        return changes
    }

    /// Everything announced, again: for the birth message of Home Assistant.
    package var announcement: [Message] {
        announced.indices.compactMap { message(of: $0) }
    }

    /// Topics to forget at a clean exit: those of an emulated meter. A real meter stays, as unavailable.
    package var leftovers: [String] {
        announced.compactMap { device in device.flatMap { $0.isEmulated ? topic(ofDevice: $0.id) : nil } }
    }

    /// Takes back all that is announced, of a meter that is in the configuration no more.
    /// - Returns: topics to delete.
    package mutating func leave() -> [String] {
        var changes = Changes()
        let devices = announced.compactMap(\.self)
        announced = Array(repeating: nil, count: announced.count)
        for device in devices {
            claims.release(device.ownId, by: topics.meter)
            forget(device.id, &changes)
        }
        // Of a meter that was not heard since the start nothing is known but what an earlier run announced.
        for case let id? in earlier {
            let objectId = claims.objectId(of: id, by: topics)
            claims.release(id, by: topics.meter)
            if !changes.forget.contains(topic(ofDevice: objectId)) { forget(objectId, &changes) }
        }
        earlier = Array(repeating: nil, count: earlier.count)
        return changes.forget
    }

    // MARK: - Devices

    private func tracker(_ index: Int) -> DeviceTracker { index == 0 ? meter : mbus[index - 1] }

    private func isSettled(_ document: CompletedDocument) -> Bool {
        guard meter.isSettled(document) else { return false }
        for index in mbus.indices where !mbus[index].isSettled(document) { return false }
        return true
    }

    /// The channel on which the M-Bus meter of a channel is now: its id stands there, and here none does.
    private func newChannel(of channel: Int, _ document: CompletedDocument) -> Int? {
        let tracker = mbus[channel - 1]
        guard tracker.isReal, let id = tracker.equipmentId, tracker.id(in: document) == nil else { return nil }
        return mbus.firstIndex { $0.id(in: document) == id && $0.hasEssentials(in: document) }.map { $0 + 1 }
    }

    /// Deletes a device that is announced no more, here or by another meter.
    private func forget(_ id: String, _ changes: inout Changes) {
        if claims.isFree(id), !announced.contains(where: { $0?.id == id }) { changes.forget.append(topic(ofDevice: id)) }
    }

    /// A device whose place is taken by another, and which is on no other channel either, is gone.
    private mutating func forgetEarlier(_ changes: inout Changes) {
        for index in earlier.indices {
            guard let id = earlier[index], announced[index] != nil else { continue }
            earlier[index] = nil
            guard !announced.contains(where: { $0?.ownId == id }) else { continue }
            let objectId = claims.objectId(of: id, by: topics)
            claims.release(id, by: topics.meter)
            forget(objectId, &changes)
        }
    }

    /// Gives each device the object id that is its meter's.
    private mutating func identify() {
        revision = claims.revision
        for index in announced.indices {
            if let own = announced[index]?.ownId { announced[index]?.id = claims.objectId(of: own, by: topics) }
        }
    }

    /// The id under which the device of an earlier document was announced; `nil` where there was none, or none that is
    /// sure.
    private static func earlierId(of index: Int, _ document: JSONTree) -> String? {
        let object = index == 0 ? document : document["mbus"]?["\(index)"]
        guard let object, case .text(let id)? = object["equipmentId"], case .text? = object["serialNumber"],
            index == 0 ? object["electricity"]?.hasNumbers == true : object["reading"]?.hasNumbers == true
        else { return nil }
        return DeviceId.equipment(id)
    }

    /// Learns from the document what the devices that changed are.
    private mutating func describe(_ document: CompletedDocument, _ changed: Set<Int>) {
        for index in changed.sorted() {
            let tracker = tracker(index)
            var device = announced[index] ?? newDevice(index)
            device.language = settings.language
            device.meterName = topics.name
            device.serialNumber = document.text(at: tracker.table.identity.serialNumber) ?? device.serialNumber
            device.header = document.text(at: Places.meterType) ?? device.header
            if index > 0 { device.medium = document.mbus.medium(of: index) ?? device.medium }
            announced[index] = device
        }
    }

    /// Brings up to date what a device says of others.
    private mutating func redescribe() {
        let bridge = DeviceId.bridge(topics.program)
        var seen: Set<MBusMedium> = []
        for (index, device) in announced.enumerated() {
            guard var device else { continue }
            if index == 0 {
                device.via = bridge
            } else {
                // While a new electricity meter is not yet known for certain, the old one will do.
                device.via = announced[0]?.id ?? device.via ?? bridge
                device.isOneOfSeveral = device.medium.map { !seen.insert($0).inserted } ?? false
            }
            announced[index] = device
        }
    }

    private func newDevice(_ index: Int) -> DiscoveryDevice {
        let id = id(of: index)
        claims.claim(id, by: topics.meter)
        return DiscoveryDevice(id: id, ownId: id, channel: index)
    }

    /// The id of a meter that is about to be announced. No two of one bus have the same.
    private func id(of index: Int) -> String {
        let own = tracker(index).equipmentId.map(DeviceId.equipment)
        guard index > 0 else { return own ?? DeviceId.topic(topics.meter) }
        let meterId = announced[0]?.ownId ?? meter.equipmentId.map(DeviceId.equipment) ?? DeviceId.topic(topics.meter)
        guard let own, own != meterId, !announced.contains(where: { $0?.ownId == own }) else {
            return DeviceId.channel(index, of: meterId)
        }
        return own
    }

    private func topic(ofDevice id: String) -> String { DiscoveryTopics.configuration(of: id, settings.prefix) }

    private func message(of index: Int) -> Message? {
        guard let device = announced[index] else { return nil }
        let tracker = tracker(index)
        let payload = JSONWriter.object(capacity: 16384) { json in
            json.member("device", object: { device.write(into: &$0) })
            DiscoveryOrigin.write(into: &json, version: version)
            var availability = [topics.program.state, topics.meter + "/availability"]
            if index > 0 { availability.append(topics.meter + "/mbus/\(index)/availability") }
            json.member("availability", array: availability) { json, topic in json.object { $0.member("topic", topic) } }
            json.member("availability_mode", "all")
            json.member(
                "components",
                object: {
                    writeConnectivity(of: device, availability.last ?? "", into: &$0)
                    tracker.writeComponents(into: &$0, device, prefix: topics.meter)
                })
        }
        return Message(topic: topic(ofDevice: device.id), payload: payload, qos: 1, retain: true, kind: .discovery)
    }
}

extension MeterDiscovery {
    /// Whether the meter is heard: the only component that is available while it is not.
    private func writeConnectivity(of device: DiscoveryDevice, _ topic: String, into json: inout JSONWriter) {
        json.member(
            "connectivity",
            object: {
                $0.member("platform", "binary_sensor")
                $0.member("unique_id", device.id + "_connectivity")
                $0.member("default_entity_id", "binary_sensor." + EntityId.text("connectivity", of: device.entityPrefix))
                $0.member("name", BridgeDiscovery.stateName[device.language])
                $0.member("state_topic", topic)
                $0.member("payload_on", "online")
                $0.member("payload_off", "offline")
                $0.member("availability", array: [topics.program.state]) { json, topic in
                    json.object { $0.member("topic", topic) }
                }
                $0.member("device_class", "connectivity")
                $0.member("entity_category", "diagnostic")
            })
    }
}

extension JSONTree {
    /// Whether any number is in it.
    fileprivate var hasNumbers: Bool {
        switch self {
        case .number: true
        case .object(let members): members.contains { $0.value.hasNumbers }
        default: false
        }
    }
}
