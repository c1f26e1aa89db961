/// What one OBIS code means. All else is derived from these rows: how a line is read, documentation, tests, and whatever a
/// program that uses the library makes of a quantity.
public struct CatalogueRow: Sendable, Hashable {
    /// Whose value it is.
    public enum Scope: Sendable, Hashable {
        /// The electricity meter's.
        case meter
        /// That of the meter on M-Bus channel n; `path` is the name within that meter.
        case mbus
        /// That of relay n of the electricity meter; the last level of `path` stands for n.
        case relay
        /// That of the meter of this kind; `path` is the name within that meter.
        case medium(MBusMedium)
    }

    /// The code; on a row for several channels that of channel 1.
    public let code: OBISCode
    /// The name of the quantity, from the general to the special, levels separated by `/`: the same for all codes that mean it.
    public let path: String
    /// The kind of quantity.
    public let quantity: Quantity
    /// The meaning in a few words.
    public let meaning: String
    /// Whether the key is in every document, `null` where the meter does not send it.
    public let isAlwaysPresent: Bool
    /// Whose value it is.
    public let scope: Scope

    /// Whether it holds for the channels 1 to 4.
    var isOnChannels: Bool { scope == .mbus || scope == .relay }

    /// The code as it stands in the table, with `n` for the channel.
    public var codeText: String {
        isOnChannels ? "0-n:\(code.c).\(code.d).\(code.e)" : code.description
    }

    init(_ code: String, _ path: String, _ quantity: Quantity, _ meaning: String, always: Bool = false) {
        let onChannels = code.hasPrefix("0-n:")
        guard let parsed = OBISCode(onChannels ? "0-1:" + code.dropFirst(4) : code) else {
            preconditionFailure("the catalogue has a malformed code: \(code)")
        }
        self.code = parsed
        self.path = path
        self.quantity = quantity
        self.meaning = meaning
        isAlwaysPresent = always
        scope = onChannels ? (path.hasSuffix("/n") ? .relay : .mbus) : MBusMedium(groupA: parsed.a).map(Scope.medium) ?? .meter
    }
}
