/// What an emulated household has besides its appliances.
package struct HouseholdSettings: Sendable, Equatable {
    /// Peak power of its solar panels in millionths of a kWp; 0 for none.
    package var solar: Int64 = 4_000_000
    /// Whether it is heated with gas, which makes its warm water too. Without, there is no gas meter.
    package var gas = true

    package init(solar: Int64 = 4_000_000, gas: Bool = true) {
        self.solar = solar
        self.gas = gas
    }

    /// kWp that the panels may have: far from the 100 kW at which a bridge doubts a register.
    package static let solarPeaks: ClosedRange<Int64> = 0...30
}
