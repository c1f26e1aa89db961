package import P1Parser

/// Every place that a value can have in the JSON document, in its order. Made once from the catalogue; a document is
/// then an array with a value or nothing for each place, and a topic is a place's path.
package struct DocumentLayout: Sendable {
    package typealias Slot = Int

    /// How a value looks in JSON.
    package enum Shape: Sendable {
        /// A number, text or time by itself.
        case bare
        /// `{"reading": 1.193, "unit": "kW"}`
        case quantity
        /// `{"value": 16.1, "unit": "kW"}`
        case limit
        /// `{"timestamp": "…", "reading": 2.485, "unit": "kW"}`
        case peak
        /// `"reading": 12785.123, "unit": "m3"` among the other keys of an M-Bus meter.
        case meterReading
        /// A list of its own: one JSON payload.
        case failureLog, peakHistory, profile
    }

    /// One place.
    package struct Place: Sendable {
        /// Levels separated by `/`.
        package let path: String
        package let key: String
        package let shape: Shape
        /// `null` where the value is missing, if its object is there at all.
        let isAlwaysPresent: Bool
        /// The kind of quantity; `nil` for what no meter sends (derived values, readable serial numbers, the header).
        package let quantity: Quantity?
        /// The unit; `nil` where there is none or the meter chooses it.
        package let unit: MeterUnit?
        package let meaning: String
        /// The codes that lead here, as the catalogue writes them.
        package var codes: [String]
    }

    /// A key of the document: a value, an object, or both (a number with others below it).
    package final class Node: Sendable {
        let key: String
        /// The key as it stands in JSON.
        let quotedKey: JSONWriter.Key
        let slot: Slot?
        /// How the value of the slot looks.
        let shape: Shape
        /// Whether the value is `null` where it is missing.
        let isNullable: Bool
        let children: [Node]
        /// Whether the object is there even when none of its values is.
        let isAlwaysPresent: Bool
        /// The slots of this node and all below it: they are consecutive.
        let slots: Range<Slot>

        init(key: String, place: Place?, children: [Node], isAlwaysPresent: Bool, slots: Range<Slot>) {
            self.key = key
            quotedKey = JSONWriter.Key(key)
            slot = place.map { _ in slots.lowerBound }
            shape = place?.shape ?? .bare
            isNullable = place?.isAlwaysPresent ?? false
            self.children = children
            self.isAlwaysPresent = isAlwaysPresent
            self.slots = slots
        }
    }

    package let places: [Place]
    package let root: [Node]
    /// Where the values of each catalogue row go, by M-Bus channel or relay; `nil` where it goes nowhere by itself.
    private let slotsOfRows: [[Slot?]]
    private let slotsOfPaths: [String: Slot]

    package static let shared = DocumentLayout()

    /// The place of a reading that is not an M-Bus meter's.
    package func slot(of reading: Reading) -> Slot? {
        slotsOfRows[reading.row][Int(reading.channel)]
    }

    /// The place of a path that the layout is known to have.
    package func slot(_ path: String) -> Slot {
        guard let slot = slotsOfPaths[path] else { preconditionFailure("no place in the document is called \(path)") }
        return slot
    }
}

