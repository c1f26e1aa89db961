/// What one OBIS code means. Whatever is made of a value is derived from these rows.
public struct CatalogueRow: Sendable, Hashable {
    /// Whose value it is.
    public enum Scope: Sendable, Hashable {
        /// The electricity meter's.
        case meter
        /// That of the meter on M-Bus channel n; `path` is the name within that meter's values.
        case mbus
        /// That of relay n of the electricity meter; the last level of `path` stands for n.
        case relay
        /// That of the meter of this kind; `path` is the name within its values.
        case medium(MBusMedium)
    }

    /// The code; on a row for several channels that of channel 1.
    public let code: OBISCode
    /// The name of the value, from the general to the particular, levels separated by `/`: the same for all codes that mean it.
    public let path: String
    /// The kind of quantity.
    public let quantity: Quantity
    /// The meaning in a few words.
    public let meaning: String
    /// Whose value it is.
    public let scope: Scope

    /// Whether it holds for the channels 1 to 4.
    var isOnChannels: Bool { scope == .mbus || scope == .relay }

    /// The code as it stands in the table, with `n` for the channel.
    public var codeText: String {
        isOnChannels ? "0-n:\(code.c).\(code.d).\(code.e)" : code.description
    }

    init(_ code: String, _ path: String, _ quantity: Quantity, _ meaning: String) {
        let onChannels = code.hasPrefix("0-n:")
        guard let parsed = OBISCode(onChannels ? "0-1:" + code.dropFirst(4) : code) else {
            preconditionFailure("the catalogue has a malformed code: \(code)")
        }
        self.code = parsed
        self.path = path
        self.quantity = quantity
        self.meaning = meaning
        scope = onChannels ? (path.hasSuffix("/n") ? .relay : .mbus) : MBusMedium(groupA: parsed.a).map(Scope.medium) ?? .meter
    }
}
