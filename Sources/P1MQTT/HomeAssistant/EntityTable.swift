package import P1MQTTMeter
import P1Parser

/// Which value of the document gets which entities, for each device that a meter can have. Made once from the layout.
package struct EntityTable: Sendable {
    /// The electricity meter's own.
    package let meter: DeviceTable
    /// Those of the M-Bus meters on channels 1 to 4. Their entities follow `mbus/N/`, not `gas/`: which of two gas
    /// meters stands there can change while they stay.
    package let mbus: [DeviceTable]

    package static let shared = EntityTable(.shared)

    package init(_ layout: DocumentLayout) {
        meter = DeviceTable(layout, channel: nil, isEssential: { $0.hasPrefix("electricity/") || $0.hasPrefix("derived/") })
        mbus = (1...4).map { DeviceTable(layout, channel: $0, isEssential: { $0.hasSuffix("/reading") }) }
    }

    /// What is derived from the readings of the meter under `gas`, `water`, … belongs to its device, on whatever channel
    /// that is: the kind of meter, by path.
    static let derivedOfMBus = Dictionary(uniqueKeysWithValues: DerivedValue.flows.map { ($0.value.rawValue, $0.medium) })

    /// Whether a value deliberately has no entity.
    package static func isWithoutEntity(_ path: String) -> Bool {
        let levels = path.levels
        // The same values as under `mbus/N`.
        if let first = levels.first, MBusMedium(rawValue: String(first)) != nil { return true }
        // What the device itself says.
        if ["meterType", "equipmentId", "serialNumber", "deviceType"].contains(levels.last) { return true }
        // Lists.
        return [
            "electricity/longPowerFailureLog", "electricity/demand/maximumDemandLastMonths", "electricity/monthEnd",
            "electricity/loadProfile",
        ].contains(path)
    }

    /// The entities of a place; none when it has no name.
    package static func entities(of place: DocumentLayout.Place) -> [Entity] {
        guard !isWithoutEntity(place.path), let quantity = place.quantity else { return [] }
        var entities = [Entity(path: place.path, quantity)].compactMap { $0 }
        if place.shape == .peak { entities += [Entity(path: place.path + "/timestamp", .time)].compactMap { $0 } }
        if quantity == .tariff { entities += entities.map(\.inWords) }
        return entities
    }
}

/// The part of the document that one device is about.
package struct DeviceTable: Sendable {
    /// One value. Nothing in it is counted by reference: all items are looked at for each telegram.
    struct Item: Sendable {
        let slot: DocumentLayout.Slot
        let quantity: Quantity
        /// Whether its form must be looked at, beyond whether it is there.
        let isConditional: Bool
        /// Whether the device is only real when it has at least one of these.
        let isEssential: Bool
        /// The item whose component this one stands in for.
        var primary: Int?
        /// For what is derived from the readings of the meter under `gas`, `water`, …: that kind of meter, and the channel of
        /// the device, on which it may be.
        var source: (medium: MBusMedium, channel: Int)?
    }

    let items: [Item]
    /// By item.
    let entities: [[Entity]]
    /// Those of an electricity meter; an M-Bus meter has none.
    let events: [EventEntity]
    /// Where the id of its meter stands.
    let identity: IdentityPlaces

    /// - Parameters:
    ///   - layout: of the document.
    ///   - channel: of a meter on the M-Bus; `nil` for the electricity meter.
    ///   - isEssential: whether the device is only real with a value at one of these paths.
    init(_ layout: DocumentLayout, channel: Int?, isEssential: (String) -> Bool) {
        let parent = channel.map { "mbus/\($0)/" } ?? ""
        let meter = channel.map { Places.mbus[$0 - 1] }
        identity = meter?.identity ?? Places.meter
        var items: [Item] = []
        var entitiesOfItems: [[Entity]] = []
        for (slot, place) in layout.places.enumerated() {
            let medium = EntityTable.derivedOfMBus[place.path]
            let isOfMBus = medium != nil || place.path.hasPrefix("mbus/")
            guard channel == nil ? !isOfMBus : medium != nil || place.path.hasPrefix(parent) else { continue }
            guard let quantity = place.quantity else { continue }
            let entities = EntityTable.entities(of: place)
            guard let key = entities.first?.key else { continue }
            // A derived total has the key of the meter's own, which stands before it.
            let primary = entitiesOfItems.firstIndex { $0.first?.key == key }
            items.append(
                Item(
                    slot: slot, quantity: quantity, isConditional: quantity.isConditional || primary != nil || medium != nil,
                    isEssential: isEssential(place.path), primary: primary,
                    source: medium.flatMap { medium in channel.map { (medium, $0) } }))
            entitiesOfItems.append(entities)
        }
        self.items = items
        entities = entitiesOfItems
        events = parent.isEmpty ? EventEntity.all(for: items.map { layout.places[$0.slot].path }) : []
    }
}

