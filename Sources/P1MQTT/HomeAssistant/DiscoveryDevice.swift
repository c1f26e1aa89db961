import P1MQTTMeter
import P1Parser

/// A device as its discovery message describes it.
struct DiscoveryDevice: Sendable, Equatable {
    /// Object id, identifier and first part of each `unique_id`.
    var id: String
    /// The id of the meter itself, which another meter of the bridge may have too.
    let ownId: String
    /// 0 for the electricity meter, else the M-Bus channel.
    let channel: Int
    var language = Language.en
    /// The configured name of the electricity meter.
    var meterName: String?
    /// The header of the electricity meter's telegrams, without `/`.
    var header = ""
    /// As printed on the meter.
    var serialNumber: String?
    /// What an M-Bus meter measures.
    var medium: MBusMedium?
    /// The device it is connected through.
    var via: String?
    /// Whether another of the same kind is on a lower channel.
    var isOneOfSeveral = false

    var isEmulated: Bool { header.uppercased().contains("EMULATOR") }

    /// The name of the device; Home Assistant puts it before that of each entity.
    var name: String {
        let kind = channel == 0 ? DeviceNames.electricity : medium.map(DeviceNames.meter) ?? DeviceNames.other
        var name = kind[language]
        if let meterName { name += " " + meterName }
        if isOneOfSeveral || channel > 0 && medium == nil { name += " \(channel)" }
        if isEmulated { name += " (" + DeviceNames.emulated[language] + ")" }
        return name
    }

    /// The beginning of entity ids: what the device is, in English, and which where there are several.
    var entityPrefix: String {
        let kind = channel == 0 ? DeviceNames.electricity : medium.map(DeviceNames.meter) ?? DeviceNames.other
        let number = isOneOfSeveral || channel > 0 && medium == nil ? " \(channel)" : ""
        return EntityId.slug(kind.en + (meterName.map { " " + $0 } ?? "") + number)
    }

    func write(into json: inout JSONWriter) {
        json.member("identifiers", array: [id]) { $0.string($1) }
        json.member("name", name)
        if isEmulated {
            json.member("manufacturer", "p1mqtt")
            json.member("model", "Emulator")
        } else if channel == 0 {
            let model = MeterModel(header: header)
            if let manufacturer = model.manufacturer { json.member("manufacturer", manufacturer) }
            if let name = model.name { json.member("model", DeviceNames.localized(model: name, language)) }
            if !header.isEmpty { json.member("model_id", header) }
        }
        if let serialNumber { json.member("serial_number", serialNumber) }
        if let via { json.member("via_device", via) }
    }
}

/// What devices are called.
enum DeviceNames {
    static let electricity = LocalizedText("Electricity meter", "Elektriciteitsmeter", "Compteur électrique", "Stromzähler")
    static let other = LocalizedText("M-Bus meter", "M-Bus-meter", "Compteur M-Bus", "M-Bus-Zähler")
    static let bridge = LocalizedText("P1 bridge", "P1-bridge", "Passerelle P1", "P1-Bridge")
    static let emulated = LocalizedText("emulator", "emulator", "émulateur", "Emulator")

    /// The name of a model, which may say how many phases it is for.
    static func localized(model: String, _ language: Language) -> String {
        let phases = [
            ("(1 phase)", LocalizedText("(1 phase)", "(1 fase)", "(1 phase)", "(1 Phase)")),
            ("(3 phases)", LocalizedText("(3 phases)", "(3 fasen)", "(3 phases)", "(3 Phasen)")),
        ]
        return phases.reduce(model) { $0.replacing($1.0, with: $1.1[language]) }
    }

    static func meter(_ medium: MBusMedium) -> LocalizedText {
        switch medium {
        case .gas: LocalizedText("Gas meter", "Gasmeter", "Compteur gaz", "Gaszähler")
        case .water: LocalizedText("Water meter", "Watermeter", "Compteur d'eau", "Wasserzähler")
        case .warmWater: LocalizedText("Hot water meter", "Warmwatermeter", "Compteur d'eau chaude", "Warmwasserzähler")
        case .heat: LocalizedText("Heat meter", "Warmtemeter", "Compteur de chaleur", "Wärmezähler")
        case .cooling: LocalizedText("Cooling meter", "Koudemeter", "Compteur de froid", "Kältezähler")
        case .heatCooling:
            LocalizedText("Heat and cooling meter", "Warmte- en koudemeter", "Compteur de chaleur et de froid", "Wärme- und Kältezähler")
        case .heatCostAllocator:
            LocalizedText("Heat cost allocator", "Warmtekostenverdeler", "Répartiteur de frais de chauffage", "Heizkostenverteiler")
        case .subElectricity:
            LocalizedText("Electricity submeter", "Tussenmeter elektriciteit", "Sous-compteur électrique", "Stromunterzähler")
        }
    }
}
