import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant

/// What Home Assistant accepts: unit and state class for each device class, of those that a meter can need.
/// From its sources, 2024.11 to 2026.11; anything else is refused there or warned about.
enum HomeAssistantRules {
    static let units: [String: Set<String>] = [
        "energy": ["Wh", "kWh", "MWh", "GJ"], "power": ["W", "kW"], "reactive_energy": ["kvarh"], "reactive_power": ["kvar", "var"],
        "apparent_power": ["VA", "kVA"], "voltage": ["V"], "current": ["A"], "frequency": ["Hz"], "duration": ["s", "min", "h", "d"],
        "gas": ["m³", "L"], "water": ["m³", "L"], "volume": ["m³", "L"], "volume_flow_rate": ["m³/h"], "data_size": ["B", "kB", "MB"],
        "temperature": ["°C"],
    ]
    static let withoutUnit: Set<String> = ["power_factor", "timestamp", "enum"]
    static let stateClasses: [String: Set<String>] = [
        "energy": ["total", "total_increasing"], "reactive_energy": ["total", "total_increasing"], "gas": ["total", "total_increasing"],
        "water": ["total", "total_increasing"], "volume": ["total", "total_increasing"], "power": ["measurement"],
        "reactive_power": ["measurement"], "apparent_power": ["measurement"], "voltage": ["measurement"], "current": ["measurement"],
        "frequency": ["measurement"], "volume_flow_rate": ["measurement"], "temperature": ["measurement"], "power_factor": ["measurement"],
        "duration": ["measurement", "total", "total_increasing"],
        "data_size": ["measurement", "total", "total_increasing"], "timestamp": [], "enum": [],
    ]

    /// What is wrong with a class; `nil` when Home Assistant takes it.
    static func complaint(deviceClass: String?, stateClass: String?, unit: String?) -> String? {
        guard let deviceClass else { return nil }
        guard let states = stateClasses[deviceClass] else { return "unknown device class \(deviceClass)" }
        if let stateClass, !states.contains(stateClass) { return "\(deviceClass) cannot be \(stateClass)" }
        if withoutUnit.contains(deviceClass) { return unit == nil ? nil : "\(deviceClass) has no unit" }
        guard let unit else { return "\(deviceClass) needs a unit" }
        return units[deviceClass, default: []].contains(unit) ? nil : "\(deviceClass) cannot be in \(unit)"
    }
}

@Suite("Sensor classes") struct SensorClassTests {
    @Test("are all legal, whatever unit a meter sends", arguments: Quantity.allCases)
    func legal(quantity: Quantity) {
        for unit in [nil] + MeterUnit.allCases {
            for medium in [nil] + MBusMedium.allCases {
                let classes = SensorClass(quantity, unit: unit, medium: medium)
                let complaint = HomeAssistantRules.complaint(
                    deviceClass: classes.deviceClass, stateClass: classes.stateClass?.rawValue, unit: classes.unit)
                #expect(complaint == nil, "\(quantity) \(String(describing: unit)) \(String(describing: medium))")
            }
        }
    }

    @Test(
        "of M-Bus readings",
        arguments: [
            (.m3, .gas, SensorClass("gas", .totalIncreasing, "m³")), (.m3, .water, SensorClass("water", .totalIncreasing, "m³")),
            (.m3, .warmWater, SensorClass("water", .totalIncreasing, "m³")), (.GJ, .heat, SensorClass("energy", .totalIncreasing, "GJ")),
            (.GJ, .cooling, SensorClass("energy", .totalIncreasing, "GJ")), (.m3, .heat, SensorClass("volume", .totalIncreasing, "m³")),
            (.kWh, .subElectricity, SensorClass("energy", .totalIncreasing, "kWh")),
            (.kWh, .gas, SensorClass("energy", .totalIncreasing, "kWh")),
            (nil, .heatCostAllocator, SensorClass(nil, .totalIncreasing, nil)),
        ] as [(MeterUnit?, MBusMedium, SensorClass)])
    func readings(unit: MeterUnit?, medium: MBusMedium, expected: SensorClass) {
        #expect(SensorClass(.meterReading, unit: unit, medium: medium) == expected)
    }
}