extension Quantity {
    fileprivate var isConditional: Bool {
        switch self {
        case .limit, .currentLimit, .tariff, .position, .meterReading, .meterProfile: true
        default: false
        }
    }
}

extension Entity {
    /// The entity of a path; `nil` when the path has no name.
    fileprivate init?(path: String, _ quantity: Quantity) {
        guard let name = EntityNames.name(ofPath: path) else { return nil }
        let pattern = EntityNames.pattern(of: path).pattern
        self.init(
            key: Entity.key(ofPath: path), topic: path, name: name, quantity: quantity, isDiagnostic: Entity.isDiagnostic(quantity),
            enabled: Entity.inBelgium.contains(pattern)
                ? .inBelgium
                : path == DerivedValue.netPowerL1.rawValue ? .onThreePhases : Entity.enabled.contains(pattern) ? .always : .never)
    }

    /// A second entity with words as states. The first keeps its numbers: automations depend on them.
    fileprivate var inWords: Entity {
        var entity = Entity(
            key: key + "_word", topic: topic, name: EntityNames.tariffWord, quantity: quantity, isDiagnostic: false, enabled: .always)
        entity.isWorded = true
        return entity
    }

    /// The JSON path with `_`; within an M-Bus meter the last key. A total has one key, sent or derived.
    private static func key(ofPath path: String) -> String {
        let levels = path.levels
        if levels.count == 3, levels[0] == "mbus" || EntityTable.derivedOfMBus[path] != nil { return String(levels[2]) }
        if levels.count == 3, levels[0] == "derived", levels[2] == "total", levels[1] != "netPower" {
            return "electricity_\(levels[1])_total"
        }
        return levels.joined(separator: "_")
    }

    private static func isDiagnostic(_ quantity: Quantity) -> Bool {
        switch quantity {
        case .count, .limit, .currentLimit, .ratio, .position, .text, .identifier, .deviceType, .version, .digits, .message, .time,
            .duration:
            true
        default: false
        }
    }

    /// What most people want to see; everything else waits in Home Assistant to be switched on.
    private static let enabled: Set<String> = [
        "electricity/received/tariffn", "electricity/received/total", "electricity/received/actual",
        "electricity/delivered/tariffn", "electricity/delivered/total", "electricity/delivered/actual",
        "electricity/tariffIndicator", "electricity/numberOfLongPowerFailures",
        "electricity/demand/positiveActiveDemand/currentDemandPeriod", "electricity/demand/positiveActiveDemand/maximumDemand",
        "derived/received/total", "derived/received/actual", "derived/delivered/total", "derived/delivered/actual",
        "derived/netPower/total", "derived/netPower/Ln",
        EntityNames.mbusPattern + "reading", EntityNames.mbusPattern + "flow", EntityNames.mbusPattern + "supplyTemperature",
        EntityNames.mbusPattern + "returnTemperature", EntityNames.mbusPattern + "energy", DerivedValue.gasFlow.rawValue,
        DerivedValue.waterFlow.rawValue, DerivedValue.warmWaterFlow.rawValue,
    ]

    /// What people with the capacity tariff want to see.
    private static let inBelgium: Set<String> = [
        DerivedValue.demandForecast.rawValue, DerivedValue.demandHeadroom.rawValue, DerivedValue.demandAverage12.rawValue,
        "electricity/demand/positiveActiveDemand/maximumDemand/timestamp",
    ]
}
