/// The emulated meter; names and defaults are those of node-p1-reader.
package struct EmulatorSettings: Sendable, Equatable {
    package var profile = "nl-dsmr42"
    /// kWh on each register at the start, as decimal text.
    package var electricityOffset = "0"
    /// kWh added with each telegram.
    package var electricityIncrement = "0.1"
    /// m3 on the gas meter at the start.
    package var gasOffset = "0"
    /// m3 added with each new gas reading.
    package var gasIncrement = "0.1"
    /// Seconds between telegrams; may be a fraction.
    package var interval = 10.0
    /// Seconds between gas readings.
    package var intervalGas = 3600.0
    /// Makes ids and noise reproducible.
    package var seed: UInt64?
    /// Meter time of the first telegram, ISO 8601 in UTC; `nil`: now.
    package var startTime: String?
    /// A capture whose telegrams are sent one per interval, again and again, instead of a profile's.
    package var replay: String?
    /// What goes wrong, and when.
    package var faults: [EmulatorFault] = []

    package init(
        profile: String = "nl-dsmr42", electricityOffset: String = "0", electricityIncrement: String = "0.1", gasOffset: String = "0",
        gasIncrement: String = "0.1", interval: Double = 10.0, intervalGas: Double = 3600.0, seed: UInt64? = nil, startTime: String? = nil,
        replay: String? = nil, faults: [EmulatorFault] = []
    ) {
        self.profile = profile
        self.electricityOffset = electricityOffset
        self.electricityIncrement = electricityIncrement
        self.gasOffset = gasOffset
        self.gasIncrement = gasIncrement
        self.interval = interval
        self.intervalGas = intervalGas
        self.seed = seed
        self.startTime = startTime
        self.replay = replay
        self.faults = faults
    }
}
