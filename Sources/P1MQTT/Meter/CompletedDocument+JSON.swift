import P1Parser

extension CompletedDocument {
    /// The document as one line of JSON.
    /// - Parameter seq: its number in the history; without one there is no such key.
    package func json(seq: Int64? = nil) -> [UInt8] {
        JSONWriter.object(capacity: 4096) { json in
            if let seq { json.member("seq", seq) }
            for node in DocumentLayout.shared.root { write(node, into: &json) }
            if !held.isEmpty { json.member("held", array: held.sorted()) { $0.string(DocumentLayout.shared.places[$1].path) } }
        }
    }

    private func write(_ node: DocumentLayout.Node, into json: inout JSONWriter) {
        guard node.isAlwaysPresent || hasValue(in: node.slots) else { return }
        guard let slot = node.slot else { return json.member(node.key, object: { writeChildren(of: node, into: &$0) }) }
        let place = DocumentLayout.shared.places[slot]
        let value = values[slot]
        guard value != nil || place.isAlwaysPresent || !node.children.isEmpty else { return }
        let hasChildren = hasValue(in: slot + 1..<node.slots.upperBound)
        switch place.shape {
        case .bare: writeBare(value, place.key, into: &json)
        case .failureLog, .profile: writeBare(value, place.key, into: &json)
        case .meterReading:
            json.member("reading", number(value))
            json.member("unit", unit(value))
        case .limit where value == nil && !hasChildren: json.member(place.key, String?.none)
        case .quantity, .limit, .peak:
            json.member(
                place.key,
                object: { json in
                    if place.shape == .peak { json.member("timestamp", time: time(value)) }
                    json.member(place.shape == .limit ? "value" : "reading", number(value))
                    json.member("unit", unit(value))
                    writeChildren(of: node, into: &json)
                })
        case .peakHistory:
            if let value { return writeBare(value, place.key, into: &json) }
            json.member(
                place.key,
                object: {
                    $0.member("count", String?.none)
                    $0.member("months", String?.none)
                })
        }
    }

    private func writeChildren(of node: DocumentLayout.Node, into json: inout JSONWriter) {
        for child in node.children { write(child, into: &json) }
    }

    private func writeBare(_ value: Document.Value?, _ key: String, into json: inout JSONWriter) {
        switch value {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): json.member(key, number)
        case .text(let text): json.member(key, text)
        case .time(let seconds): json.member(key, time: seconds)
        case .json(let bytes): json.member(key, json: bytes)
        case nil: json.member(key, String?.none)
        }
    }

    private func hasValue(in slots: Range<DocumentLayout.Slot>) -> Bool {
        values[slots].contains { $0 != nil }
    }

    private func number(_ value: Document.Value?) -> FixedDecimal? {
        switch value {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): number
        default: nil
        }
    }

    private func unit(_ value: Document.Value?) -> String? {
        switch value {
        case .quantity(_, let unit), .peak(_, let unit, _): unit.rawValue
        default: nil
        }
    }

    private func time(_ value: Document.Value?) -> Int64? {
        if case .peak(_, _, let seconds) = value { return seconds }
        return nil
    }
}
