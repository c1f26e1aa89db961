import P1Parser

/// The settings of an emulated meter, checked and in integers, so that nothing below rounds or fails.
struct EmulatorPlan: Sendable {
    let profile: EmulatorProfile
    /// Millionths of a kWh on each register in the first telegram.
    let electricityOffset: Int64
    /// Millionths of a kWh that each further telegram adds.
    let electricityIncrement: Int64
    /// Millionths of a m3.
    let gasOffset: Int64
    let gasIncrement: Int64
    /// Milliseconds of meter time between telegrams.
    let interval: Int64
    /// Milliseconds of meter time between gas readings.
    let gasInterval: Int64
    /// Milliseconds since 1970 UTC of the first telegram, a whole second; `nil`: now.
    let start: Int64?
    /// What goes wrong, in the order of the settings.
    let faults: [EmulatorFault]

    init(_ settings: EmulatorSettings) throws(EmulatorError) {
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

/// Reads `2026-01-31T12:00:00Z`.
enum UTCTime {
    /// Seconds since 1970, a fraction cut off; `nil` for any other shape, an impossible date, or a year that no meter
    /// can write (it has two digits: 2000 to 2099).
    static func secondsSince1970(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let shape = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > shape.count, bytes.last == UInt8(ascii: "Z"),
            zip(bytes, shape).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 })
        else { return nil }
        let fraction = bytes[shape.count...].dropLast()
        guard fraction.isEmpty || fraction.first == UInt8(ascii: "."), fraction.count != 1, fraction.dropFirst().allSatisfy(isDigit)
        else { return nil }
        func field(_ start: Int, _ count: Int) -> Int {
            bytes[start..<start + count].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        // With the flag for winter and an offset of 0 the fields are UTC.
        return MeterTimestamp(
            year: field(0, 4), month: field(5, 2), day: field(8, 2),
            hour: field(11, 2), minute: field(14, 2), second: field(17, 2), season: .winter
        )?.secondsSince1970(standardOffset: 0)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}
