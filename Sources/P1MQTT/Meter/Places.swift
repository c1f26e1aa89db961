package import P1Parser

/// The places of the document that the program itself reads or writes, each looked up once. The places of all other
/// values follow from the catalogue.
package enum Places {
    package static let meterType = slot("meterType")
    package static let version = slot("version")
    package static let timestamp = slot("timestamp")
    static let logicalDeviceName = slot("logicalDeviceName")
    static let ean = slot("ean")
    /// The ids of the electricity meter.
    package static let meter = IdentityPlaces("")

    static let received = DirectionPlaces("received")
    static let delivered = DirectionPlaces("delivered")
    /// Power of all phases together, and of L1 to L3.
    static let power =
        [PowerPlaces("received/actual", "delivered/actual", "instantaneous/power/net", .netPower)]
        + [DerivedValue.netPowerL1, .netPowerL2, .netPowerL3].enumerated().map { index, derived in
            let phase = "instantaneous/power"
            return PowerPlaces("\(phase)/positive/L\(index + 1)", "\(phase)/negative/L\(index + 1)", "\(phase)/net/L\(index + 1)", derived)
        }
    static let absolutePower = slot("electricity/instantaneous/power/absolute")
    /// Of the phases.
    static let currents = (1...3).map { slot("electricity/instantaneous/current/L\($0)") }
    static let voltages = (1...3).map { slot("electricity/instantaneous/voltage/L\($0)") }
    static let exportLimit = slot(DocumentLayout.exportLimit)
    static let monthEnd = slot("electricity/monthEnd")
    static let failureLog = slot("electricity/longPowerFailureLog")
    static let failureCounters = [slot("electricity/numberOfPowerFailures"), slot("electricity/numberOfLongPowerFailures")]
    static let demandAverage = slot("electricity/demand/positiveActiveDemand/currentDemandPeriod")
    static let demandPeriod = slot("electricity/demand/period")
    static let monthPeak = slot("electricity/demand/positiveActiveDemand/maximumDemand")

    /// The meters on the M-Bus by channel, from 1.
    package static let mbus = (1...4).map { MBusPlaces("mbus/\($0)") }
    /// The one meter of each kind.
    package static let media = MBusMedium.allCases.map { (medium: $0, places: MBusPlaces($0.rawValue)) }
    package static let gas = MBusPlaces(MBusMedium.gas.rawValue)

    static func medium(_ medium: MBusMedium) -> MBusPlaces {
        for entry in media where entry.medium == medium { return entry.places }
        preconditionFailure("every kind of meter has its places")
    }

    static func slot(_ path: String) -> DocumentLayout.Slot { DocumentLayout.shared.slot(path) }
}

/// Where the id of a meter stands.
package struct IdentityPlaces: Sendable {
    package let equipmentId: DocumentLayout.Slot
    /// The readable form, which an id that says nothing does not have.
    package let serialNumber: DocumentLayout.Slot

    /// - Parameter parent: the path of the meter's object with its slash; empty for the electricity meter.
    fileprivate init(_ parent: String) {
        equipmentId = Places.slot(parent + "equipmentId")
        serialNumber = Places.slot(parent + "serialNumber")
    }
}

/// Where a meter on the M-Bus stands.
package struct MBusPlaces: Sendable {
    package let identity: IdentityPlaces
    package let deviceType, timestamp, reading: DocumentLayout.Slot
    let valvePosition, ean: DocumentLayout.Slot
    /// What a meter of hot water for heating tells besides its reading; `nil` where there is none.
    let heat: HeatPlaces?

    fileprivate init(_ parent: String) {
        identity = IdentityPlaces(parent + "/")
        deviceType = Places.slot(parent + "/deviceType")
        timestamp = Places.slot(parent + "/timestamp")
        reading = Places.slot(parent + "/reading")
        valvePosition = Places.slot(parent + "/valvePosition")
        ean = Places.slot(parent + "/ean")
        heat = parent == MBusMedium.heat.rawValue || parent.hasPrefix("mbus/") ? HeatPlaces(parent) : nil
    }
}

/// Where the other values of a meter of hot water stand.
struct HeatPlaces: Sendable {
    let flow, supplyTemperature, returnTemperature, energy: DocumentLayout.Slot

    fileprivate init(_ parent: String) {
        flow = Places.slot(parent + "/flow")
        supplyTemperature = Places.slot(parent + "/supplyTemperature")
        returnTemperature = Places.slot(parent + "/returnTemperature")
        energy = Places.slot(parent + "/energy")
    }
}

/// The registers of one direction.
struct DirectionPlaces: Sendable {
    let total: DocumentLayout.Slot
    let tariffs: [DocumentLayout.Slot]

    fileprivate init(_ direction: String) {
        total = Places.slot("electricity/\(direction)/total")
        let places = DocumentLayout.shared.places
        tariffs = places.indices.filter { places[$0].path.hasPrefix("electricity/\(direction)/tariff") }
    }
}

/// Power taken and fed in, or signed, and the net power that follows from them.
struct PowerPlaces: Sendable {
    let taken, fedIn, signed: DocumentLayout.Slot
    let net: DerivedValue

    fileprivate init(_ taken: String, _ fedIn: String, _ signed: String, _ net: DerivedValue) {
        self.taken = Places.slot("electricity/" + taken)
        self.fedIn = Places.slot("electricity/" + fedIn)
        self.signed = Places.slot("electricity/" + signed)
        self.net = net
    }
}

extension DerivedValue {
    /// Its place, by the order of the cases.
    var slot: DocumentLayout.Slot { Self.slots[self] ?? Places.slot(rawValue) }

    private static let slots = Dictionary(uniqueKeysWithValues: allCases.map { ($0, Places.slot($0.rawValue)) })
}
