package import P1Parser

/// How Home Assistant classes a value. Units are exact there: `m³`, not `m3`.
package struct SensorClass: Sendable, Equatable {
    package var deviceClass: String?
    package var stateClass: StateClass?
    package var unit: String?

    package enum StateClass: String, Sendable {
        /// A value of this moment.
        case measurement
        /// A register or counter that only rises; a fall is a new meter.
        case totalIncreasing = "total_increasing"
    }

    package init(_ deviceClass: String? = nil, _ stateClass: StateClass? = nil, _ unit: String? = nil) {
        self.deviceClass = deviceClass
        self.stateClass = stateClass
        self.unit = unit
    }

    /// The class of a value.
    ///
    /// - Parameters:
    ///   - quantity: what it measures.
    ///   - unit: the unit it came with, where the meter chooses it.
    ///   - medium: what the meter measures, for the reading of an M-Bus meter.
    package init(_ quantity: Quantity, unit: MeterUnit?, medium: MBusMedium?) {
        switch quantity {
        case .energy: self.init("energy", .totalIncreasing, "kWh")
        case .reactiveEnergy: self.init("reactive_energy", .totalIncreasing, "kvarh")
        case .power, .peak: self.init("power", .measurement, "kW")
        case .reactivePower: self.init("reactive_power", .measurement, "kvar")
        case .apparentPower: self.init("apparent_power", .measurement, "kVA")
        case .voltage: self.init("voltage", .measurement, "V")
        case .current: self.init("current", .measurement, "A")
        case .frequency: self.init("frequency", .measurement, "Hz")
        case .flow: self.init("volume_flow_rate", .measurement, "m³/h")
        case .temperature: self.init("temperature", .measurement, "°C")
        case .duration: self.init("duration", .measurement, "s")
        case .powerFactor: self.init("power_factor", .measurement)
        case .count: self.init(nil, .totalIncreasing)
        case .time: self.init("timestamp")
        // A limit is set, not measured: no statistics, and no place among the powers of the energy dashboard.
        case .limit: self.init(nil, nil, unit?.rawValue)
        case .currentLimit: self.init(nil, nil, "A")
        case .meterReading, .meterProfile: self = SensorClass.reading(unit, medium)
        case .ratio, .tariff, .position, .text, .identifier, .deviceType, .version, .digits, .message, .clockPart, .failureLog,
            .peakHistory, .monthEnd, .loadProfile:
            self.init()
        }
    }

    private static func reading(_ unit: MeterUnit?, _ medium: MBusMedium?) -> SensorClass {
        switch (unit, medium) {
        case (.kWh, _): SensorClass("energy", .totalIncreasing, "kWh")
        case (.GJ, _): SensorClass("energy", .totalIncreasing, "GJ")
        case (.m3, .gas): SensorClass("gas", .totalIncreasing, "m³")
        case (.m3, .water), (.m3, .warmWater): SensorClass("water", .totalIncreasing, "m³")
        case (.m3, _): SensorClass("volume", .totalIncreasing, "m³")
        default: SensorClass(nil, .totalIncreasing)
        }
    }
}
