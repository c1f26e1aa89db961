/// The unit of a value, after conversion: there is one for each kind of quantity.
public enum MeterUnit: String, Sendable, CaseIterable, Codable {
    case kWh
    case kvarh
    case kW
    case kvar
    case kVA
    case V
    case A
    case Hz
    case m3
    case GJ
    case s
    case m3PerHour = "m3/h"
    case degC

    /// Reads a unit as a meter writes it.
    ///
    /// The spelling is free (`kwh`, `kVArh`) but for the prefix: `m` is a thousandth and `M` a million.
    ///
    /// - Returns: the unit the product uses, and by how many places the point moves to the right for it;
    ///   `nil` for a unit that no meter sends.
    @inline(__always)
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (unit: MeterUnit, places: Int)? {
        let text = bytes.extracting(range)
        guard (1...6).contains(text.count) else { return nil }
        var name: UInt64 = 0
        var index = 0
        while index < text.count {
            name = name << 8 | UInt64(text[index])
            index += 1
        }
        return usual(name).map { ($0, 0) } ?? parse(name, count: UInt64(text.count))
    }

    /// A unit in any other spelling.
    private static func parse(_ name: UInt64, count: UInt64) -> (unit: MeterUnit, places: Int)? {
        let base = lowerCased(name)
        // One prefix before a base unit.
        let rest = base & ((1 << (8 * (count - 1))) - 1)
        let power: Int
        switch UInt8(truncatingIfNeeded: name >> (8 * (count - 1))) {
        case UInt8(ascii: "k"), UInt8(ascii: "K"): power = 3
        case UInt8(ascii: "M"): power = 6
        case UInt8(ascii: "G"), UInt8(ascii: "g"): power = 9
        case UInt8(ascii: "m"): power = -3
        default: return unprefixed(base)
        }
        guard let (unit, places) = unprefixed(rest) else { return unprefixed(base) }
        return (unit, places + power)
    }

    /// The units as the standards spell them, met in nearly every line.
    @inline(__always)
    private static func usual(_ name: UInt64) -> MeterUnit? {
        switch name {
        case 0x6B57: .kW
        case 0x6B5768: .kWh
        case 0x41: .A
        case 0x56: .V
        case 0x6D33: .m3
        case 0x73: .s
        default: nil
        }
    }

    /// The letters of a name in lower case; other bytes keep their value.
    private static func lowerCased(_ name: UInt64) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(40), through: 0, by: -8) {
            let byte = name >> shift & 0xFF
            result = result << 8 | (byte &- 0x41 < 26 ? byte | 0x20 : byte)
        }
        return result
    }

    /// A unit without prefix, and what it takes to the unit the product uses.
    private static func unprefixed(_ name: UInt64) -> (MeterUnit, Int)? {
        switch name {
        case Name.Wh: (.kWh, -3)
        case Name.W: (.kW, -3)
        case Name.varh: (.kvarh, -3)
        case Name.var: (.kvar, -3)
        case Name.VA: (.kVA, -3)
        case Name.V: (.V, 0)
        case Name.A: (.A, 0)
        case Name.Hz: (.Hz, 0)
        case Name.J: (.GJ, -9)
        case Name.m3: (.m3, 0)
        case Name.dm3, Name.l: (.m3, -3)
        case Name.s: (.s, 0)
        case Name.m3PerHour: (.m3PerHour, 0)
        case Name.lPerHour: (.m3PerHour, -3)
        case Name.degC: (.degC, 0)
        default: nil
        }
    }

    /// Lower-case names packed into integers, so that a unit is compared in one step.
    private enum Name {
        static let Wh: UInt64 = 0x7768
        static let W: UInt64 = 0x77
        static let varh: UInt64 = 0x7661_7268
        static let `var`: UInt64 = 0x766172
        static let VA: UInt64 = 0x7661
        static let V: UInt64 = 0x76
        static let A: UInt64 = 0x61
        static let Hz: UInt64 = 0x687A
        static let J: UInt64 = 0x6A
        static let m3: UInt64 = 0x6D33
        static let dm3: UInt64 = 0x646D33
        static let l: UInt64 = 0x6C
        static let s: UInt64 = 0x73
        static let m3PerHour: UInt64 = 0x6D33_2F68
        static let lPerHour: UInt64 = 0x6C2F68
        static let degC: UInt64 = 0x6465_6763
    }
}
