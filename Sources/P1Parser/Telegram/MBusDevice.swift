/// What an M-Bus meter measures.
///
/// Source: EN 13757-3, device types; the numbers are those of `24.1.0`.
public enum MBusMedium: String, Sendable, CaseIterable {
    case gas
    case water
    case heat
    case warmWater
    case cooling
    case heatCooling
    case heatCostAllocator
    case subElectricity

    init?(deviceType: Int64) {
        switch deviceType {
        case 2: self = .subElectricity
        case 3: self = .gas
        case 4, 12: self = .heat
        case 6: self = .warmWater
        case 7: self = .water
        case 8: self = .heatCostAllocator
        case 10, 11: self = .cooling
        case 13: self = .heatCooling
        default: return nil
        }
    }

    /// What a meter that does not state its type can only measure, by the unit of its reading.
    init(unit: MeterUnit?) {
        switch unit {
        case .GJ: self = .heat
        case .kWh: self = .subElectricity
        default: self = .gas
        }
    }
}

/// A meter on the M-Bus of an electricity meter, as one telegram shows it.
public struct MBusDevice: Sendable, Hashable {
    /// Its channel, 1 to 4.
    public let channel: UInt8
    /// Its type, as sent.
    public internal(set) var deviceType: TextRange?
    /// Its equipment id, as sent.
    public internal(set) var equipmentId: TextRange?
    /// The position of its valve, as sent.
    public internal(set) var valvePosition: TextRange?
    /// The EAN of its connection, as sent.
    public internal(set) var ean: TextRange?
    /// What it measures; `nil` for a type that is not known and a meter that has no reading.
    public internal(set) var medium: MBusMedium?
    /// Its last reading; `nil` when the meter never reported or its time is impossible.
    public internal(set) var reading: FixedDecimal?
    /// The unit of the reading.
    public internal(set) var unit: MeterUnit?
    /// When the reading was taken.
    public internal(set) var timestamp: MeterTimestamp?

    init(channel: UInt8) {
        self.channel = channel
    }
}

extension Telegram {
    /// The M-Bus meters, by channel. A meter that is announced but never reported has no reading.
    public var mbusDevices: [MBusDevice] {
        var devices: [MBusDevice] = []
        for reading in readings where reading.channel > 0 && reading.catalogueRow.scope == .mbus {
            let index: Int
            if let known = devices.firstIndex(where: { $0.channel == reading.channel }) {
                index = known
            } else {
                index = devices.firstIndex { $0.channel > reading.channel } ?? devices.count
                devices.insert(MBusDevice(channel: reading.channel), at: index)
            }
            add(reading, to: &devices[index])
        }
        for index in devices.indices { classify(&devices[index]) }
        return devices
    }

    private func add(_ reading: Reading, to device: inout MBusDevice) {
        switch (reading.catalogueRow.quantity, reading.value) {
        case (.deviceType, .text(let text)): device.deviceType = text
        case (.identifier, .text(let text)): device.equipmentId = text
        case (.position, .text(let text)): device.valvePosition = text
        case (.digits, .text(let text)): device.ean = text
        case (.meterReading, .timed(let number, let unit, let time?)), (.meterProfile, .timed(let number, let unit, let time?)):
            device.reading = number
            device.unit = unit
            device.timestamp = time
        default: break
        }
    }

    private func classify(_ device: inout MBusDevice) {
        let type = device.deviceType.flatMap { FixedDecimal(text.span, $0.range) }
        device.medium = type.flatMap { $0.scale == 0 ? MBusMedium(deviceType: $0.mantissa) : nil }
        // A live meter may come without its type after a swap (field: dsmr-reader 1794).
        if device.medium == nil, device.reading != nil { device.medium = MBusMedium(unit: device.unit) }
    }
}
