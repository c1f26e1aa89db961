import P1MQTTInput
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
    /// The texts it takes where they can be listed: the one that a mistyped text is nearest to is suggested.
    var choices: [String] = []
    /// What is wrong with a value, where that can be said shorter than all that is allowed.
    var fault: @Sendable (JSONTree) -> String? = { _ in nil }
    /// The same as JSON Schema, as far as that can say it; for editors, which help while the file is written.
    var schema: JSONTree
    /// `nil` when that is not allowed.
    var decode: @Sendable (JSONTree) -> Value?
    var encode: @Sendable (Value) -> JSONTree
}

extension SettingCodec where Value == Bool {
    static var flag: Self {
        SettingCodec(allowed: "true or false", schema: .schema("boolean")) {
            if case .bool(let flag) = $0 { flag } else { nil }
        } encode: {
            .bool($0)
        }
    }
}

extension SettingCodec where Value: FixedWidthInteger & Sendable {
    /// A whole number, written without exponent or decimal point.
    static func integer(_ range: ClosedRange<Value>) -> Self {
        SettingCodec(
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            schema: .schema("integer", minimum: "\(range.lowerBound)", maximum: "\(range.upperBound)")
        ) {
            guard case .number(let digits) = $0, let number = Value(digits), range.contains(number) else { return nil }
            return number
        } encode: {
            .number(String($0))
        }
    }
}

extension SettingCodec where Value == Int {
    /// A port of TCP.
    static var port: Self { integer(1...65535) }
}

extension SettingCodec where Value == Double {
    /// A number that may have decimals: an interval or a limit, never a value of a meter.
    static func number(_ range: ClosedRange<Double>, unit: String) -> Self {
        let bounds = "from \(plain(range.lowerBound)) to \(plain(range.upperBound)) \(unit)"
        return SettingCodec(
            allowed: "a number " + bounds,
            schema: .schema("number", minimum: plain(range.lowerBound), maximum: plain(range.upperBound))
        ) {
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
    /// A number that goes into values as it is written. From the environment it may have zeros in front.
    static func decimal(_ range: ClosedRange<Int64>, unit: String) -> Self {
        let bounds = FixedDecimal(mantissa: range.lowerBound)...FixedDecimal(mantissa: range.upperBound)
        return SettingCodec(
            allowed: "a number from \(bounds.lowerBound) to \(bounds.upperBound) \(unit), with at most 6 decimals",
            schema: .schema("number", minimum: bounds.lowerBound.description, maximum: bounds.upperBound.description)
        ) {
            let written: String
            switch $0 {
            case .number(let text), .text(let text): written = text
            default: return nil
            }
            guard written.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = FixedDecimal(written), number.scale <= 6, bounds.contains(number)
            else { return nil }
            return number
        } encode: {
            .number($0.description)
        }
    }
}

extension SettingCodec where Value == Int64 {
    /// The same in millionths of the unit.
    static func millionths(_ range: ClosedRange<Int64>, unit: String) -> Self {
        let decimal = SettingCodec<FixedDecimal>.decimal(range, unit: unit)
        return SettingCodec(allowed: decimal.allowed, schema: decimal.schema) {
            decimal.decode($0)?.mantissa(atScale: 6)
        } encode: { millionths in
            var (digits, decimals) = (millionths, UInt8(6))
            while decimals > 0, digits % 10 == 0 { (digits, decimals) = (digits / 10, decimals - 1) }
            return decimal.encode(FixedDecimal(mantissa: digits, scale: decimals))
        }
    }

    /// A time of so many milliseconds, written in seconds.
    static func seconds(_ milliseconds: ClosedRange<Int64>) -> Self {
        let bounds = Double(milliseconds.lowerBound) / 1000...Double(milliseconds.upperBound) / 1000
        let seconds = SettingCodec<Double>.number(bounds, unit: "seconds")
        return SettingCodec(allowed: seconds.allowed, schema: seconds.schema) {
            seconds.decode($0).map { Int64(($0 * 1000).rounded()) }
        } encode: {
            seconds.encode(Double($0) / 1000)
        }
    }

    /// Seconds since 1970, written as `2026-11-23T16:46:00Z`, with a fraction of a second if wanted.
    static var utcTime: Self {
        SettingCodec(
            allowed: "a time in UTC from 2000 to 2099 such as \"2026-01-31T12:00:00Z\"", readsLiterals: false,
            schema: .schema("string", format: "date-time")
        ) {
            if case .text(let text) = $0 { UTCTime.secondsSince1970(text) } else { nil }
        } encode: {
            .text(ISO8601.text($0))
        }
    }
}

extension SettingCodec where Value: Sendable {
    /// One of a few values that have names.
    static func choice(of values: [Value], named name: @escaping @Sendable (Value) -> String) -> Self {
        let names = values.map(name)
        return SettingCodec(
            allowed: names.map { "\"\($0)\"" }.joined(separator: ", "), readsLiterals: false, choices: names,
            schema: .schema(oneOf: names.map(JSONTree.text))
        ) {
            guard case .text(let text) = $0 else { return nil }
            return values.first { name($0) == text }
        } encode: {
            .text(name($0))
        }
    }
}

extension SettingCodec where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
    static var choice: Self { choice(of: Array(Value.allCases)) { $0.rawValue } }
}

extension SettingCodec where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == Int {
    static var choice: Self {
        SettingCodec(
            allowed: "one of " + Value.allCases.map { "\($0.rawValue)" }.joined(separator: ", "),
            schema: .schema(oneOf: Value.allCases.map { .number("\($0.rawValue)") })
        ) {
            if case .number(let digits) = $0 { Int(digits).flatMap { Value(rawValue: $0) } } else { nil }
        } encode: {
            .number(String($0.rawValue))
        }
    }
}

extension SettingCodec {
    /// The same, or nothing at all; `null` in the documentation.
    static func optional<Wrapped>(_ codec: SettingCodec<Wrapped>) -> Self where Value == Wrapped? {
        SettingCodec(
            allowed: codec.allowed, readsLiterals: codec.readsLiterals, isSecret: codec.isSecret, choices: codec.choices,
            fault: codec.fault,
            schema: codec.schema
        ) {
            codec.decode($0).map(Optional.some)
        } encode: {
            $0.map(codec.encode) ?? .null
        }
    }

