package import P1Parser

/// Lines of electricity meters in the widths and units that differ from dialect to dialect.
extension TelegramWriter {
    /// A register.
    ///
    /// - Parameters:
    ///   - code: its code.
    ///   - millionths: of a kWh or kvarh.
    ///   - digits: before and behind the point.
    ///   - decimals: behind the point.
    ///   - unit: as this dialect writes it.
    package mutating func energy(_ code: OBISCode, _ millionths: Int64, digits: Int = 9, decimals: UInt8 = 3, unit: String = "kWh") {
        line(code, .number(FixedDecimal(mantissa: millionths, scale: 6), digits: digits, decimals: decimals, unit: unit))
    }

    /// A power.
    ///
    /// - Parameters:
    ///   - code: its code.
    ///   - watts: W, var or VA.
    ///   - digits: before and behind the point.
    ///   - unit: kW, kvar or kVA, as this dialect writes it.
    mutating func power(_ code: OBISCode, _ watts: Int64, digits: Int = 5, unit: String = "kW") {
        line(code, .number(FixedDecimal(mantissa: watts, scale: 3), digits: digits, decimals: 3, unit: unit))
    }

    /// The registers of four tariffs, two of which this home does not use.
    mutating func fourTariffs(_ c: UInt16, _ values: [Int64], digits: Int = 9, unit: String = "kWh") {
        for (index, value) in (values + [0, 0]).enumerated() {
            energy(OBISCode(1, 0, c, 8, UInt16(index + 1)), value, digits: digits, unit: unit)
        }
    }
}

extension MeterTimestamp {
    /// The same digits without a flag.
    var withoutSeason: MeterTimestamp? {
        MeterTimestamp(
            year: Int(year), month: Int(month), day: Int(day), hour: Int(hour), minute: Int(minute), second: Int(second), season: .unstated)
    }
}
