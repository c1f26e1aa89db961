import P1Parser

/// Notices what happened between one telegram of a meter and the next, each thing once. What the first telegram shows,
/// a log of earlier power failures for instance, is where it starts from and no event; so is the first telegram of
/// another meter, which is known to be there before its documents come here.
package struct MeterEventWatch: Sendable {
    private var meterId: String?
    private var mediumIds = [String?](repeating: nil, count: Places.media.count)
    private var states = [Debounced<Document.Value>](repeating: Debounced(), count: Watched.all.count)
    private var failures = PowerFailureWatch()

    package init() {}

    /// Takes the document of an accepted telegram, after the guard.
    package mutating func look(at document: CompletedDocument) -> [MeterEvent] {
        let swaps = meterSwap(in: document) + mediumSwaps(in: document)
        let needed = document.isChecked ? 1 : 2
        return failures.look(at: document, needed) + changes(in: document, needed) + swaps
    }

    /// Takes a document that an earlier run published as the telegram before the first: what happened while nobody
    /// looked is reported then. A power failure in the house stops this program too.
    package mutating func recall(_ earlier: JSONTree) {
        if case .text(let id)? = earlier["equipmentId"], case .text? = earlier["serialNumber"] { meterId = id }
        for (index, place) in Places.media.enumerated() {
            let meter = earlier[place.medium.rawValue]
            if case .text(let id)? = meter?["equipmentId"], case .text? = meter?["serialNumber"], case .number? = meter?["reading"] {
                mediumIds[index] = id
            }
        }
        for (index, watched) in Watched.all.enumerated() {
            if let value = earlier.documentValue(at: watched.slot) { _ = states[index].take(value, needed: 1) }
        }
        failures.recall(earlier)
    }

    // MARK: - Meters

    private mutating func meterSwap(in document: CompletedDocument) -> [MeterEvent] {
        guard let id = document.id(at: Places.meter), let old = Self.replace(&meterId, by: id) else { return [] }
        states = [Debounced<Document.Value>](repeating: Debounced(), count: Watched.all.count)
        failures = PowerFailureWatch()
        return [swap("electricity", from: old, to: id, document)]
    }

    /// The meter under `gas`, `water` and so on is another one, on whatever channel.
    private mutating func mediumSwaps(in document: CompletedDocument) -> [MeterEvent] {
        Places.media.enumerated().compactMap { index, place in
            guard document.values[place.places.reading] != nil, let id = document.id(at: place.places.identity),
                let old = Self.replace(&mediumIds[index], by: id)
            else { return nil }
            return swap(place.medium.rawValue, from: old, to: id, document)
        }
    }

    /// Returns the id of a meter that was there before, and is another.
    private static func replace(_ known: inout String?, by id: String) -> String? {
        defer { known = id }
        return known == id ? nil : known
    }

    private func swap(_ meter: String, from old: String, to new: String, _ document: CompletedDocument) -> MeterEvent {
        MeterEvent(.meterSwap, time: document.time) {
            $0.member("meter", meter)
            $0.member("oldEquipmentId", old)
            $0.member("equipmentId", new)
        }
    }

    // MARK: - Values

    private mutating func changes(in document: CompletedDocument, _ needed: Int) -> [MeterEvent] {
        var events: [MeterEvent] = []
        for (index, watched) in Watched.all.enumerated() {
            guard let value = document.values[watched.slot], let old = states[index].take(value, needed: needed)?.old,
                let event = watched.event(from: old, to: value, at: document.time)
            else { continue }
            events.append(event)
        }
        return events
    }
}

// MARK: - What is watched

/// A value of the electricity meter whose change is an event.
private struct Watched: Sendable {
    let kind: MeterEvent.Kind
    let slot: DocumentLayout.Slot
    var phase: String?

    init(_ kind: MeterEvent.Kind, _ path: String, phase: String? = nil) {
        self.kind = kind
        slot = DocumentLayout.shared.slot(path)
        self.phase = phase
    }

    static let all: [Watched] =
        ["L1", "L2", "L3"].map { Watched(.voltageSag, "electricity/voltageSags/" + $0, phase: $0) }
        + ["L1", "L2", "L3"].map { Watched(.voltageSwell, "electricity/voltageSwell/" + $0, phase: $0) }
        + [Watched(.tariff, "electricity/tariffIndicator"), Watched(.breaker, "electricity/switchPosition")]
        + DocumentLayout.shared.places.map(\.path).filter { $0.hasPrefix("textMessage/") }.map { Watched(.message, $0) }

    /// The event of a change; `nil` when it is none: a counter that went back, a message that ended.
    func event(from old: Document.Value, to new: Document.Value, at time: Int64?) -> MeterEvent? {
        switch (kind, old, new) {
        case (.voltageSag, .number(let before), .number(let count)), (.voltageSwell, .number(let before), .number(let count)):
            guard let increase = count.subtracting(before), increase.mantissa > 0 else { return nil }
            return MeterEvent(kind, time: time) {
                $0.member("phase", phase)
                $0.member("count", count)
                $0.member("increase", increase)
            }
        case (.message, _, .text(let text)):
            guard !text.isEmpty else { return nil }
            return MeterEvent(kind, time: time) {
                $0.member("path", DocumentLayout.shared.places[slot].path)
                $0.member("message", text)
            }
        default:
            return MeterEvent(kind, time: time) {
                old.write(as: "from", into: &$0)
                new.write(as: "to", into: &$0)
            }
        }
    }
}

extension JSONTree {
    /// A number or a text that stands alone.
    func documentValue(at slot: DocumentLayout.Slot) -> Document.Value? {
        switch at(DocumentLayout.shared.places[slot].path) {
        case .number(let digits)?: FixedDecimal(digits).map(Document.Value.number)
        case .text(let text)?: .text(text)
        default: nil
        }
    }
}

extension Document.Value {
    /// A number or a text, as the document shows it.
    fileprivate func write(as name: String, into json: inout JSONWriter) {
        switch self {
        case .number(let number): json.member(name, number)
        case .text(let text): json.member(name, text)
        default: break
        }
    }
}
