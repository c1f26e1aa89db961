package import P1Parser

/// What a payload is, for the properties of MQTT 5; earlier versions have no place for it.
///
/// A value names its place in the document instead of what the catalogue says of that: it stays small, and the properties of
/// a place are made once, however many messages and meters have it.
package struct MessageContent: Sendable, Hashable {
    package enum Format: UInt8, Sendable {
        case bytes, text, json
    }

    package var format: Format
    /// The unit of a value, where it has one.
    package var unit: MeterUnit?
    /// -1: of no place.
    private var number: Int16 = -1

    package static let bytes = MessageContent(format: .bytes)
    package static let text = MessageContent(format: .text)
    package static let json = MessageContent(format: .json)

    private init(format: Format) {
        self.format = format
    }

    /// A value at a place of the document.
    package init(_ value: Document.Value, at slot: DocumentLayout.Slot) {
        if case .json = value { format = .json } else { format = .text }
        unit = value.unit ?? DocumentLayout.shared.places[slot].unit
        number = Int16(slot)
    }

    /// Another value that belongs to the same place, such as the time of a peak.
    package var withoutUnit: MessageContent {
        var other = self
        other.unit = nil
        return other
    }

    /// As it stands in `bridge/topics`.
    package var unitText: String? { unit?.rawValue }

    /// The codes that the catalogue has for it.
    package var codes: [String] { number < 0 ? [] : DocumentLayout.shared.places[Int(number)].codes }
}

extension Message.Kind {
    /// What messages of this kind hold, where nothing else is said.
    var content: MessageContent {
        switch self {
        case .bridge, .availability, .value: .text
        case .info, .discovery, .document, .event, .bridgeEvent, .history: .json
        case .passing: .bytes
        }
    }
}

extension Document.Value {
    fileprivate var unit: MeterUnit? {
        switch self {
        case .quantity(_, let unit), .peak(_, let unit, _): unit
        case .number, .text, .time, .json: nil
        }
    }
}
