extension Catalogue {
    /// Rows for the meters on the M-Bus; `n` is the channel, 1 to 4.
    static let mbus: [CatalogueRow] = [
        .init("0-n:24.1.0", "deviceType", .deviceType, "M-Bus device type: 3 gas, 4 heat, 7 water"),
        .init("0-n:96.1.0", "equipmentId", .identifier, "Equipment id"),
        .init("0-n:96.1.1", "equipmentId", .identifier, "Equipment id (Belgium)"),
        .init("0-n:24.2.1", "reading", .meterReading, "Last reading, with its time"),
        .init("0-n:24.2.3", "reading", .meterReading, "Last reading, not corrected for temperature (Belgium)"),
        .init("0-n:24.3.0", "reading", .meterProfile, "Last reading, on the line below (DSMR 2.2 and 3.0)"),
        .init("0-n:24.4.0", "valvePosition", .position, "Valve: 0 off, 1 on, 2 ready"),
        .init("0-n:96.1.2", "ean", .digits, "EAN of the connection"),
    ]

    /// Rows for the M-Bus channels of Icelandic meters, to which a house's hot water is metered by its volume. They stand
    /// before those of `mbus`, whose code 24.2.3 means something else.
    static let icelandic: [CatalogueRow] = [
        .init("0-n:24.2.2", "flow", .flow, "Flow (Iceland)"),
        .init("0-n:24.2.3", "supplyTemperature", .temperature, "Temperature of the supply (Iceland)"),
        .init("0-n:24.2.4", "returnTemperature", .temperature, "Temperature of the return (Iceland)"),
        .init("0-n:24.2.5", "energy", .energy, "Energy (Iceland)"),
    ]

    /// Rows for meters that are known by what they measure instead of by a channel: group A says it. DSMR 2.2 lists them,
    /// the ACE4000 sends those for gas.
    static let media: [CatalogueRow] = [
        .init("5-0:0.0.0", "equipmentId", .identifier, "Equipment id of the heat meter (DSMR 2.2)"),
        .init("5-0:1.0.0", "reading", .meterReading, "Last reading of the heat meter (DSMR 2.2)"),
        .init("6-0:0.0.0", "equipmentId", .identifier, "Equipment id of the cooling meter (DSMR 2.2)"),
        .init("6-0:1.0.0", "reading", .meterReading, "Last reading of the cooling meter (DSMR 2.2)"),
        .init("7-0:0.0.0", "equipmentId", .identifier, "Equipment id of the gas meter (DSMR 2.2)"),
        .init("7-0:23.1.0", "reading", .meterReading, "Hourly readings of the gas meter; the newest counts (DSMR 2.2, ACE4000)"),
        .init("7-0:24.4.0", "valvePosition", .position, "Valve of the gas meter (DSMR 2.2, ACE4000)"),
        .init("8-0:0.0.0", "equipmentId", .identifier, "Equipment id of the water meter (DSMR 2.2)"),
        .init("8-0:1.0.0", "reading", .meterReading, "Last reading of the water meter (DSMR 2.2)"),
    ]
}
