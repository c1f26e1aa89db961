import P1Parser

extension CompletedDocument {
    /// The document as one line of JSON.
    /// - Parameter seq: its number in the history; without one there is no such key.
    package func json(seq: Int64? = nil) -> [UInt8] {
        let present = PresentValues(values)
        return JSONWriter.object(capacity: 4096) { json in
            if let seq { json.member("seq", seq) }
            for node in DocumentLayout.shared.root { write(node, present, into: &json) }
            if !held.isEmpty { json.member("held", array: held.sorted()) { $0.string(DocumentLayout.shared.places[$1].path) } }
        }
    }

    private func write(_ node: DocumentLayout.Node, _ present: PresentValues, into json: inout JSONWriter) {
        guard node.isAlwaysPresent || present.hasAny(in: node.slots) else { return }
        guard let slot = node.slot else {
            return json.member(node.quotedKey, object: { writeChildren(of: node, present, into: &$0) })
        }
        let value = values[slot]
        guard value != nil || node.isNullable || !node.children.isEmpty else { return }
        switch node.shape {
        case .bare, .failureLog, .profile: writeBare(value, node.quotedKey, into: &json)
        case .meterReading:
            json.member(Keys.reading, number(value))
            json.member(Keys.unit, unit(value))
        case .limit where value == nil && !present.hasAny(in: slot + 1..<node.slots.upperBound):
            json.member(node.quotedKey, String?.none)
        case .quantity, .limit, .peak:
            json.member(
                node.quotedKey,
                object: { json in
                    if node.shape == .peak { json.member(Keys.timestamp, time: time(value)) }
                    json.member(node.shape == .limit ? Keys.value : Keys.reading, number(value))
                    json.member(Keys.unit, unit(value))
                    writeChildren(of: node, present, into: &json)
                })
        case .peakHistory:
            if let value { return writeBare(value, node.quotedKey, into: &json) }
            json.member(
                node.quotedKey,
                object: {
                    $0.member("count", String?.none)
                    $0.member("months", String?.none)
                })
        }
    }

    private func writeChildren(of node: DocumentLayout.Node, _ present: PresentValues, into json: inout JSONWriter) {
        for child in node.children { write(child, present, into: &json) }
    }

    private func writeBare(_ value: Document.Value?, _ key: JSONWriter.Key, into json: inout JSONWriter) {
        switch value {
        case .number(let number), .quantity(let number, _), .peak(let number, _, _): json.member(key, number)
        case .text(let text): json.member(key, text)
        case .time(let seconds): json.member(key, time: seconds)
        case .json(let bytes): json.member(key, json: bytes)
        case nil: json.member(key, String?.none)
        }
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

/// The keys that many values have.
private enum Keys {
    static let reading = JSONWriter.Key("reading")
    static let unit = JSONWriter.Key("unit")
    static let value = JSONWriter.Key("value")
    static let timestamp = JSONWriter.Key("timestamp")
}

/// Where a document has values: most places have none, and each object asks for all below it.
private struct PresentValues {
    /// How many values stand before each place, and at the end how many there are.
    private var before: [UInt16]

    init(_ values: [Document.Value?]) {
        before = [0]
        before.reserveCapacity(values.count + 1)
        let values = values.span
        var count: UInt16 = 0
        for slot in values.indices {
            if values[slot] != nil { count += 1 }
            before.append(count)
        }
    }

    func hasAny(in slots: Range<DocumentLayout.Slot>) -> Bool { before[slots.upperBound] > before[slots.lowerBound] }
}
