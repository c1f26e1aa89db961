package import P1Parser

/// What the meters on the M-Bus measure, as one telegram says it, and which of them stands under the name of its kind.
package struct MBusMeters: Sendable, Equatable {
    /// By channel, from 1; `nil` where there is no meter, or one of a kind that is not known.
    private var media = [MBusMedium?](repeating: nil, count: 4)
    /// The channel of the meter under `gas`, `water` and so on.
    private var chosen: [MBusMedium: Int] = [:]

    /// What the meter on a channel measures.
    package func medium(of channel: Int) -> MBusMedium? { media[channel - 1] }

    /// The kind under whose name the meter on a channel stands; `nil` for one that stands under its channel alone.
    func name(of channel: Int) -> MBusMedium? { chosen.first { $0.value == channel }?.key }

    /// Whether the meter on a channel is the one that stands under the name of a kind.
    package func isChosen(_ channel: Int, for medium: MBusMedium) -> Bool { chosen[medium] == channel }

    mutating func note(_ medium: MBusMedium?, on channel: Int) { media[channel - 1] = medium }

    mutating func choose(_ channel: Int, for medium: MBusMedium) { chosen[medium] = channel }
}
