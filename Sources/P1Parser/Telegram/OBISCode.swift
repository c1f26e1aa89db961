/// An OBIS code A-B:C.D.E, with F where a meter sends it: `1-0:1.8.1`, `1-0:1.8.0*255`.
///
/// Each group is 0 to 999; the standard (IEC 62056-61) ends at 255, yet some meters and much noise do not.
public struct OBISCode: Sendable, Hashable {
    /// The six groups in 10 bits each, A first; 1023 stands for an absent F.
    let packed: UInt64

    static let absent: UInt64 = 1023

    /// A code of these groups.
    ///
    /// - Parameters:
    ///   - a: the medium.
    ///   - b: the channel.
    ///   - c: the quantity.
    ///   - d: how it was measured.
    ///   - e: the tariff.
    ///   - f: the billing period; `nil` where none is sent.
    public init(_ a: UInt16, _ b: UInt16, _ c: UInt16, _ d: UInt16, _ e: UInt16, _ f: UInt16? = nil) {
        precondition(max(a, b, c, d, e, f ?? 0) <= 999, "a group of an OBIS code is at most 999")
        packed =
            UInt64(a) << 50 | UInt64(b) << 40 | UInt64(c) << 30 | UInt64(d) << 20 | UInt64(e) << 10
            | (f.map(UInt64.init) ?? OBISCode.absent)
    }

    init(packed: UInt64) {
        self.packed = packed
    }

    /// The code written in `text`, for instance `1-0:1.8.1`; `nil` when it is written in any other way.
    ///
    /// - Parameter text: the code and nothing else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let (code, end) = OBISCode.scan(bytes.span, from: 0, to: bytes.count), end == bytes.count else { return nil }
        self = code
    }

    /// Group A: 0 abstract, 1 electricity, 7 gas.
    public var a: UInt16 { group(0) }
    /// Group B: the channel; of A = 0 the M-Bus channel.
    public var b: UInt16 { group(1) }
    /// Group C: the quantity.
    public var c: UInt16 { group(2) }
    /// Group D: how it was measured.
    public var d: UInt16 { group(3) }
    /// Group E: the tariff or phase.
    public var e: UInt16 { group(4) }
    /// Group F, where it was sent.
    public var f: UInt16? { packed & OBISCode.absent == OBISCode.absent ? nil : group(5) }

    /// The same code without F: what the catalogue knows.
    public var withoutF: OBISCode { OBISCode(packed: packed | OBISCode.absent) }

    /// The same code on another channel B.
    ///
    /// - Parameter b: the channel.
    /// - Returns: the code.
    public func onChannel(_ b: UInt16) -> OBISCode {
        OBISCode(packed: packed & ~(OBISCode.absent << 40) | UInt64(b) << 40)
    }

    private func group(_ index: UInt64) -> UInt16 {
        UInt16(packed >> (50 - 10 * index) & OBISCode.absent)
    }
}

extension OBISCode: LosslessStringConvertible {
    /// The code as the standard writes it.
    public var description: String {
        "\(a)-\(b):\(c).\(d).\(e)" + (f.map { "*\($0)" } ?? "")
    }
}

extension OBISCode: ExpressibleByStringLiteral {
    /// The code that a literal spells, for instance `"1-0:1.8.1"`; anything else is a mistake in the program.
    ///
    /// - Parameter value: the code and nothing else.
    public init(stringLiteral value: String) {
        guard let code = OBISCode(value) else { preconditionFailure("no OBIS code: \(value)") }
        self = code
    }
}

extension OBISCode: Codable {
    /// Reads the code from a string.
    ///
    /// - Parameter decoder: where to read from.
    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeText()
    }

    /// Writes the code as a string.
    ///
    /// - Parameter encoder: where to write to.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeText(self)
    }
}
