/// A decimal number with the digits it was sent with: `mantissa` divided by ten to the power of `scale`.
///
/// `00.866` is 866 with scale 3 and is written `0.866`; `0.000` stays `0.000`. No binary floating point is involved.
/// At most 18 significant digits and 18 decimals.
///
/// Numbers are compared by value, as the laws of `Comparable` ask: `1.5` and `1.50` are equal and have one hash. Whether they
/// were written with the same decimals tells ``isWritten(like:)``.
public struct FixedDecimal: Sendable {
    /// All digits as one integer, with the sign.
    public let mantissa: Int64
    /// The number of digits behind the point, 0 to 18.
    public let scale: UInt8

    static let maximumDigits = 18

    /// A decimal of these digits.
    ///
    /// - Parameters:
    ///   - mantissa: all digits as one integer, with the sign.
    ///   - scale: the number of digits behind the point, 0 to 18.
    public init(mantissa: Int64, scale: UInt8 = 0) {
        precondition(scale <= FixedDecimal.maximumDigits, "a scale is at most 18")
        self.mantissa = mantissa
        self.scale = scale
    }

    /// The decimal written in `text`: a sign, digits, and a point or comma with more digits; nothing else.
    ///
    /// - Parameter text: for instance `-000115.94`.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// Reads the decimal that fills `range` of `bytes`; `nil` when anything else stands there or it has over 18 digits.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let text = bytes.extracting(range)
        guard !text.isEmpty else { return nil }
        let isNegative = text[0] == UInt8(ascii: "-")
        let start = isNegative || text[0] == UInt8(ascii: "+") ? 1 : 0
        var mantissa: Int64 = 0
        var index = text.appendDigits(from: start, to: &mantissa)
        var decimals = 0
        guard index > start else { return nil }
        if index < text.count {
            guard text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ",") else { return nil }
            let point = index
            index = text.appendDigits(from: point + 1, to: &mantissa)
            decimals = index - point - 1
            guard index == text.count, decimals > 0, decimals <= FixedDecimal.maximumDigits else { return nil }
        }
        // What was multiplied beyond 64 bits follows from the count of digits alone; leading zeros are free.
        if index - start > FixedDecimal.maximumDigits {
            guard FixedDecimal.significantDigits(text, start..<index) <= FixedDecimal.maximumDigits else { return nil }
        }
        self.mantissa = isNegative ? -mantissa : mantissa
        scale = UInt8(decimals)
    }

    /// The digits from the first one that is not zero.
    private static func significantDigits(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where bytes[index] >= UInt8(ascii: "0") {
            if count > 0 || bytes[index] > UInt8(ascii: "0") { count += 1 }
        }
        return count
    }

    /// The same digits with the point moved: by 3 a number of MWh becomes one of kWh, by -3 one of Wh does.
    ///
    /// - Parameter places: how many places to the right; negative to the left.
    /// - Returns: the number, or `nil` when it does not fit 18 digits any more.
    public func movingPoint(by places: Int) -> FixedDecimal? {
        if places == 0 { return self }
        let newScale = Int(scale) - places
        if newScale >= 0 {
            return newScale <= FixedDecimal.maximumDigits ? FixedDecimal(mantissa: mantissa, scale: UInt8(newScale)) : nil
        }
        var result = mantissa
        for _ in 0..<(-newScale) {
            guard result.magnitude < 100_000_000_000_000_000 else { return nil }
            result *= 10
        }
        return FixedDecimal(mantissa: result)
    }

    /// The sum, with the decimals of the more precise of both; `nil` on overflow.
    ///
    /// - Parameter other: what to add.
    /// - Returns: the exact sum.
    public func adding(_ other: FixedDecimal) -> FixedDecimal? {
        let common = max(scale, other.scale)
        guard let left = mantissa(atScale: common), let right = other.mantissa(atScale: common) else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : FixedDecimal(mantissa: sum, scale: common)
    }

    /// The difference, with the decimals of the more precise of both; `nil` on overflow.
    ///
    /// - Parameter other: what to take away.
    /// - Returns: the exact difference.
    public func subtracting(_ other: FixedDecimal) -> FixedDecimal? {
        other.mantissa == .min ? nil : adding(FixedDecimal(mantissa: -other.mantissa, scale: other.scale))
    }

    /// The digits as an integer at another, not smaller scale; `nil` on overflow.
    ///
    /// - Parameter target: the scale, at least `scale`.
    /// - Returns: the integer.
    public func mantissa(atScale target: UInt8) -> Int64? {
        guard target >= scale else { return nil }
        var result = mantissa
        for _ in scale..<target {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            result = product
        }
        return result
    }

    /// Whether every digit is a nine, but for zeros at the end of the decimals (`0999.00`): how meters write "no limit".
    public var isAllNines: Bool {
        var rest = mantissa
        var decimals = scale
        while decimals > 0, rest % 10 == 0, rest != 0 {
            rest /= 10
            decimals -= 1
        }
        guard rest > 0 else { return false }
        while rest > 0 {
            guard rest % 10 == 9 else { return false }
            rest /= 10
        }
        return true
    }
}

