import P1MQTTMeter
package import P1Parser

/// What was seen at one place of the documents of a meter. A thousand meters keep two hundred each, so it is small.
struct Observation: Sendable, Equatable {
    /// How a value looks.
    enum Form: UInt8, Sendable {
        /// No value, or one that says that there is none.
        case absent
        case usual
        /// A choice that is none of those known: shown as text, from then on.
        case unlisted
    }

    /// In how many telegrams, up to two: a value that came once may be a damaged line.
    var count: UInt8 = 0
    var form = Form.absent
    var unit: MeterUnit?
    /// Digits behind the point.
    var decimals: UInt8 = 0
    /// Telegrams without it, since the last one with it.
    var misses: UInt16 = 0
    /// The meter's time of the first of those, seconds since 1970.
    var missingSince: Int64 = 0

    /// Whether it has a component.
    var isShown: Bool { count >= 2 }

    /// Takes a telegram in which it is there. Returns whether its component came into being or changed.
    mutating func see(_ value: Document.Value?, _ newForm: Form) -> Bool {
        misses = 0
        let wasShown = isShown
        let before = (form, unit)
        count = min(count + 1, 2)
        form = form == .unlisted ? .unlisted : newForm
        unit = value?.unit
        if !wasShown { decimals = value?.decimals ?? 0 }
        return isShown && (!wasShown || before != (form, unit))
    }

    /// Takes a telegram in which it is missing. Returns whether it is gone: after a hundred telegrams and an hour.
    mutating func miss(at time: Int64) -> Bool {
        if misses == 0 { missingSince = time }
        if misses < .max { misses += 1 }
        return misses >= Observation.goneAfterTelegrams && time - missingSince >= Observation.goneAfterSeconds
    }

    private static let goneAfterTelegrams = 100
    private static let goneAfterSeconds: Int64 = 3600
}

extension Observation.Form {
    /// The form of a value of a kind.
    package init(of value: Document.Value?, _ quantity: Quantity, _ country: Country) {
        switch value {
        case nil:
            self = .absent
        case .number(let number) where quantity.isLimit, .quantity(let number, _) where quantity.isLimit:
            self = number.isAllNines ? .absent : .usual
        default:
            self = quantity.listed(in: country).map { value?.isListed($0) ?? false } ?? true ? .usual : .unlisted
        }
    }
}

extension Quantity {
    fileprivate var isLimit: Bool { self == .limit || self == .currentLimit }
}

extension Document.Value {
    package var unit: MeterUnit? {
        switch self {
        case .quantity(_, let unit), .peak(_, let unit, _): unit
        default: nil
        }
    }

    /// Whether it is one of these numbers, written as Home Assistant will see it.
    fileprivate func isListed(_ range: ClosedRange<Int64>) -> Bool {
        switch self {
        case .number(let number): number.scale == 0 && range.contains(number.mantissa)
        case .text(let text): Int64(text).map { range.contains($0) && String($0) == text } ?? false
        default: false
        }
    }

    fileprivate var decimals: UInt8? {
        switch self {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): number.scale
        default: nil
        }
    }
}
