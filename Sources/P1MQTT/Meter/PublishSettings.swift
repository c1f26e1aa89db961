package import P1Parser

/// What is published of the telegrams, and how often.
package struct PublishSettings: Sendable, Equatable {
    package var raw = false
    /// Whether each value has a topic of its own.
    package var values = true
    package var onlyChanges = false
    /// Seconds after which an unchanged value is sent again (with `onlyChanges`).
    package var heartbeat = 60.0
    /// Seconds; at most one telegram is published in each.
    package var minimumInterval = 0.0
    package var history = false
    /// Seconds after which the broker forgets a retained value; `nil`: never.
    package var expiry: Int?
    /// kW that each month counts at least in the capacity tariff.
    package var minimumMonthPeak = FixedDecimal(mantissa: 25, scale: 1)

    package init(
        raw: Bool = false, values: Bool = true, onlyChanges: Bool = false, heartbeat: Double = 60.0, minimumInterval: Double = 0.0,
        history: Bool = false, expiry: Int? = nil, minimumMonthPeak: FixedDecimal = FixedDecimal(mantissa: 25, scale: 1)
    ) {
        self.raw = raw
        self.values = values
        self.onlyChanges = onlyChanges
        self.heartbeat = heartbeat
        self.minimumInterval = minimumInterval
        self.history = history
        self.expiry = expiry
        self.minimumMonthPeak = minimumMonthPeak
    }
}

package struct GuardSettings: Sendable, Equatable {
    package var enabled = true
    /// kW.
    package var maximumPower = 100.0

    package init(enabled: Bool = true, maximumPower: Double = 100.0) {
        self.enabled = enabled
        self.maximumPower = maximumPower
    }
}
