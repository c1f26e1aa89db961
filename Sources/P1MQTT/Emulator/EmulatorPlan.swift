import P1MQTTMeter
import P1Parser

/// The settings of an emulated meter, checked and in integers, so that nothing below rounds or fails.
package struct EmulatorPlan: Sendable {
    package let profile: EmulatorProfile
    /// Millionths of a kWh on each register in the first telegram.
    package let electricityOffset: Int64
    /// Millionths of a kWh that each further telegram adds.
    package let electricityIncrement: Int64
    /// Millionths of a m3.
    package let gasOffset: Int64
    package let gasIncrement: Int64
    /// Milliseconds of meter time between telegrams.
    package let interval: Int64
    /// Milliseconds of meter time between gas readings.
    let gasInterval: Int64
    /// Milliseconds since 1970 UTC of the first telegram, a whole second; `nil`: now.
    package let start: Int64?
    /// What goes wrong, in the order of the settings.
    package let faults: [EmulatorFault]

    package init(_ settings: EmulatorSettings) throws(EmulatorError) {
        guard let profile = EmulatorProfile.named(settings.profile) else { throw .unknownProfile(settings.profile) }
        self.profile = profile
        electricityOffset = try EmulatorPlan.millionths("electricityOffset", settings.electricityOffset, "kWh", upTo: 999_999)
        electricityIncrement = try EmulatorPlan.millionths("electricityIncrement", settings.electricityIncrement, "kWh", upTo: 9999)
        gasOffset = try EmulatorPlan.millionths("gasOffset", settings.gasOffset, "m3", upTo: 99999)
        gasIncrement = try EmulatorPlan.millionths("gasIncrement", settings.gasIncrement, "m3", upTo: 9999)
        interval = try EmulatorPlan.milliseconds("interval", settings.interval)
        gasInterval = try EmulatorPlan.milliseconds("intervalGas", settings.intervalGas)
        faults = settings.faults
        if let text = settings.startTime {
            guard let seconds = UTCTime.secondsSince1970(text) else { throw .startTime(text) }
            start = seconds * 1000
        } else {
            start = nil
        }
    }

    private static func millionths(
        _ setting: String, _ text: String, _ unit: String, upTo limit: Int64
    ) throws(EmulatorError) -> Int64 {
        guard let number = FixedDecimal(text), let value = number.mantissa(atScale: 6), (0...limit * 1_000_000).contains(value)
        else {
            throw .number(setting: setting, text: text, allowed: "\(unit) from 0 to \(limit), with at most 6 decimals")
        }
        return value
    }

    /// A time of the configuration, given in seconds.
    static func milliseconds(_ setting: String, _ seconds: Double) throws(EmulatorError) -> Int64 {
        guard (0.001...86400).contains(seconds) else {
            throw .number(setting: setting, text: "\(seconds)", allowed: "seconds from 0.001 to 86400")
        }
        return Int64((seconds * 1000).rounded())
    }
}
