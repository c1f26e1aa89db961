/// What kind of thing a catalogue row measures or says. The unit and the way it is read from the line follow from it.
public enum Quantity: Sendable, Hashable, CaseIterable {
    /// Active energy, a register in kWh.
    case energy
    /// Reactive energy, a register in kvarh.
    case reactiveEnergy
    /// Active power in kW.
    case power
    /// Reactive power in kvar.
    case reactivePower
    /// Apparent power in kVA.
    case apparentPower
    /// Voltage in V.
    case voltage
    /// Current in A.
    case current
    /// Frequency in Hz.
    case frequency
    /// A flow in m3/h.
    case flow
    /// A temperature in degrees Celsius.
    case temperature
    /// A length of time in s.
    case duration
    /// Power factor, a number without unit.
    case powerFactor
    /// A number without unit that never changes.
    case ratio
    /// A counter.
    case count
    /// A limit in kW, kVA or A; only nines mean that there is none.
    case limit
    /// A limit of current in A, of which some meters send two: what may be taken from the grid, and what fed into it.
    case currentLimit
    /// Power in kW with the time at which it occurred: `(time)(value)` or `(value)(time)`.
    case peak
    /// The reading of an M-Bus meter with the time it was taken: `(time)(value*unit)`.
    case meterReading
    /// The same as a profile of DSMR 2.2 and 3.0: seven groups, the value last.
    case meterProfile
    /// A tariff number.
    case tariff
    /// The position of a breaker, relay or valve, as sent.
    case position
    /// Text as sent.
    case text
    /// An equipment id, as sent.
    case identifier
    /// An M-Bus device type, as sent.
    case deviceType
    /// The version of the telegram, as sent.
    case version
    /// Digits written as the hexadecimal codes of their characters.
    case digits
    /// Text written as the hexadecimal codes of its bytes.
    case message
    /// A time.
    case time
    /// The date or the time of day of a meter that sends them apart, as sent.
    case clockPart
    /// The log of long power failures.
    case failureLog
    /// The monthly peaks of the past 13 months.
    case peakHistory
    /// Registers as they were at the end of past months.
    case monthEnd
    /// Energies of past periods of some minutes.
    case loadProfile

    /// The unit in which the product states it; `nil` where there is none or where the meter chooses it.
    public var unit: MeterUnit? {
        switch self {
        case .energy: .kWh
        case .reactiveEnergy: .kvarh
        case .power, .peak, .peakHistory: .kW
        case .reactivePower: .kvar
        case .apparentPower: .kVA
        case .voltage: .V
        case .current, .currentLimit: .A
        case .frequency: .Hz
        case .flow: .m3PerHour
        case .temperature: .degC
        case .duration, .failureLog: .s
        default: nil
        }
    }
}
