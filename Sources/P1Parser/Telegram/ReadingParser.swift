/// Makes typed readings of scanned objects: one object, its catalogue row, at most one reading or issue.
enum ReadingParser {
    /// What became of an object.
    enum Outcome {
        case value(Reading.Value)
        /// The meter has the code but no value for it: an empty group, a unit without a number.
        case nothing
        /// A value that cannot be what the code means, as some meters always send it.
        case unexplained
        case issue(TelegramIssue.Reason)
    }

    /// The readings of all objects that the catalogue knows. Lines whose values cannot be read are added to `issues`, the
    /// indices of all objects that have no reading but a value to `unexplained`.
    static func readings(
        of objects: [DataObject], _ values: [DataValue], in text: Span<UInt8>, _ catalogue: CodeIndex,
        _ issues: inout [TelegramIssue], _ unexplained: inout [Int]
    ) -> [Reading] {
        var readings: [Reading] = []
        readings.reserveCapacity(objects.count)
        for (index, object) in objects.enumerated() where object.isInCatalogue {
            let entry = catalogue.entry(at: object.place)
            let groups = Int(object.values.lowerBound)..<Int(object.values.upperBound)
            switch read(entry.quantity, text, values, groups) {
            case .value(let value):
                readings.append(
                    Reading(
                        row: entry.row, channel: entry.channel, isSubordinate: entry.isSubordinate, object: UInt16(index),
                        value: value))
                if groups.count > 1, entry.quantity.hasOneGroup { unexplained.append(index) }
            case .nothing:
                if groups.count > 1, entry.quantity.hasOneGroup { unexplained.append(index) }
            case .unexplained:
                unexplained.append(index)
            case .issue(let reason):
                unexplained.append(index)
                issues.append(TelegramIssue(offset: Int(object.offset), line: line(of: object, in: text), reason: reason))
            }
        }
        return readings
    }

    private static func line(of object: DataObject, in text: Span<UInt8>) -> TextRange {
        let start = Int(object.offset)
        return TextRange(text.trimming(start..<text.lineEnd(from: start), where: { $0 <= 0x20 }))
    }

    /// Reads the groups of one object as its row says. `groups` are indices of `values`: a slice would be counted in and
    /// out of memory management for each line.
    static func read(_ quantity: Quantity, _ text: Span<UInt8>, _ values: [DataValue], _ groups: Range<Int>) -> Outcome {
        guard let index = groups.first else { return .issue(.wrongShape) }
        let first = values[index]
        switch quantity {
        case .energy, .reactiveEnergy, .power, .reactivePower, .apparentPower, .voltage, .current, .frequency, .flow, .temperature,
            .duration:
            return number(text, first, quantity)
        case .limit, .currentLimit:
            return number(text, limits(text, first).first, quantity)
        case .ratio, .count, .tariff:
            return bareNumber(text, first, quantity)
        case .powerFactor:
            return powerFactor(text, first)
        case .peak, .meterReading:
            return timedNumber(text, values, groups, quantity)
        case .meterProfile:
            return profile(text, values, groups)
        case .time:
            let time = MeterTimestamp(text, first.text.range)
            let isTime = time != nil || first.text.isEmpty || first.isTime
            return isTime ? .value(.time(time)) : .unexplained
        case .identifier where first.text.count == 13 && MeterTimestamp(text, first.text.range) != nil:
            // Seen in 0-0:0.0.0: a time with its flag names no meter.
            return .unexplained
        case .text, .identifier, .message:
            return .value(.text(first.text))
        case .deviceType, .position, .version, .digits, .clockPart:
            return .value(.text(TextRange(text.trimmingBlanks(first.text.range))))
        case .failureLog, .peakHistory, .monthEnd, .loadProfile:
            return .value(.list)
        }
    }

    private static func number(_ text: Span<UInt8>, _ value: DataValue, _ quantity: Quantity) -> Outcome {
        switch measure(text, value, quantity) {
        case .success(let (number, unit)?): .value(.number(number, unit))
        case .success(nil): .nothing
        case .failure(let reason): .issue(reason)
        }
    }

    /// The two limits in one group, `65.0*A,-65.0*A` (Sibelga): what may be taken from the grid, and what fed into it.
    /// Any other group is the first alone.
    static func limits(_ text: Span<UInt8>, _ value: DataValue) -> (first: DataValue, second: DataValue?) {
        let range = value.text.range
        let (star, comma) = (UInt8(ascii: "*"), UInt8(ascii: ","))
        guard value.unit == nil, let unit = text.firstIndex(of: star, or: star, in: range),
            let end = text.firstIndex(of: comma, or: comma, in: unit + 1..<range.upperBound)
        else { return (value, nil) }
        return (DataValue(range.lowerBound, star: unit, end: end), DataValue(end + 1..<range.upperBound))
    }

