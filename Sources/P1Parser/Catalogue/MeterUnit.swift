/// The unit of a value, after conversion: there is one for each kind of quantity.
public enum MeterUnit: String, Sendable, CaseIterable {
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
    /// Of the flow that is derived from readings of a gas meter.
    case m3PerHour = "m3/h"

    /// Reads a unit as a meter writes it.
    ///
    /// The spelling is free (`kwh`, `kVArh`) but for the prefix: `m` is a thousandth and `M` a million.
    ///
    /// - Returns: the unit the product uses, and by how many places the point moves to the right for it;
    ///   `nil` for a unit that no meter sends.
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (unit: MeterUnit, places: Int)? {
        var base: UInt64 = 0
        guard (1...6).contains(range.count) else { return nil }
        for index in range {
            let byte = bytes[index]
            base = base << 8 | UInt64(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
        }
        if let known = exact(base) { return (known, 0) }
        // One prefix before a base unit.
        let prefix = bytes[range.lowerBound]
        let rest = base & ((1 << (8 * UInt64(range.count - 1))) - 1)
        let power: Int
        switch prefix {
        case UInt8(ascii: "k"), UInt8(ascii: "K"): power = 3
        case UInt8(ascii: "M"): power = 6
        case UInt8(ascii: "G"), UInt8(ascii: "g"): power = 9
        case UInt8(ascii: "m"): power = -3
        default: return unprefixed(base)
        }
        guard let (unit, places) = unprefixed(rest) else { return unprefixed(base) }
        return (unit, places + power)
    }

    /// The units of the standards, met in nearly every line.
    private static func exact(_ name: UInt64) -> MeterUnit? {
        switch name {
        case Name.kWh: .kWh
        case Name.kW: .kW
        case Name.V: .V
        case Name.A: .A
        case Name.m3: .m3
        case Name.s: .s
        default: nil
        }
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
        default: nil
        }
    }

    /// Lower-case names packed into integers, so that a unit is compared in one step.
    private enum Name {
        static let kWh: UInt64 = 0x6B7768
        static let kW: UInt64 = 0x6B77
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
    }
}
