/// Makes typed readings of scanned objects: one object, its catalogue row, at most one reading or issue.
enum ReadingParser {
    /// What became of an object.
    enum Outcome {
        case value(Reading.Value)
        /// The meter has the code but no value for it: an empty group, a unit without a number.
        case nothing
        case issue(TelegramIssue.Reason)
    }

    /// The readings of all objects that the catalogue knows, and the lines whose values could not be read.
    static func readings(of scanner: ObjectScanner, in text: Span<UInt8>) -> ([Reading], [TelegramIssue]) {
        var readings: [Reading] = []
        var issues: [TelegramIssue] = []
        readings.reserveCapacity(scanner.objects.count)
        for (index, object) in scanner.objects.enumerated() {
            guard let (row, channel) = Catalogue.find(object.code) else { continue }
            let groups = scanner.values[Int(object.values.lowerBound)..<Int(object.values.upperBound)]
            switch read(Catalogue.rows[row].quantity, text, groups) {
            case .value(let value):
                let isSubordinate = object.code.onChannel(0).withoutF == Catalogue.rows[row].code && object.code.b == 1
                readings.append(
                    Reading(row: row, channel: channel, isSubordinate: isSubordinate, object: index, value: value))
            case .nothing:
                break
            case .issue(let reason):
                issues.append(TelegramIssue(offset: Int(object.offset), line: line(of: object, in: text), reason: reason))
            }
        }
        return (readings, issues)
    }

    private static func line(of object: DataObject, in text: Span<UInt8>) -> TextRange {
        var end = Int(object.offset)
        while end < text.count, text[end] != UInt8(ascii: "\r"), text[end] != UInt8(ascii: "\n") { end += 1 }
        return TextRange(Int(object.offset)..<end)
    }

    /// Reads the groups of one object as its row says.
    static func read(_ quantity: Quantity, _ text: Span<UInt8>, _ values: ArraySlice<DataValue>) -> Outcome {
        guard let first = values.first else { return .issue(.wrongShape) }
        switch quantity {
        case .energy, .reactiveEnergy, .power, .reactivePower, .apparentPower, .voltage, .current, .frequency, .duration,
            .limit:
            return number(text, first, quantity)
        case .powerFactor, .ratio, .count, .tariff:
            return bareNumber(text, first, orText: quantity == .tariff)
        case .peak, .meterReading:
            return timedNumber(text, values, quantity)
        case .meterProfile:
            return profile(text, values)
        case .time:
            return .value(.time(MeterTimestamp(text, first.text.range)))
        case .text, .identifier, .deviceType, .position, .version, .message, .digits:
            return .value(.text(first.text))
        case .failureLog, .peakHistory:
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

    private static func bareNumber(_ text: Span<UInt8>, _ value: DataValue, orText: Bool) -> Outcome {
        if value.text.isEmpty { return .nothing }
        if let number = FixedDecimal(text, value.text.range) { return .value(.number(number, nil)) }
        return orText ? .value(.text(value.text)) : .issue(.notANumber)
    }

    /// `(time)(value)`, `(value)(time)` (Iskra in Wallonia), or a value alone.
    private static func timedNumber(_ text: Span<UInt8>, _ values: ArraySlice<DataValue>, _ quantity: Quantity) -> Outcome {
        guard values.count <= 2, let first = values.first, let last = values.last else { return .issue(.wrongShape) }
        guard values.count == 2 else {
            if quantity == .peak, first.text.isEmpty { return .nothing }
            return quantity == .peak ? number(text, first, quantity) : .nothing
        }
        // The one with a unit is the number; without units the time comes first.
        let (time, value) = first.unit != nil && last.unit == nil ? (last, first) : (first, last)
        switch measure(text, value, quantity) {
        case .success(let (number, unit)?):
            return .value(.timed(number, unit, MeterTimestamp(text, time.text.range)))
        case .success(nil): return .nothing
        case .failure(let reason): return .issue(reason)
        }
    }

    /// `(time)(status)(period)(count)(code)(unit)` and `(value)` on the next line: DSMR 2.2 section 5.2.6.
    private static func profile(_ text: Span<UInt8>, _ values: ArraySlice<DataValue>) -> Outcome {
        guard values.count == 7, let first = values.first, let value = values.last else {
            return values.count == 6 ? .nothing : .issue(.wrongShape)
        }
        guard !value.text.isEmpty else { return .nothing }
        guard let number = FixedDecimal(text, value.text.range) else { return .issue(.notANumber) }
        guard let (unit, places) = MeterUnit.parse(text, values[values.endIndex - 2].text.range),
            let moved = number.movingPoint(by: places)
        else { return .issue(.wrongUnit) }
        return .value(.timed(moved, unit, MeterTimestamp(text, first.text.range)))
    }

    /// A number and its unit, converted; `nil` where there is no number.
    static func measure(
        _ text: Span<UInt8>, _ value: DataValue, _ quantity: Quantity
    ) -> Result<(FixedDecimal, MeterUnit?)?, TelegramIssue.Reason> {
        var digits = value.text.range
        var unitText = value.unit?.range
        if unitText == nil, let last = lastDigit(text, digits), last + 1 < digits.upperBound {
            // No star between number and unit: early Fluvius meters, Swedish bridges.
            unitText = last + 1..<digits.upperBound
            digits = digits.lowerBound..<last + 1
        }
        if digits.isEmpty { return .success(nil) }
        guard let number = FixedDecimal(text, digits) else { return .failure(.notANumber) }
        guard let unitText else { return .success((number, quantity.unit)) }
        guard let (unit, places) = MeterUnit.parse(text, unitText), quantity.accepts(unit),
            let moved = number.movingPoint(by: places)
        else { return .failure(.wrongUnit) }
        return .success((moved, unit))
    }

    private static func lastDigit(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.upperBound - 1
        while index >= range.lowerBound {
            if text[index] &- UInt8(ascii: "0") <= 9 { return index }
            index -= 1
        }
        return nil
    }
}

extension TelegramIssue.Reason: Error {}

extension Quantity {
    /// Whether a meter may state it in this unit (or one that converts to it).
    func accepts(_ other: MeterUnit) -> Bool {
        switch self {
        case .limit: [.kW, .kVA, .A].contains(other)
        case .meterReading, .meterProfile: [.m3, .GJ, .kWh].contains(other)
        default: other == unit
        }
    }
}
