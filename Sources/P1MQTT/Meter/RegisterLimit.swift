import P1Parser

/// One value of a register, and when the meter took it.
package struct RegisterSample: Sendable, Equatable {
    var value: FixedDecimal
    var unit: MeterUnit?
    /// Seconds since 1970 UTC by the meter's clock; of arrival where it has none.
    var time: Int64
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
    func fault(from old: RegisterSample, to new: RegisterSample) -> RegisterHold.Reason? {
        guard new.unit == old.unit else { return .otherUnit }
        if new.value < old.value { return new.value.mantissa == 0 ? .zero : .stepBack }
        return allows(old, new) ? nil : .tooLarge
    }

    /// Whether the step is no larger than what flows in the time between, one last digit more.
    private func allows(_ old: RegisterSample, _ new: RegisterSample) -> Bool {
        guard let step = new.value.subtracting(old.value) else { return false }
        let seconds = min(max(0, new.time - old.time), Self.longest) + Self.slack
        // Both sides in 1/3,600,000 of the step's last digit. At most 4e9 x 3.2e9 x 1e18, below the 1.7e38 of 128 bits.
        let lastDigit = Self.power(of: Int(step.scale - min(old.value.scale, new.value.scale)))
        let grown = (Int128(step.mantissa) - lastDigit) * 3_600_000
        return grown <= Int128(perHour(new.unit)) * Int128(seconds) * Self.power(of: Int(step.scale))
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

    private static func power(of exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
