/// Writes a telegram: the inverse of `Framer` and `Telegram`.
///
/// Source: DSMR 5.0.2 P1 Companion Standard, section 5.2 and 6: header, blank line, data lines, `!` and the checksum,
/// each line ended by CR LF.
///
///     var writer = TelegramWriter(header: "XYZ5\\METER")
///     writer.line(OBISCode(1, 0, 1, 8, 1), .number(FixedDecimal(mantissa: 1234), digits: 9, decimals: 3, unit: "kWh"))
///     let bytes = writer.finish(withChecksum: true)
public struct TelegramWriter: Sendable {
    /// The bytes so far.
    private var bytes: [UInt8] = []

    /// A telegram with nothing but its header.
    ///
    /// - Parameter header: what the meter says of itself, without the `/`; no line end.
    public init(header: String) {
        bytes.reserveCapacity(1024)
        bytes.append(UInt8(ascii: "/"))
        DataGroup.appendText(header, keepingBrackets: true, to: &bytes)
        endLine()
        endLine()
    }

    /// Appends a data line.
    ///
    /// - Parameters:
    ///   - code: its code.
    ///   - groups: what stands in its brackets, a pair for each.
    public mutating func line(_ code: OBISCode, _ groups: DataGroup...) {
        line(code, groups)
    }

    /// Appends a data line.
    ///
    /// - Parameters:
    ///   - code: its code.
    ///   - groups: what stands in its brackets, a pair for each.
    public mutating func line(_ code: OBISCode, _ groups: [DataGroup]) {
        append(code)
        for group in groups { group.write(into: &bytes) }
        endLine()
    }

    /// Appends a line without a code: it goes on with the groups of the line before (DSMR 2.2, gas).
    ///
    /// - Parameter groups: what stands in its brackets, a pair for each.
    public mutating func continuation(_ groups: DataGroup...) {
        for group in groups { group.write(into: &bytes) }
        endLine()
    }

    /// The whole telegram.
    ///
    /// - Parameter withChecksum: whether the end line has a CRC-16/ARC; without it is `!` alone (DSMR 2.2 and 3.0).
    /// - Returns: its bytes, from `/` to the last line end.
    public consuming func finish(withChecksum: Bool) -> [UInt8] {
        bytes.append(UInt8(ascii: "!"))
        if withChecksum {
            let checksum = CRC16.checksum(of: bytes.span)
            for shift: UInt16 in [12, 8, 4, 0] { bytes.append(UInt8(hexDigitOf: UInt8(checksum >> shift & 0xF))) }
        }
        endLine()
        return bytes
    }

    private mutating func append(_ code: OBISCode) {
        append(code.a, then: "-")
        append(code.b, then: ":")
        append(code.c, then: ".")
        append(code.d, then: ".")
        append(code.e, then: nil)
        if let f = code.f {
            bytes.append(UInt8(ascii: "*"))
            append(f, then: nil)
        }
    }

    private mutating func append(_ group: UInt16, then separator: Unicode.Scalar?) {
        FixedDecimal(mantissa: Int64(group)).write(into: &bytes)
        if let separator { bytes.append(UInt8(ascii: separator)) }
    }

    private mutating func endLine() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
