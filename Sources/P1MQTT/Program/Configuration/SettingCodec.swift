import P1MQTTMeter
import P1MQTTSystem
import P1Parser

/// How a value of one type is written in the configuration: what is allowed, in words and in code.
struct SettingCodec<Value>: Sendable {
    /// The rest of a sentence that begins with "allowed:".
    var allowed: String
    /// Whether numbers, `true` and `false` mean themselves when they come as text from the environment or a flag.
    var readsLiterals = true
    /// A secret is not shown, whatever is wrong with it.
    var isSecret = false
    /// `nil` when that is not allowed.
    var decode: @Sendable (JSONTree) -> Value?
    var encode: @Sendable (Value) -> JSONTree
}

extension SettingCodec where Value == Bool {
    static var flag: Self {
        SettingCodec(allowed: "true or false") {
            if case .bool(let flag) = $0 { flag } else { nil }
        } encode: {
            .bool($0)
        }
    }
}

extension SettingCodec where Value == Int {
    /// A whole number, written without exponent or decimal point.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        SettingCodec(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            guard case .number(let digits) = $0, let number = Int(digits), range.contains(number) else { return nil }
            return number
        } encode: {
            .number(String($0))
        }
    }

    static func integer(oneOf numbers: [Int]) -> Self {
        SettingCodec(allowed: "one of " + numbers.map(String.init).joined(separator: ", ")) {
            guard case .number(let digits) = $0, let number = Int(digits), numbers.contains(number) else { return nil }
            return number
        } encode: {
            .number(String($0))
        }
    }
}

extension SettingCodec where Value == UInt64 {
    static var unsigned64: Self {
        SettingCodec(allowed: "a whole number from 0 to \(UInt64.max)") {
            if case .number(let digits) = $0 { UInt64(digits) } else { nil }
        } encode: {
            .number(String($0))
        }
    }
}

extension SettingCodec where Value == Double {
    /// A number that may have decimals: an interval or a limit, never a value of a meter.
    static func number(_ range: ClosedRange<Double>, unit: String) -> Self {
        let bounds = "from \(plain(range.lowerBound)) to \(plain(range.upperBound)) \(unit)"
        return SettingCodec(allowed: "a number " + bounds) {
            guard case .number(let digits) = $0, let number = Double(digits), range.contains(number) else { return nil }
            return number
        } encode: {
            .number(plain($0))
        }
    }

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

extension SettingCodec where Value == FixedDecimal {
    /// A number that goes into values as it is written.
    static func decimal(_ range: ClosedRange<Int64>, unit: String) -> Self {
        let bounds = FixedDecimal(mantissa: range.lowerBound)...FixedDecimal(mantissa: range.upperBound)
        return SettingCodec(allowed: "a number from \(bounds.lowerBound) to \(bounds.upperBound) \(unit)") {
            guard case .number(let digits) = $0, let number = FixedDecimal(digits), bounds.contains(number) else { return nil }
            return number
        } encode: {
            .number($0.description)
        }
    }
}

extension SettingCodec where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
    static var choice: Self {
        SettingCodec(allowed: Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "), readsLiterals: false) {
            if case .text(let text) = $0 { Value(rawValue: text) } else { nil }
        } encode: {
            .text($0.rawValue)
        }
    }
}

extension SettingCodec {
    /// The same, or nothing at all; `null` in the documentation.
    static func optional<Wrapped>(_ codec: SettingCodec<Wrapped>) -> Self where Value == Wrapped? {
        SettingCodec(allowed: codec.allowed, readsLiterals: codec.readsLiterals, isSecret: codec.isSecret) {
            codec.decode($0).map(Optional.some)
        } encode: {
            $0.map(codec.encode) ?? .null
        }
    }

    /// The same, or `"auto"` for what is found out by itself.
    static func auto<Wrapped>(_ codec: SettingCodec<Wrapped>) -> Self where Value == Wrapped? {
        SettingCodec(allowed: "\"auto\" or \(codec.allowed)", readsLiterals: codec.readsLiterals) {
            if case .text("auto") = $0 { .some(nil) } else { codec.decode($0).map(Optional.some) }
        } encode: {
            $0.map(codec.encode) ?? .text("auto")
        }
    }
}

extension SettingCodec where Value == Secret {
    /// A password: any text but an empty one.
    static var secret: Self {
        SettingCodec(allowed: "text, not empty", readsLiterals: false, isSecret: true) {
            guard case .text(let text) = $0, !text.isEmpty, !text.utf8.contains(0) else { return nil }
            return Secret(text)
        } encode: { _ in
            .text("(secret)")
        }
    }

    /// A key of AES-128.
    static var key: Self {
        SettingCodec(allowed: "32 hexadecimal digits", readsLiterals: false, isSecret: true) {
            guard case .text(let text) = $0, text.utf8.count == 32, text.allSatisfy({ $0.isASCII && $0.isHexDigit })
            else { return nil }
            return Secret(text)
        } encode: { _ in
            .text("(secret)")
        }
    }
}
