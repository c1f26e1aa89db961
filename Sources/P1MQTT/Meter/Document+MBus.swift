import P1Parser

/// The meters on the M-Bus: each under its channel, and one of each kind under its name.
extension Document {
    mutating func addMBus(_ telegram: Telegram, _ context: inout Context, _ times: Times) {
        let devices = telegram.mbusDevices
        guard !devices.isEmpty || !context.choice.isIdle else { return }
        for device in context.channels.known(among: devices, of: telegram) {
            add(device, at: Places.mbus[Int(device.channel) - 1], telegram, times)
            mbus.note(device.medium, on: Int(device.channel))
        }
        for (medium, device) in context.choice.choose(among: devices, of: telegram, at: times.arrival ?? time, times) {
            add(device, at: Places.medium(medium), telegram, times)
            mbus.choose(Int(device.channel), for: medium)
        }
    }

    private mutating func add(_ device: MBusDevice, at places: MBusPlaces, _ telegram: Telegram, _ times: Times) {
        func text(_ slot: DocumentLayout.Slot, _ range: TextRange?) {
            if let range { values[slot] = .text(telegram.string(range)) }
        }
        text(places.deviceType, device.deviceType)
        text(places.identity.equipmentId, device.equipmentId)
        text(places.valvePosition, device.valvePosition)
        if let ean = device.ean.map(telegram.decodingHex), !ean.isEmpty, ean.allSatisfy(\.isNumber) { values[places.ean] = .text(ean) }
        if let serial = device.equipmentId.flatMap(telegram.serialNumber) { values[places.identity.serialNumber] = .text(serial) }
        if let heat = places.heat {
            values[heat.flow] = device.flow.map { .quantity($0, .m3PerHour) }
            values[heat.supplyTemperature] = device.supplyTemperature.map { .quantity($0, .degC) }
            values[heat.returnTemperature] = device.returnTemperature.map { .quantity($0, .degC) }
            values[heat.energy] = device.energy.map { .quantity($0, .kWh) }
        }
        guard let reading = device.reading else { return }
        values[places.timestamp] = device.timestamp.map { .time(times.utc($0)) }
        values[places.reading] = device.unit.map { .quantity(reading, $0) } ?? .number(reading)
    }
}
