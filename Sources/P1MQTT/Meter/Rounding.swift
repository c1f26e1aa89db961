import P1Parser

extension Int64 {
    /// The quotient, rounded half away from zero; without a sum that could overflow, for the digits come from the wire.
    ///
    /// - Parameter divisor: more than zero.
    package func rounded(dividingBy divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        guard rest.magnitude >= divisor.magnitude - rest.magnitude else { return quotient }
        return self < 0 ? quotient - 1 : quotient + 1
    }
}

extension FixedDecimal {
    /// This number times a fraction, rounded half away from zero to the decimals it has.
    ///
    /// - Parameters:
    ///   - numerator: of the fraction.
    ///   - denominator: of the fraction, more than zero.
    /// - Returns: `nil` on overflow.
    func multiplied(by numerator: Int64, over denominator: Int64) -> FixedDecimal? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: numerator)
        return overflow ? nil : FixedDecimal(mantissa: product.rounded(dividingBy: denominator), scale: scale)
    }
}
