#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import P1Parser

extension Decimal {
    /// The same number; what it was written with beyond its value, as the zero of `1.50`, is lost.
    ///
    /// - Parameter number: a number of a telegram.
    public init(_ number: FixedDecimal) {
        self.init(
            sign: number.mantissa < 0 ? .minus : .plus, exponent: -Int(number.scale), significand: Decimal(number.mantissa.magnitude))
    }
}
