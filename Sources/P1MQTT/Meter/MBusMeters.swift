package import P1Parser

/// What the meters on the M-Bus measure, as one telegram says it, and which of them stands under the name of its kind.
package struct MBusMeters: Sendable, Equatable {
    /// By channel, from 1; `nil` where there is no meter, or one of a kind that is not known.
    private var media = [MBusMedium?](repeating: nil, count: 4)
    /// Likewise, of the meter under `gas`, `water` and so on.
    private var names = [MBusMedium?](repeating: nil, count: 4)

    /// What the meter on a channel measures.
    package func medium(of channel: Int) -> MBusMedium? { media[channel - 1] }

    /// The kind under whose name the meter on a channel stands; `nil` for one that stands under its channel alone.
    func name(of channel: Int) -> MBusMedium? { names[channel - 1] }

    /// Whether the meter on a channel is the one that stands under the name of a kind.
    package func isChosen(_ channel: Int, for medium: MBusMedium) -> Bool { names[channel - 1] == medium }

    mutating func note(_ medium: MBusMedium?, on channel: Int) { media[channel - 1] = medium }

    /// - Parameter channel: 0 for a meter that the telegram tells of without one.
    mutating func choose(_ channel: Int, for medium: MBusMedium) {
        if channel > 0 { names[channel - 1] = medium }
    }
}