    /// A power factor. Lithuania writes thousandths, `01000`; what is above 1 then (Sagemcom in Hungary: `4.556`) is no
    /// power factor.
    private static func powerFactor(_ text: Span<UInt8>, _ value: DataValue) -> Outcome {
        let range = value.text.range
        if range.isEmpty { return .nothing }
        guard let number = FixedDecimal(text, range) else {
            let inner = text.trimmingBlanks(range)
            return inner == range ? .issue(.notANumber) : powerFactor(text, DataValue(inner))
        }
        let isThousandths = number.scale == 0 && range.count >= 4
        guard let factor = isThousandths ? number.movingPoint(by: -3) : number,
            !(FixedDecimal(mantissa: 1) < factor), !(factor < FixedDecimal(mantissa: -1))
        else { return .unexplained }
        return .value(.number(factor, nil))
    }

    private static func bareNumber(_ text: Span<UInt8>, _ value: DataValue, _ quantity: Quantity) -> Outcome {
        let range = value.text.range
        if range.isEmpty { return .nothing }
        if quantity == .tariff, let tariff = hexTariff(text, range) { return tariff }
        // Tariffs and counters are whole numbers; a tariff may be a word (Hungary).
        if let number = FixedDecimal(text, range), number.scale == 0 || quantity == .ratio { return .value(.number(number, nil)) }
        let inner = text.trimmingBlanks(range)
        if inner != range { return bareNumber(text, DataValue(inner), quantity) }
        return quantity == .tariff ? .value(.text(value.text)) : .issue(.notANumber)
    }

