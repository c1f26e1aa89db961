import P1Parser

/// One value of a register, and when the meter took it.
package struct RegisterSample: Sendable, Equatable {
    var value: FixedDecimal
    var unit: MeterUnit?
    /// Seconds since 1970 UTC by the meter's clock; of arrival where it has none.
    var time: Int64

    /// Whether it says nothing new: the same value, whenever it came.
    func isRepetition(of other: RegisterSample) -> Bool { value == other.value && unit == other.unit }
}

/// How fast a register ran between two values, in thousandths of its unit an hour, rounded up.
struct RegisterRate: Sendable, Comparable {
    private(set) var perHour: Int64

    /// More is no rate: 50 GW. It keeps what is computed with it within 128 bits.
    private static let highest: Int64 = 50_000_000_000

    /// - Returns: `nil` when the register did not grow between them, or changed its unit.
    init?(from old: RegisterSample, to new: RegisterSample) {
        guard new.unit == old.unit, let step = new.value.subtracting(old.value), step.mantissa > 0 else { return nil }
        // Clocks are read in whole seconds.
        let seconds = Int128(max(1, new.time - old.time))
        let divisor = seconds * RegisterLimit.power(of: Int(step.scale))
        perHour = Int64(min(Int128(Self.highest), (Int128(step.mantissa) * 3_600_000 + divisor - 1) / divisor))
    }

    var doubled: RegisterRate {
        var rate = self
        rate.perHour = min(2 * perHour, Self.highest)
        return rate
    }

    static func < (one: RegisterRate, other: RegisterRate) -> Bool { one.perHour < other.perHour }
}

/// How much a register may grow: a step is possible or it is not, whatever came before.
struct RegisterLimit: Sendable {
    /// The power of the connection in W.
    let watts: Int64

    /// What is allowed beyond the elapsed time, in seconds: clocks differ, and readings are not taken on the second.
    static let slack: Int64 = 60

    /// The longest time between two values that counts, a century: beyond it a clock was set.
    private static let longest: Int64 = 3_200_000_000

    /// - Parameter maximumPower: kW, as in `guard.maximumPower`.
    init(maximumPower: Double) {
        watts = Int64((maximumPower * 1000).rounded())
    }

    /// Why a register cannot have gone from one value to the other; `nil` when it can.
    /// - Parameter rate: of the register itself, where that is known to run faster than the limit.
    func fault(from old: RegisterSample, to new: RegisterSample, rate: RegisterRate? = nil) -> RegisterHold.Reason? {
        guard new.unit == old.unit else { return .otherUnit }
        if new.value < old.value { return new.value.mantissa == 0 ? .zero : .stepBack }
        return allows(old, new, max(perHour(new.unit), rate?.perHour ?? 0), slack: Self.slack) ? nil : .tooLarge
    }

    /// Whether a register ran at most twice as fast between two values as it did before.
    func goesOn(from old: RegisterSample, to new: RegisterSample, after rate: RegisterRate?) -> Bool {
        guard let rate else { return false }
        return allows(old, new, rate.doubled.perHour, slack: new.time > old.time ? 0 : 1)
    }

    /// Whether the step is no larger than what flows in the time between, one last digit more.
    ///
    /// - Parameters:
    ///   - perHour: thousandths of the unit.
    ///   - slack: seconds.
    private func allows(_ old: RegisterSample, _ new: RegisterSample, _ perHour: Int64, slack: Int64) -> Bool {
        guard let step = new.value.subtracting(old.value) else { return false }
        let seconds = min(max(0, new.time - old.time), Self.longest) + slack
        // Both sides in 1/3,600,000 of the step's last digit. At most 5e10 x 3.2e9 x 1e18, which is 1.6e38, below the 1.7e38 of 128 bits.
        let lastDigit = Self.power(of: Int(step.scale - min(old.value.scale, new.value.scale)))
        let grown = (Int128(step.mantissa) - lastDigit) * 3_600_000
        return grown <= Int128(perHour) * Int128(seconds) * Self.power(of: Int(step.scale))
    }

    /// Thousandths of the unit in an hour.
    ///
    /// 100 kW stand for 40 m3/h of gas or water: what a gas meter G25 can carry, the largest that homes and shops have
    /// (EN 1359), and more than any water meter of theirs. Gas of 100 kW is 10 m3/h, but one meter may feed a block.
    private func perHour(_ unit: MeterUnit?) -> Int64 {
        switch unit {
        case .m3: watts * 2 / 5
        // 1 kWh is 3.6 MJ.
        case .GJ: watts * 18 / 5000
        default: watts
        }
    }

    static func power(of exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
