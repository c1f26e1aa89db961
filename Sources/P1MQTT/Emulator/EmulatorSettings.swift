/// What is emulated, in exact numbers: energy and gas in millionths of a kWh and m3, times in milliseconds. The names and
/// defaults of the settings are those of node-p1-reader.
package struct EmulatorSettings: Sendable, Equatable {
    package var profile = EmulatorProfile.nlDSMR42
    /// On each register in the first telegram.
    package var electricityOffset: Int64 = 0
    /// What each further telegram adds, without a household.
    package var electricityIncrement: Int64 = 100_000
    /// On the gas meter in the first telegram.
    package var gasOffset: Int64 = 0
    /// What each new gas reading adds, without a household.
    package var gasIncrement: Int64 = 100_000
    /// Between telegrams.
    package var interval: Int64 = 10_000
    /// Of meter time between gas readings.
    package var gasInterval: Int64 = 3_600_000
    /// Makes ids and noise; `nil`: they follow from the name of the meter.
    package var seed: UInt64?
    /// Meter time of the first telegram, in seconds since 1970 UTC; `nil`: now.
    package var startTime: Int64?
    /// A capture whose telegrams are sent again and again, instead of those of the profile.
    package var replay: ReplayCapture?
    /// Who lives there; `nil`: nobody, the same power all the time, by the increments.
    package var household: HouseholdSettings?
    /// What goes wrong, and when.
    package var faults: [EmulatorFault] = []

    package init(
        profile: EmulatorProfile = .nlDSMR42, electricityOffset: Int64 = 0, electricityIncrement: Int64 = 100_000, gasOffset: Int64 = 0,
        gasIncrement: Int64 = 100_000, interval: Int64 = 10_000, gasInterval: Int64 = 3_600_000, seed: UInt64? = nil,
        startTime: Int64? = nil, replay: ReplayCapture? = nil, household: HouseholdSettings? = nil, faults: [EmulatorFault] = []
    ) {
        self.profile = profile
        self.electricityOffset = electricityOffset
        self.electricityIncrement = electricityIncrement
        self.gasOffset = gasOffset
        self.gasIncrement = gasIncrement
        self.interval = interval
        self.gasInterval = gasInterval
        self.seed = seed
        self.startTime = startTime
        self.replay = replay
        self.household = household
        self.faults = faults
    }

    /// kWh and m3 that the settings may be: within these a telegram of every profile can be written.
    package static let electricityOffsets: ClosedRange<Int64> = 0...999_999
    package static let gasOffsets: ClosedRange<Int64> = 0...99_999
    package static let increments: ClosedRange<Int64> = 0...9_999
    /// Milliseconds that both intervals may be.
    package static let intervals: ClosedRange<Int64> = 1...86_400_000
}
