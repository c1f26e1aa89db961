import P1Parser

/// How a value is stated in Prometheus' base units: the word in the name, and the factor, which is a power of ten or 36 times
/// one, so that every decimal stays exact.
struct MetricUnit: Sendable, Equatable {
    let name: String
    private let places: Int
    private var isOfHours = false

    init(_ unit: MeterUnit) {
        switch unit {
        // Prometheus counts energy in joules: 1 kWh is 3,600,000.
        case .kWh: (name, places, isOfHours) = ("joules", 5, true)
        case .GJ: (name, places) = ("joules", 9)
        case .kvarh: (name, places, isOfHours) = ("var_seconds", 5, true)
        case .kW: (name, places) = ("watts", 3)
        case .kvar: (name, places) = ("vars", 3)
        case .kVA: (name, places) = ("voltamperes", 3)
        case .V: (name, places) = ("volts", 0)
        case .A: (name, places) = ("amperes", 0)
        case .Hz: (name, places) = ("hertz", 0)
        case .m3: (name, places) = ("cubic_meters", 0)
        case .s: (name, places) = ("seconds", 0)
        // A 3600th is no decimal: this one unit keeps its hour.
        case .m3PerHour: (name, places) = ("cubic_meters_per_hour", 0)
        case .degC: (name, places) = ("celsius", 0)
        }
    }

    /// The value in this unit; `nil` where it does not fit a decimal, which no meter's does.
    func convert(_ value: FixedDecimal) -> FixedDecimal? {
        guard isOfHours else { return value.movingPoint(by: places) }
        let (mantissa, overflow) = value.mantissa.multipliedReportingOverflow(by: 36)
        return overflow ? nil : FixedDecimal(mantissa: mantissa, scale: value.scale).movingPoint(by: places)
    }
}
