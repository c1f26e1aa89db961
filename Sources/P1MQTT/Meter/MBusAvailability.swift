import P1Parser

/// Whether each M-Bus meter still reports: `offline` when its reading is older than a day and than six of its own
/// intervals, by the clock of the electricity meter. A reading without a time is as old as the telegram.
package struct MBusAvailability: Sendable {
    private struct Channel: Sendable {
        /// The time of the newest reading; `nil` where only an earlier run had one.
        var reading: Int64?
        var interval: Int64 = 0
        var isOnline = true
    }

    private static let day: Int64 = 86400
    private var channels: [Int: Channel] = [:]

    package init() {}

    /// The channels that have ever had a reading, and whether they are online.
    package var states: [(channel: Int, isOnline: Bool)] {
        channels.sorted { $0.key < $1.key }.map { ($0.key, $0.value.isOnline) }
    }

    /// Takes the document that an earlier run published: a meter of it that does not report in this one is offline,
    /// whatever a killed program left at the broker.
    package mutating func recall(_ document: JSONTree) {
        for channel in 1...4 where channels[channel] == nil {
            if case .number? = document["mbus"]?["\(channel)"]?["reading"] { channels[channel] = Channel(isOnline: false) }
        }
    }

    package mutating func update(_ document: CompletedDocument, at now: Moment) {
        let meterTime = document.meterTime ?? now.utc / 1000
        for (channel, places) in zip(1..., Places.mbus) {
            guard document.values[places.reading] != nil else { continue }
            guard case .time(let reading)? = document.values[places.timestamp] else {
                channels[channel, default: Channel()].reading = meterTime
                continue
            }
            var state = channels[channel] ?? Channel(reading: reading)
            if let last = state.reading, reading > last { state.interval = reading - last }
            state.reading = max(reading, state.reading ?? reading)
            channels[channel] = state
        }
        for channel in channels.keys {
            guard let state = channels[channel], let reading = state.reading else { continue }
            channels[channel]?.isOnline = meterTime - reading <= max(Self.day, 6 * state.interval)
        }
    }
}
