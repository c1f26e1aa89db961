/// What an M-Bus meter measures.
///
/// Source: EN 13757-3, device types; the numbers are those of `24.1.0`.
public enum MBusMedium: String, Sendable, CaseIterable, Codable {
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

    /// What group A of an OBIS code says: NTA 8130 and DSMR 2.2 name these meters by it.
    init?(groupA: UInt16) {
        switch groupA {
        case 5: self = .heat
        case 6: self = .cooling
        case 7: self = .gas
        case 8: self = .water
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
    /// Its channel, 1 to 4; 0 for one that the telegram tells of without a channel.
    public let channel: UInt8
    /// Its type, as sent.
    public internal(set) var deviceType: TextRange?
    /// Its equipment id, as sent.
    public internal(set) var equipmentId: TextRange?
    /// The position of its valve, as sent.
    public internal(set) var valvePosition: TextRange?
    /// The EAN of its connection, as sent.
    public internal(set) var ean: TextRange?
    /// What it measures; `nil` for a type that is not known, and for a meter with neither type nor reading.
    public internal(set) var medium: MBusMedium?
    /// Its last reading; `nil` when the meter never reported.
    public internal(set) var reading: FixedDecimal?
    /// The unit of the reading.
    public internal(set) var unit: MeterUnit?
    /// When the reading was taken; `nil` where the meter does not say, or an impossible time.
    public internal(set) var timestamp: MeterTimestamp?
    /// What flows at this moment, in m3/h.
    public internal(set) var flow: FixedDecimal?
    /// The temperature of what flows in, in degrees Celsius.
    public internal(set) var supplyTemperature: FixedDecimal?
    /// The temperature of what flows back.
    public internal(set) var returnTemperature: FixedDecimal?
    /// The energy that was taken from what flowed through, in kWh.
    public internal(set) var energy: FixedDecimal?
    /// The catalogue's row of the reading.
    var readingRow = 0

    init(channel: UInt8) {
        self.channel = channel
    }
}

extension Telegram {
    /// The M-Bus meters, by channel. A meter that is announced but never reported has no reading.
    public var mbusDevices: [MBusDevice] {
        var devices: [MBusDevice] = []
        for reading in readings where reading.row >= Catalogue.firstMBusRow && reading.channel > 0 {
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
        addMedia(to: &devices)
        return devices
    }

    /// Adds what is sent of a kind of meter without a channel. It belongs to the meter of that kind, or to the one of which
    /// nothing but its id is sent (ACE4000).
    private func addMedia(to devices: inout [MBusDevice]) {
        for reading in readings where reading.row >= Catalogue.firstMediumRow {
            guard case .medium(let medium) = reading.catalogueRow.scope else { continue }
            let nameless = devices.indices.filter { devices[$0].medium == nil && devices[$0].deviceType == nil }
            let index: Int
            if let known = devices.firstIndex(where: { $0.medium == medium }) {
                index = known
            } else if nameless.count == 1 {
                index = nameless[0]
            } else {
                index = devices.count
                devices.append(MBusDevice(channel: 0))
            }
            devices[index].medium = medium
            addOfMedium(reading, to: &devices[index])
        }
    }

    private func addOfMedium(_ reading: Reading, to device: inout MBusDevice) {
        switch reading.value {
        case .timed(let number, let unit, let time?):
            // The hours of a day, in the order of a ring buffer: the newest counts.
            if let last = device.timestamp, seconds(time) < seconds(last) { return }
            device.reading = number
            device.unit = unit
            device.timestamp = time
        case .number(let number, let unit), .timed(let number, let unit, nil):
            guard device.timestamp == nil else { return }
            device.reading = number
            device.unit = unit
        default:
            add(reading, to: &device)
        }
    }

    private func add(_ reading: Reading, to device: inout MBusDevice) {
        switch (reading.catalogueRow.quantity, reading.value) {
        case (.deviceType, .text(let text)): device.deviceType = text
        case (.identifier, .text(let text)): device.equipmentId = text
        case (.position, .text(let text)): device.valvePosition = text
        case (.digits, .text(let text)): device.ean = text
        case (.meterReading, .timed(let number, let unit, let time)), (.meterProfile, .timed(let number, let unit, let time)):
            take(number, unit, time, row: reading.row, of: &device)
        case (.meterReading, .number(let number, let unit)):
            take(number, unit, nil, row: reading.row, of: &device)
        case (.flow, .number(let number, _)): device.flow = number
        case (.energy, .number(let number, _)): device.energy = number
        case (.temperature, .number(let number, _)) where reading.catalogueRow.path == "supplyTemperature":
            device.supplyTemperature = number
        case (.temperature, .number(let number, _)): device.returnTemperature = number
        default: break
        }
    }

    /// Of several readings the newest counts, one without a time least; of two at one time the one that stands first in
    /// the catalogue.
    private func take(_ number: FixedDecimal, _ unit: MeterUnit?, _ time: MeterTimestamp?, row: Int, of device: inout MBusDevice) {
        if device.reading != nil {
            let (new, last) = (time.map(seconds) ?? .min, device.timestamp.map(seconds) ?? .min)
            if (new, -row) < (last, -device.readingRow) { return }
        }
        device.reading = number
        device.unit = unit
        device.timestamp = time
        device.readingRow = row
    }

    /// For comparing times of one meter.
    private func seconds(_ time: MeterTimestamp) -> Int64 { time.secondsSince1970(standardOffset: 0) }

    private func classify(_ device: inout MBusDevice) {
        let type = device.deviceType.flatMap { FixedDecimal(text.span, $0.range)?.mantissa }
        device.medium = type.flatMap { MBusMedium(deviceType: $0) }
        // A live meter may come without its type after a swap (field: dsmr-reader 1794), or with that of none.
        guard type ?? 0 == 0, device.reading != nil else { return }
        // What is metered in Iceland is hot water for heating.
        device.medium = isIcelandic ? .heat : MBusMedium(unit: device.unit)
    }
}
