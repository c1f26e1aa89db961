import P1MQTTMeter
import P1Parser

/// Follows one device through the telegrams: who it is, and what it sends.
///
/// A device is real after two telegrams in a row with the same equipment id. Another id ends it at once, so that none
/// of its entities ever takes a value of its successor: that this one is there to stay is known before its documents
/// come here, so it takes the place at once too.
struct DeviceTracker: Sendable {
    /// What a telegram changed.
    struct Step: Equatable {
        /// The device that was announced is another's place now, or is gone.
        var hasEnded = false
        /// The device that is there now has to be announced, or announced anew.
        var hasChanged = false
    }

    let table: DeviceTable
    /// The equipment id as sent; `nil` for a meter that sends none that says anything.
    private(set) var equipmentId: String?
    private(set) var dialect: Dialect?
    /// Telegrams in a row with this id and dialect, up to two.
    private var confirmations = 0
    /// By item of the table.
    private(set) var observations: [Observation]
    /// Items whose component was announced and is gone.
    private(set) var removed: Set<Int> = []
    private(set) var isReal = false
    /// Whether a shown value is missing, so that each telegram has to be looked at.
    private var isMissingSomething = false

    init(_ table: DeviceTable) {
        self.table = table
        observations = Array(repeating: Observation(), count: table.items.count)
    }

    /// Of what takes the place of a device: another meter there, or the same one here. What that has shown, and is there
    /// now too, needs no second telegram.
    init(_ table: DeviceTable, of id: String?, after other: DeviceTracker, dialect: Dialect) {
        self.init(table)
        equipmentId = id
        self.dialect = dialect
        confirmations = 1
        for index in observations.indices where other.observations[index].isShown { observations[index].count = 1 }
    }

    var country: Country { dialect.map(Country.init) ?? .elsewhere }

    /// Whether nothing in a telegram is new. This is all that is done for nearly every telegram.
    func isSettled(_ document: CompletedDocument) -> Bool {
        guard isReal else { return !hasEssentials(in: document) }
        guard !isMissingSomething, hasSameId(document) else { return false }
        let values = document.values.span
        let items = table.items.span
        let observations = observations.span
        for index in items.indices {
            guard
                items[index].isConditional ? isSettled(index, document) : (values[items[index].slot] == nil) != observations[index].isShown
            else { return false }
        }
        return true
    }

    private func isSettled(_ index: Int, _ document: CompletedDocument) -> Bool {
        let seen = observations[index]
        switch form(of: index, document) {
        case .absent: return !seen.isShown
        case let form:
            guard seen.isShown, form == seen.form || seen.form == .unlisted else { return false }
            return document.values[table.items[index].slot]?.unit == seen.unit
        }
    }

    /// Takes a telegram.
    ///
    /// - Parameters:
    ///   - document: its content.
    ///   - time: the meter's time, seconds since 1970.
    /// - Returns: what that changed.
    mutating func update(_ document: CompletedDocument, at time: Int64) -> Step {
        var step = Step()
        let id = id(in: document)
        if let id, id != equipmentId, confirmations > 0 {
            step.hasEnded = isReal
            self = isReal ? DeviceTracker(table, of: id, after: self, dialect: document.dialect) : DeviceTracker(table)
        }
        identify(id, document)
        step.hasChanged = look(document, at: time)

        let hasEssentials = table.items.indices.contains { table.items[$0].isEssential && observations[$0].isShown }
        if !isReal {
            isReal = hasEssentials && confirmations >= 2
            step.hasChanged = isReal
        } else if !hasEssentials {
            self = DeviceTracker(table)
            step = Step(hasEnded: true)
        }
        return step
    }

    private mutating func identify(_ id: String?, _ document: CompletedDocument) {
        guard !isReal else { return }
        // A telegram whose id got lost on the line neither confirms nor denies.
        if id == nil, equipmentId != nil { return }
        guard id != nil || hasEssentials(in: document) else { return }
        if dialect == document.dialect {
            confirmations = min(confirmations + 1, 2)
        } else {
            confirmations = 1
        }
        equipmentId = id
        dialect = document.dialect
    }

    /// Counts what is there and what is missing. Returns whether the components changed.
    private mutating func look(_ document: CompletedDocument, at time: Int64) -> Bool {
        var hasChanged = false
        isMissingSomething = false
        for index in table.items.indices {
            let form = form(of: index, document)
            if form != .absent {
                guard observations[index].see(document.values[table.items[index].slot], form) else { continue }
                removed.remove(index)
                hasChanged = true
            } else if observations[index].count > 0 {
                isMissingSomething = true
                guard observations[index].miss(at: time) else { continue }
                if observations[index].isShown, isReal {
                    removed.insert(index)
                    hasChanged = true
                }
                observations[index] = Observation()
            }
        }
        return hasChanged
    }

    private func form(of index: Int, _ document: CompletedDocument) -> Observation.Form {
        let item = table.items[index]
        guard item.isConditional else { return document.values[item.slot] == nil ? .absent : .usual }
        if let source = item.source, document.values[item.slot] == nil || !document.mbus.isChosen(source.channel, for: source.medium) {
            return .absent
        }
        if let primary = item.primary, observations[primary].isShown { return .absent }
        return Observation.Form(of: document.values[item.slot], item.quantity, country)
    }

    /// Whether a telegram holds what makes the device real.
    func hasEssentials(in document: CompletedDocument) -> Bool {
        table.items.contains { $0.isEssential && document.values[$0.slot] != nil }
    }

    private func hasSameId(_ document: CompletedDocument) -> Bool {
        guard let text = document.text(at: table.identity.equipmentId), text != equipmentId else { return true }
        return id(in: document) == nil
    }

    /// The id as sent, `nil` when it is missing or says nothing.
    func id(in document: CompletedDocument) -> String? {
        document.id(at: table.identity).flatMap { DeviceId.sanitised($0).isEmpty ? nil : $0 }
    }
}

/// Ids in Home Assistant. They are permanent: a change loses people's history.
enum DeviceId {
    /// Lower case, and anything but `[a-z0-9_-]` dropped.
    static func sanitised(_ text: String) -> String {
        String(
            text.lowercased().unicodeScalars.filter { scalar in
                switch scalar {
                case "a"..."z", "0"..."9", "_", "-": true
                default: false
                }
            }.map(Character.init))
    }

    static func equipment(_ id: String) -> String { "p1mqtt_" + sanitised(id) }

    /// Of a meter that sends no id.
    static func topic(_ prefix: String) -> String { "p1mqtt_" + levels(prefix) }

    /// Of an M-Bus meter that sends no id, or one that another has.
    static func channel(_ number: Int, of meter: String) -> String { meter + "_mbus_\(number)" }

    /// Of a meter that has the id of another one of the same bridge.
    static func second(_ id: String, of meter: String) -> String { id + "_" + levels(meter) }

    /// Of the bridge with a topic prefix. A prefix that an id cannot hold as it is (another script, capitals) is in it as a
    /// number too, so that two bridges never have one id.
    static func bridge(_ topics: BridgeTopics) -> String {
        bridge(topics.prefix) + (topics.worker.map { "_worker_\($0)" } ?? "")
    }

    static func bridge(_ prefix: String) -> String {
        let id = "p1mqtt_bridge_" + levels(prefix)
        if levels(prefix) == prefix.replacing("/", with: "_") { return id }
        return id + "_" + String(UInt64(hashing: prefix), radix: 16)
    }

    private static func levels(_ prefix: String) -> String { sanitised(prefix.replacing("/", with: "_")) }
}