    /// A tariff written as the hexadecimal codes of its characters: `5431` is T1 (Metcom, Iskra). `nil` for any other: a
    /// number has at most two digits behind its zeros, and those are no codes of characters.
    private static func hexTariff(_ text: Span<UInt8>, _ range: Range<Int>) -> Outcome? {
        guard range.count >= 4, range.count % 2 == 0, text[range.lowerBound] >= UInt8(ascii: "2") else { return nil }
        var number: Int64 = 0
        var (letters, digits) = (0, 0)
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            guard let byte = text.hexByte(at: index) else { return nil }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                number = digits <= 4 ? number * 10 + Int64(byte - UInt8(ascii: "0")) : number
            case UInt8(ascii: "T") where letters + digits == 0, UInt8(ascii: "t") where letters + digits == 0: break
            case UInt8(ascii: " "): break
            case 0x21...0x7E: letters += 1
            default: return nil
            }
        }
        if letters == 0, (1...4).contains(digits) { return .value(.number(FixedDecimal(mantissa: number), nil)) }
        return .value(.text(TextRange(range)))
    }

    /// `(time)(value)`, `(value)(time)` (Iskra in Wallonia), or a value alone. A meter on the M-Bus that never reported
    /// sends zero and no time.
    private static func timedNumber(
        _ text: Span<UInt8>, _ values: [DataValue], _ groups: Range<Int>, _ quantity: Quantity
    ) -> Outcome {
        guard (1...2).contains(groups.count) else { return .issue(.wrongShape) }
        let first = values[groups.lowerBound]
        let last = values[groups.upperBound - 1]
        guard groups.count == 2 else {
            return quantity == .meterReading ? untimedReading(text, first) : number(text, first, quantity)
        }
        // The one with a unit is the number; without units the time comes first.
        let (time, value) = first.unit != nil && last.unit == nil ? (last, first) : (first, last)
        switch measure(text, value, quantity) {
        case .success(let (number, unit)?):
            let taken = MeterTimestamp(text, time.text.range)
            return quantity == .meterReading && taken == nil && number.mantissa == 0 ? .nothing : .value(.timed(number, unit, taken))
        case .success(nil): return .nothing
        case .failure(let reason): return .issue(reason)
        }
    }

    /// A reading of which nobody says when it was taken (Iceland). Zero without a unit is no reading, nor is a time alone.
    private static func untimedReading(_ text: Span<UInt8>, _ value: DataValue) -> Outcome {
        if value.text.isEmpty, value.unit == nil { return .nothing }
        if value.isTime, text.firstIndex(of: UInt8(ascii: "."), or: UInt8(ascii: ","), in: value.text.range) == nil {
            return MeterTimestamp(text, value.text.range) == nil ? .nothing : .unexplained
        }
        let outcome = number(text, value, .meterReading)
        guard case .value(.number(let number, nil)) = outcome else { return outcome }
        if number.mantissa == 0 { return .nothing }
        // As many digits as a time has: no meter counts so far.
        return number.mantissa.magnitude < 100_000_000_000 ? outcome : .unexplained
    }

    /// `(time)(status)(period)(count)(code)(unit)` and `(value)` on the next line: DSMR 2.2 section 5.2.6.
    private static func profile(_ text: Span<UInt8>, _ values: [DataValue], _ groups: Range<Int>) -> Outcome {
        guard groups.count == 7 else { return groups.count == 6 ? .nothing : .issue(.wrongShape) }
        let value = values[groups.upperBound - 1]
        guard !value.text.isEmpty else { return .nothing }
        guard let number = FixedDecimal(text, value.text.range) else { return .issue(.notANumber) }
        guard let (unit, places) = MeterUnit.parse(text, values[groups.upperBound - 2].text.range),
            let moved = number.movingPoint(by: places)
        else { return .issue(.wrongUnit) }
        let taken = MeterTimestamp(text, values[groups.lowerBound].text.range)
        return taken == nil && moved.mantissa == 0 ? .nothing : .value(.timed(moved, unit, taken))
    }

    /// A number and its unit, converted; `nil` where there is no number.
    static func measure(
        _ text: Span<UInt8>, _ value: DataValue, _ quantity: Quantity
    ) -> Result<(FixedDecimal, MeterUnit?)?, TelegramIssue.Reason> {
        if let number = FixedDecimal(text, value.text.range) {
            guard let unitText = value.unit?.range else { return .success((number, quantity.unit)) }
            return converted(number, text, unitText, quantity)
        }
        // The unit behind the number without a star: early Fluvius meters, Swedish bridges. Blanks anywhere around both.
        if text.trimmingBlanks(value.text.range).isEmpty { return .success(nil) }
        let group = text.trimmingBlanks(value.text.range.lowerBound..<(value.unit ?? value.text).range.upperBound)
        let digits = leadingNumber(text, group)
        var start = text.skippingBlanks(from: digits.upperBound, to: group.upperBound)
        guard value.unit == nil || start == value.text.range.upperBound, let number = FixedDecimal(text, digits) else {
            return .failure(.notANumber)
        }
        if start < group.upperBound, text[start] == UInt8(ascii: "*") {
            start = text.skippingBlanks(from: start + 1, to: group.upperBound)
        }
        return start == group.upperBound ? .success((number, quantity.unit)) : converted(number, text, start..<group.upperBound, quantity)
    }

    private static func converted(
        _ number: FixedDecimal, _ text: Span<UInt8>, _ unitText: Range<Int>, _ quantity: Quantity
    ) -> Result<(FixedDecimal, MeterUnit?)?, TelegramIssue.Reason> {
        guard let (unit, places) = MeterUnit.parse(text, unitText), quantity.accepts(unit),
            let moved = number.movingPoint(by: places)
        else { return .failure(.wrongUnit) }
        return .success((moved, unit))
    }

    /// The sign, digits and points that a group begins with.
    private static func leadingNumber(_ text: Span<UInt8>, _ group: Range<Int>) -> Range<Int> {
        var end = group.lowerBound
        // The sign and the points stand before the digits in ASCII; so does /, which is part of no number.
        while end < group.upperBound, (UInt8(ascii: "+")...UInt8(ascii: "9")).contains(text[end]) { end += 1 }
        return group.lowerBound..<end
    }
}

extension TelegramIssue.Reason: Error {}

extension Quantity {
    /// Whether its value fills the first group: what stands behind that is not what the code means.
    fileprivate var hasOneGroup: Bool {
        switch self {
        case .currentLimit, .peak, .meterReading, .meterProfile, .failureLog, .peakHistory, .monthEnd, .loadProfile: false
        default: true
        }
    }

    /// Whether a meter may state it in this unit (or one that converts to it).
    func accepts(_ other: MeterUnit) -> Bool {
        switch self {
        case .limit: other == .kW || other == .kVA || other == .A
        case .meterReading, .meterProfile: other == .m3 || other == .GJ || other == .kWh
        default: other == unit
        }
    }
}
