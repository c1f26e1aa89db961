extension MeterTimestamp {
    /// Reads the time that fills `range` of `bytes`; `nil` when it is none, impossible, or a way of saying "not set".
    ///
    /// Forms: `YYMMDDhhmmss` with or without `S` or `W`; `YYYYMMDD hh:mm:ss` (NES, Denmark); `YY-MM-DD hh:mm:ss`
    /// (ACE4000); the 12 bytes of a COSEM date-time as 24 hexadecimal digits (Metcom). Blanks may stand around it.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let text = bytes.extracting(range)
        switch text.count {
        case 12, 13:
            var season = Season.unstated
            if text.count == 13 {
                switch text[12] {
                case UInt8(ascii: "S"): season = .summer
                case UInt8(ascii: "W"): season = .winter
                default:
                    self.init(bytes, trimming: range)
                    return
                }
            }
            guard let year = text.twoDigits(at: 0), let month = text.twoDigits(at: 2), let day = text.twoDigits(at: 4),
                let hour = text.twoDigits(at: 6), let minute = text.twoDigits(at: 8), let second = text.twoDigits(at: 10), year < 70
            else { return nil }
            self.init(
                year: 2000 + year, month: month, day: day, hour: hour, minute: minute, second: second, season: season)
        case 17 where text[8] == UInt8(ascii: " "):
            let dashed = text[2] == UInt8(ascii: "-")
            guard let century = dashed ? 20 : text.twoDigits(at: 0), let year = text.twoDigits(at: dashed ? 0 : 2),
                let month = text.twoDigits(at: dashed ? 3 : 4), let day = text.twoDigits(at: 6),
                let hour = text.twoDigits(at: 9), let minute = text.twoDigits(at: 12), let second = text.twoDigits(at: 15)
            else { return nil }
            self.init(
                year: century * 100 + year, month: month, day: day, hour: hour, minute: minute, second: second, season: .unstated)
        case 24:
            func byte(_ index: Int) -> Int? { text.hexByte(at: 2 * index).map(Int.init) }
            guard let high = byte(0), let low = byte(1), let month = byte(2), let day = byte(3),
                let hour = byte(5), let minute = byte(6), let second = byte(7), let status = byte(11)
            else { return nil }
            // Bit 7 of the clock status: daylight saving active (COSEM blue book, clock class).
            self.init(
                year: high << 8 | low, month: month, day: day, hour: hour, minute: minute, second: second,
                season: status & 0x80 != 0 ? .summer : .winter)
        default:
            self.init(bytes, trimming: range)
        }
    }

    /// The time in a range that has blanks around it; `nil` when it has none.
    private init?(_ bytes: Span<UInt8>, trimming range: Range<Int>) {
        let inner = bytes.trimmingBlanks(range)
        guard inner != range else { return nil }
        self.init(bytes, inner)
    }
}

extension MeterTimestamp: LosslessStringConvertible {
    /// The time that is written in `text` in any of the forms of meters; `nil` when it is none, impossible, or a way of
    /// saying "not set".
    ///
    /// - Parameter text: for instance `240229120505W`.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// The time as most meters write it: `YYMMDDhhmmss` and the flag.
    public var description: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the time as ASCII text.
    func write(into output: inout [UInt8]) {
        for field in [UInt8(year % 100), month, day, hour, minute, second] {
            output.append(UInt8(ascii: "0") + field / 10)
            output.append(UInt8(ascii: "0") + field % 10)
        }
        switch season {
        case .summer: output.append(UInt8(ascii: "S"))
        case .winter: output.append(UInt8(ascii: "W"))
        case .unstated: break
        }
    }
}

extension MeterTimestamp: Codable {
    /// Reads the time from a string.
    ///
    /// - Parameter decoder: where to read from.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText()
    }

    /// Writes the time as a string, as most meters write it.
    ///
    /// - Parameter encoder: where to write to.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeText(self)
    }
}

extension Span<UInt8> {
    /// The number that two decimal digits make at `start`; `nil` when one of them is none.
    @inline(__always)
    func twoDigits(at start: Int) -> Int? {
        let (tens, ones) = (self[start] &- UInt8(ascii: "0"), self[start + 1] &- UInt8(ascii: "0"))
        return tens <= 9 && ones <= 9 ? Int(tens &* 10 &+ ones) : nil
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
