extension Document {
    /// Takes control characters out of all texts: a meter's header, its messages and the groups of codes that nobody
    /// knows come from a wire on which anybody may have written. For what is published; `decode` shows them as sent.
    package mutating func cleanTexts() {
        // By index: a loop over the values would keep the array, and the first change would copy all of it.
        for slot in values.indices {
            guard case .text(let text)? = values[slot] else { continue }
            let clean = text.printable
            if clean != text { values[slot] = .text(clean) }
        }
        for index in unknown.indices { unknown[index].groups = unknown[index].groups.printable }
    }
}
