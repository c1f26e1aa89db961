extension MeterTimestamp {
    /// Reads the time that fills `range` of `bytes`; `nil` when it is none, impossible, or a way of saying "not set".
    ///
    /// Forms: `YYMMDDhhmmss` with or without `S` or `W`; `YYYYMMDD hh:mm:ss` (NES, Denmark); `YY-MM-DD hh:mm:ss`
    /// (ACE4000); the 12 bytes of a COSEM date-time as 24 hexadecimal digits (Metcom).
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let start = range.lowerBound
        func digits(_ offset: Int, _ count: Int) -> Int? { bytes.digits(from: start + offset, count: count) }

        switch range.count {
        case 12, 13:
            var season = Season.unstated
            if range.count == 13 {
                switch bytes[start + 12] {
                case UInt8(ascii: "S"): season = .summer
                case UInt8(ascii: "W"): season = .winter
                default: return nil
                }
            }
            guard let year = digits(0, 2), let month = digits(2, 2), let day = digits(4, 2),
                let hour = digits(6, 2), let minute = digits(8, 2), let second = digits(10, 2), year < 70
            else { return nil }
            self.init(
                year: 2000 + year, month: month, day: day, hour: hour, minute: minute, second: second, season: season)
        case 17 where bytes[start + 8] == UInt8(ascii: " "):
            let dashed = bytes[start + 2] == UInt8(ascii: "-")
            guard let year = dashed ? digits(0, 2).map({ 2000 + $0 }) : digits(0, 4),
                let month = digits(dashed ? 3 : 4, 2), let day = digits(6, 2),
                let hour = digits(9, 2), let minute = digits(12, 2), let second = digits(15, 2)
            else { return nil }
            self.init(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second, season: .unstated)
        case 24:
            func byte(_ index: Int) -> Int? { bytes.hexByte(at: start + 2 * index).map(Int.init) }
            guard let high = byte(0), let low = byte(1), let month = byte(2), let day = byte(3),
                let hour = byte(5), let minute = byte(6), let second = byte(7), let status = byte(11)
            else { return nil }
            // Bit 7 of the clock status: daylight saving active (COSEM blue book, clock class).
            self.init(
                year: high << 8 | low, month: month, day: day, hour: hour, minute: minute, second: second,
                season: status & 0x80 != 0 ? .summer : .winter)
        default:
            return nil
        }
    }
}

extension Span<UInt8> {
    /// The number that `count` decimal digits make from `start`; `nil` when one of them is none.
    func digits(from start: Int, count digitCount: Int) -> Int? {
        var value = 0
        for index in start..<start + digitCount {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// The byte that two hexadecimal digits make at `start`.
    func hexByte(at start: Int) -> UInt8? {
        guard let high = UInt8(hexDigit: self[start]), let low = UInt8(hexDigit: self[start + 1]) else { return nil }
        return high << 4 | low
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit in ASCII, upper or lower case.
    init?(hexDigit: UInt8) {
        switch hexDigit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self = hexDigit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self = hexDigit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self = hexDigit - UInt8(ascii: "a") + 10
        default: return nil
        }
    }
}