    /// The same, or `"auto"` for what is found out by itself.
    static func auto<Wrapped>(_ codec: SettingCodec<Wrapped>) -> Self where Value == Wrapped? {
        SettingCodec(
            allowed: "\"auto\" or \(codec.allowed)", readsLiterals: codec.readsLiterals, choices: codec.choices,
            schema: .members(["anyOf": .array([.schema(oneOf: [.text("auto")]), codec.schema])])
        ) {
            if case .text("auto") = $0 { .some(nil) } else { codec.decode($0).map(Optional.some) }
        } encode: {
            $0.map(codec.encode) ?? .text("auto")
        }
    }
}

extension SettingCodec where Value == Secret {
    /// A password, as long as MQTT can carry one.
    static var secret: Self {
        SettingCodec(allowed: "text of 1 to 65535 bytes", readsLiterals: false, isSecret: true, schema: .schema("string")) {
            guard case .text(let text) = $0, 1...65535 ~= text.utf8.count, !text.utf8.contains(0) else { return nil }
            return Secret(text)
        } encode: { _ in
            .text("(secret)")
        }
    }
}

extension SettingCodec where Value == MeterKey {
    static var key: Self {
        SettingCodec(allowed: "32 hexadecimal digits", readsLiterals: false, isSecret: true, schema: .schema("string")) {
            if case .text(let text) = $0 { MeterKey(text) } else { nil }
        } encode: { _ in
            .text("(secret)")
        }
    }
}

extension JSONTree {
    /// JSON Schema of a value of a type.
    static func schema(_ type: String, minimum: String? = nil, maximum: String? = nil, format: String? = nil) -> JSONTree {
        let words: [(String, JSONTree?)] = [
            ("type", .text(type)), ("minimum", minimum.map(JSONTree.number)), ("maximum", maximum.map(JSONTree.number)),
            ("format", format.map(JSONTree.text)),
        ]
        return .object(words.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
    }

    /// An object of these members, in this order.
    static func members(_ members: KeyValuePairs<String, JSONTree>) -> JSONTree {
        .object(members.map { JSONMember(name: $0, value: $1) })
    }

    /// JSON Schema of one of a few values.
    static func schema(oneOf values: [JSONTree]) -> JSONTree { .members(["enum": .array(values)]) }
}