extension Span<UInt8> {
    /// Appends the decimal digits that stand from `start` on to a number; returns where they end.
    @inline(__always)
    fileprivate func appendDigits(from start: Int, to number: inout Int64) -> Int {
        var index = start
        while index < count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            number = number &* 10 &+ Int64(digit)
            index += 1
        }
        return index
    }
}

extension FixedDecimal: LosslessStringConvertible {
    /// The number with the decimals it was sent with, without leading zeros: `-0.5`, `231.0`.
    public var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the number as ASCII text.
    ///
    /// - Parameter output: what to append to.
    public func write(into output: inout [UInt8]) {
        if mantissa < 0 { output.append(UInt8(ascii: "-")) }
        var rest = mantissa.magnitude
        // 19 digits hold any Int64; 18 decimals and the digit before the point need no more.
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var count = 0
        while rest > 0 || count <= Int(scale) {
            digits[count] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            count += 1
        }
        for index in stride(from: count - 1, through: 0, by: -1) {
            output.append(digits[index])
            if index == Int(scale), scale > 0 { output.append(UInt8(ascii: ".")) }
        }
    }
}

extension FixedDecimal: Comparable {
    /// Compares by value.
    ///
    /// - Parameters:
    ///   - left: a number.
    ///   - right: another.
    /// - Returns: whether the first is the smaller.
    public static func < (left: FixedDecimal, right: FixedDecimal) -> Bool {
        let common = max(left.scale, right.scale)
        if let a = left.mantissa(atScale: common), let b = right.mantissa(atScale: common) { return a < b }
        // One does not fit at the common scale, so it is the larger in size.
        return left.mantissa(atScale: common) == nil ? left.mantissa < 0 : right.mantissa > 0
    }
}

extension FixedDecimal: Hashable {
    /// Compares by value: `1.50` is `1.5`.
    ///
    /// - Parameters:
    ///   - left: a number.
    ///   - right: another.
    /// - Returns: whether they are the same number.
    public static func == (left: FixedDecimal, right: FixedDecimal) -> Bool {
        if left.scale == right.scale { return left.mantissa == right.mantissa }
        let common = max(left.scale, right.scale)
        guard let a = left.mantissa(atScale: common), let b = right.mantissa(atScale: common) else { return false }
        return a == b
    }

    /// Feeds the value, whatever its decimals, to a hasher.
    ///
    /// - Parameter hasher: what to feed.
    public func hash(into hasher: inout Hasher) {
        var (rest, decimals) = (mantissa, scale)
        while decimals > 0, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        hasher.combine(rest)
        hasher.combine(decimals)
    }

    /// Whether another number is equal and has as many decimals: then both are written with the same digits.
    ///
    /// - Parameter other: a number.
    /// - Returns: true for `1.50` and `1.50`, false for `1.50` and `1.5`.
    public func isWritten(like other: FixedDecimal) -> Bool {
        mantissa == other.mantissa && scale == other.scale
    }
}

extension FixedDecimal: Codable {
    /// Reads the number from a string, which keeps its decimals.
    ///
    /// - Parameter decoder: where to read from.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText()
    }

    /// Writes the number as a string, which keeps its decimals.
    ///
    /// - Parameter encoder: where to write to.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeText(self)
    }
}

extension Double {
    /// The nearest value to a decimal number; its decimals are lost.
    ///
    /// - Parameter decimal: a number.
    public init(_ decimal: FixedDecimal) {
        // Up to 53 bits both parts are exact, and so is the rounding of their quotient; the text is rounded as exactly.
        guard decimal.mantissa.magnitude < 1 << 53, let power = FixedDecimal(mantissa: 1).mantissa(atScale: decimal.scale) else {
            self = Double(decimal.description) ?? .nan
            return
        }
        self = Double(decimal.mantissa) / Double(power)
    }
}
