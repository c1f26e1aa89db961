/// What stands in one pair of brackets of a data line.
public enum DataGroup: Sendable, Hashable {
    /// Text as it is: Latin-1, without brackets and line ends. Any other character becomes `?`.
    case text(String)
    /// Text as the hexadecimal codes of its UTF-8 bytes: equipment ids and messages.
    case hex(String)
    /// A time: `YYMMDDhhmmss` and its flag. `nil` is written as a time that means "not set".
    case time(MeterTimestamp?)
    /// A number in the notation F`digits`(`decimals`,`decimals`), and a unit behind a star.
    ///
    /// `digits` counts those before and behind the point; a number that needs more is written with more. Decimals
    /// beyond `decimals` are cut off, as a counter cuts off what it has not completed.
    case number(FixedDecimal, digits: Int, decimals: UInt8, unit: String? = nil)

    /// Nothing between the brackets.
    public static let empty = DataGroup.text("")

    /// A whole number with leading zeros: I`digits`.
    ///
    /// - Parameters:
    ///   - value: the number.
    ///   - digits: how many digits it has at least.
    ///   - unit: its unit, if it has one.
    /// - Returns: the group.
    public static func integer(_ value: Int64, digits: Int, unit: String? = nil) -> DataGroup {
        .number(FixedDecimal(mantissa: value), digits: digits, decimals: 0, unit: unit)
    }

    /// An OBIS code as the value of a group: what a list lists.
    ///
    /// - Parameter code: the code.
    /// - Returns: the group.
    public static func code(_ code: OBISCode) -> DataGroup {
        .text(code.description)
    }

    /// Appends the group with its brackets.
    func write(into output: inout [UInt8]) {
        output.append(UInt8(ascii: "("))
        switch self {
        case .text(let text): DataGroup.appendText(text, to: &output)
        case .hex(let text):
            for byte in text.utf8 {
                output.append(UInt8(hexDigitOf: byte >> 4))
                output.append(UInt8(hexDigitOf: byte & 0xF))
            }
        case .time(let time):
            guard let time else {
                DataGroup.appendText("000101000000W", to: &output)
                break
            }
            time.write(into: &output)
        case .number(let number, let digits, let decimals, let unit):
            DataGroup.append(number, digits, decimals, to: &output)
            if let unit {
                output.append(UInt8(ascii: "*"))
                DataGroup.appendText(unit, to: &output)
            }
        }
        output.append(UInt8(ascii: ")"))
    }

    /// Appends text as Latin-1; brackets stay only where they do not end a group.
    static func appendText(_ text: String, keepingBrackets: Bool = false, to output: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            let isWritable =
                switch scalar {
                case "\r", "\n": false
                case "(", ")": keepingBrackets
                default: scalar.value <= 0xFF
                }
            output.append(isWritable ? UInt8(scalar.value) : UInt8(ascii: "?"))
        }
    }

    private static func append(_ number: FixedDecimal, _ digits: Int, _ decimals: UInt8, to output: inout [UInt8]) {
        let fitted = number.cut(toScale: decimals)
        var text: [UInt8] = []
        fitted.write(into: &text)
        let sign = text.first == UInt8(ascii: "-") ? 1 : 0
        let present = text.count - sign - (fitted.scale > 0 ? 1 : 0)
        output.append(contentsOf: text[..<sign])
        for _ in present..<max(present, digits) { output.append(UInt8(ascii: "0")) }
        output.append(contentsOf: text[sign...])
    }
}

extension FixedDecimal {
    /// The number with exactly this many decimals: zeros are added, or digits cut off. What would not fit 18 digits
    /// with the zeros keeps its own decimals.
    func cut(toScale target: UInt8) -> FixedDecimal {
        if target >= scale {
            return mantissa(atScale: target).map { FixedDecimal(mantissa: $0, scale: target) } ?? self
        }
        var rest = mantissa
        for _ in target..<scale { rest /= 10 }
        return FixedDecimal(mantissa: rest, scale: target)
    }
}

extension UInt8 {
    /// The upper-case hexadecimal digit of a value from 0 to 15, in ASCII.
    init(hexDigitOf value: UInt8) {
        self = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
