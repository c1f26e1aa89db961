import P1Parser

/// Times as the product writes them: `2010-12-09T10:30:20.000Z`, the form of JavaScript.
package enum ISO8601 {
    /// What four digits of a year can say, in seconds since 1970.
    static let years0To9999: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Appends a time within `years0To9999`.
    package static func write(_ secondsSince1970: Int64, into bytes: inout [UInt8]) {
        let date = CalendarDate(secondsSince1970: secondsSince1970)
        func append(_ number: Int, digits: Int) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
        }
        append(date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        append(date.secondOfDay / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.secondOfDay / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        append(date.secondOfDay % 60, digits: 2)
        bytes += ".000Z".utf8
    }

    package static func text(_ secondsSince1970: Int64) -> String {
        var bytes: [UInt8] = []
        write(secondsSince1970, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Reads `2026-01-31T12:00:00Z`.
package enum UTCTime {
    /// Seconds since 1970, a fraction cut off; `nil` for any other shape, an impossible date, or a year that no meter
    /// can write (it has two digits: 2000 to 2099).
    package static func secondsSince1970(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let shape = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > shape.count, bytes.last == UInt8(ascii: "Z"),
            zip(bytes, shape).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 })
        else { return nil }
        let fraction = bytes[shape.count...].dropLast()
        guard fraction.isEmpty || fraction.first == UInt8(ascii: "."), fraction.count != 1, fraction.dropFirst().allSatisfy(isDigit)
        else { return nil }
        func field(_ start: Int, _ count: Int) -> Int {
            bytes[start..<start + count].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        // With the flag for winter and an offset of 0 the fields are UTC.
        return MeterTimestamp(
            year: field(0, 4), month: field(5, 2), day: field(8, 2),
            hour: field(11, 2), minute: field(14, 2), second: field(17, 2), season: .winter
        )?.secondsSince1970(standardOffset: 0)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}