extension DocumentLayout {
    private init() {
        var draft = DraftNode(key: "", path: "")
        for place in Self.drafts { draft.insert(place, at: place.path.levels.map(String.init)[...]) }
        var places: [Place] = []
        root = draft.children.map { $0.build(&places) }
        self.places = places
        let slots = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1.path, $0) })
        slotsOfPaths = slots
        slotsOfRows = Catalogue.rows.map { row in
            switch row.scope {
            case .meter: [slots[row.path]]
            case .relay: [nil] + (1...4).map { slots[Self.relayPath(row, $0)] }
            case .mbus, .medium: [nil, nil, nil, nil, nil]
            }
        }
    }

    /// All places, in the order of the document.
    private static var drafts: [Place] {
        var places = [place("meterType", nil, "Description of the meter, from the header")]
        for row in Catalogue.rows.filter({ $0.scope == .meter || $0.scope == .relay }) + Catalogue.exceptionRows {
            for path in row.scope == .relay ? (1...4).map({ relayPath(row, $0) }) : [row.path] {
                places.append(place(path, row.quantity, row.meaning, code: row.codeText))
                if path == "equipmentId" {
                    places.append(place("serialNumber", nil, "Equipment id as printed on the meter"))
                } else if path == "electricity/fuseThreshold" {
                    // The second value of the same line.
                    places.append(
                        place(exportLimit, row.quantity, "Current limit of the fuse, fed into the grid", code: row.codeText))
                }
            }
        }
        for medium in MBusMedium.allCases { places += mbusPlaces(under: medium.rawValue) }
        for channel in 1...4 { places += mbusPlaces(under: "mbus/\(channel)") }
        return places + DerivedValue.allCases.map { place($0.rawValue, $0.quantity, $0.meaning) }
    }

    /// An M-Bus meter, in the order of node-p1-reader: the time stands before the reading.
    private static func mbusPlaces(under parent: String) -> [Place] {
        // In Iceland every meter is one of heat.
        let isHeat = parent == MBusMedium.heat.rawValue || parent.hasPrefix("mbus/")
        let rows =
            Catalogue.rows.enumerated().filter { $1.scope == .mbus && (isHeat || Catalogue.isGeneral($0)) }.map(\.element)
            + Catalogue.rows.filter { $0.isOf(parent) }
        func row(_ path: String) -> [Place] {
            rows.filter { $0.path == path }.map {
                place(parent + "/" + path, $0.quantity, $0.meaning, code: $0.codeText, isPermanent: PermanentKeys.mbus.contains(path))
            }
        }
        return row("deviceType") + row("equipmentId")
            + [place(parent + "/timestamp", .time, "Time of the last reading", isPermanent: PermanentKeys.mbus.contains("timestamp"))]
            + row("reading") + row("flow") + row("supplyTemperature") + row("returnTemperature") + row("energy") + row("valvePosition")
            + [place(parent + "/serialNumber", nil, "Equipment id as printed on the meter")] + row("ean")
    }

    package static let exportLimit = "electricity/fuseThresholdExport"

    private static func relayPath(_ row: CatalogueRow, _ number: Int) -> String {
        row.path.dropLast() + String(number)
    }

    private static func place(
        _ path: String, _ quantity: Quantity?, _ meaning: String, code: String? = nil, isPermanent: Bool? = nil
    ) -> Place {
        Place(
            path: path, key: path.levels.last.map(String.init) ?? path, shape: quantity?.shape ?? .bare,
            isAlwaysPresent: isPermanent ?? PermanentKeys.meter.contains(path), quantity: quantity, unit: quantity?.unit, meaning: meaning,
            codes: code.map { [$0] } ?? [])
    }
}

/// A node of the layout while it grows. Only `gas` and what node-p1-reader has are there from the start.
private struct DraftNode {
    let key: String
    let path: String
    var place: DocumentLayout.Place?
    var children: [DraftNode] = []

    mutating func insert(_ new: DocumentLayout.Place, at levels: ArraySlice<String>) {
        guard let level = levels.first else {
            if place == nil { place = new } else { place?.codes += new.codes }
            return
        }
        let index =
            children.firstIndex { $0.key == level }
            ?? {
                children.append(DraftNode(key: level, path: path.isEmpty ? level : path + "/" + level))
                return children.count - 1
            }()
        children[index].insert(new, at: levels.dropFirst())
    }

    func build(_ places: inout [DocumentLayout.Place]) -> DocumentLayout.Node {
        let first = places.count
        if let place { places.append(place) }
        let children = children.map { $0.build(&places) }
        let isMBusMeter = path.hasPrefix("mbus/") || MBusMedium(rawValue: path).map { $0 != .gas } ?? false
        let isAlwaysPresent =
            !isMBusMeter && (place?.isAlwaysPresent ?? false || children.contains { $0.isAlwaysPresent } && path != "mbus")
        return DocumentLayout.Node(
            key: key, place: place, children: children, isAlwaysPresent: isAlwaysPresent, slots: first..<places.count)
    }
}

extension CatalogueRow {
    /// Whether it is about the one meter of the kind that an object of the document is named after.
    fileprivate func isOf(_ parent: String) -> Bool {
        if case .medium(let medium) = scope { medium.rawValue == parent } else { false }
    }
}

extension Quantity {
    fileprivate var shape: DocumentLayout.Shape {
        switch self {
        case .energy, .reactiveEnergy, .power, .reactivePower, .apparentPower, .voltage, .current, .frequency, .flow, .temperature,
            .duration:
            .quantity
        case .limit, .currentLimit: .limit
        case .peak: .peak
        case .meterReading, .meterProfile: .meterReading
        case .failureLog: .failureLog
        case .peakHistory: .peakHistory
        case .monthEnd, .loadProfile: .profile
        default: .bare
        }
    }
}
