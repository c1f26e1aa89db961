extension Document {
    /// Takes control characters out of all texts: a meter's header, its messages and the groups of codes that nobody
    /// knows come from a wire on which anybody may have written. For what is published; `decode` shows them as sent.
    mutating func cleanTexts() {
        for (slot, value) in values.enumerated() {
            guard case .text(let text)? = value else { continue }
            let clean = text.printable
            if clean != text { values[slot] = .text(clean) }
        }
        for index in unknown.indices { unknown[index].groups = unknown[index].groups.printable }
    }
}
