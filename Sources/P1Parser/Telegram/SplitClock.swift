extension Telegram {
    /// The time of a telegram whose date and time of day stand on lines of their own, `1-0:0.9.2(YYMMDD)` and
    /// `1-0:0.9.1(hhmmss)` (Slovenia, Iskra MT382 in Germany); `nil` when one is missing or impossible.
    public var splitClock: MeterTimestamp? {
        let text = text.span
        func digits(_ code: OBISCode) -> [Int]? {
            guard let object = objects.first(where: { $0.code.withoutF == code }), let value = values(of: object).first,
                value.unit == nil
            else { return nil }
            let range = text.trimmingBlanks(value.text.range)
            switch range.count {
            case 6:
                return pairs(text, range.lowerBound, 2)
            case 8:
                // With a sign between the pairs.
                return pairs(text, range.lowerBound, 3)
            default:
                return nil
            }
        }
        guard let date = digits(Telegram.clockDate), let time = digits(Telegram.clockTime) else { return nil }
        return MeterTimestamp(
            year: 2000 + date[0], month: date[1], day: date[2], hour: time[0], minute: time[1], second: time[2], season: .unstated)
    }

    /// Whether its date is that of a clock that was never set.
    public var isClockUnset: Bool {
        guard let object = objects.first(where: { $0.code.withoutF == Telegram.clockDate }), let date = values(of: object).first else {
            return false
        }
        return string(date.text).filter(\.isNumber).hasPrefix("00")
    }

    private func pairs(_ text: Span<UInt8>, _ start: Int, _ stride: Int) -> [Int]? {
        guard let first = text.twoDigits(at: start), let second = text.twoDigits(at: start + stride),
            let third = text.twoDigits(at: start + 2 * stride)
        else { return nil }
        return [first, second, third]
    }

    static let clockTime = OBISCode(1, 0, 0, 9, 1)
    static let clockDate = OBISCode(1, 0, 0, 9, 2)
}
