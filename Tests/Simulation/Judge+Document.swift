/// What `p1/json` owes, and the values before it.
extension Judge {
    mutating func seesDocument(_ json: String) {
        guard let leaves = DocumentLeaves(json) else { return note("p1/json is no JSON object") }
        let time = leaves.leaves["timestamp"]
        guard
            let index = heard.lastIndex(where: { $0.telegram.values["timestamp"] == time && $0.telegram.id == leaves.leaves["equipmentId"] }
            )
        else {
            // Of the run before, which the outbox of this one does not have.
            return note("p1/json is of no telegram: \(time ?? "?") of \(leaves.leaves["equipmentId"] ?? "?")")
        }
        let (telegram, number) = (heard[index].telegram, index + forgotten)
        if let before = document?.index, number < before { note("p1/json of \(time ?? "?") came after that of a later telegram") }
        let isNext = document.map { $0.index == number - 1 } ?? false
        compare(leaves, heard[index])
        compareValues(leaves, isResent: mayRepeat, isNext: isNext)
        let isNewest = index == heard.count - 1
        if document?.index != number, isNewest {
            registers.check(leaves.leaves, leaves.held, telegram, isNext: isNext).map { note($0) }
        }
        sets.check(leaves.leaves, telegram, isNewest: isNewest).map { note($0) }
        document = Seen(index: number, telegram: telegram, leaves: leaves.leaves)
        values = [:]
    }

    /// The document says what the telegram says, and nothing else.
    private mutating func compare(_ document: DocumentLeaves, _ heard: Heard) {
        let held = document.held
        let isGasHeld = held.contains("gas/reading") || held.contains("mbus/1/reading")
        for (path, value) in heard.telegram.values {
            let isGas = path.hasPrefix("gas/") || path.hasPrefix("mbus/")
            if isGas, isGasHeld, path.hasSuffix("/reading") || path.hasSuffix("/timestamp") { continue }
            if held.contains(path) { continue }
            let wanted = isGas && !heard.hasGas ? nil : value
            if document.leaves[path] != wanted {
                note("\(path) is \(document.leaves[path] ?? "nothing") in the document, not \(wanted ?? "nothing")")
            }
        }
        for (path, value) in document.leaves where heard.telegram.values[path] == nil {
            if path.hasPrefix("derived/") || path == "held" { continue }
            note("\(path) is \(value) in the document, and the meter did not send it")
        }
    }

    /// The values came before the document, each as it says. What is held back did not come.
    private mutating func compareValues(_ document: DocumentLeaves, isResent: Bool, isNext: Bool) {
        for (path, value) in values {
            if path.hasSuffix("Log") || path.hasSuffix("LastMonths") { continue }
            if let shown = document.leaves[path] {
                if shown != value { note("p1/\(path) is \(value), and \(shown) in the document behind it") }
            } else if !isResent {
                note("p1/\(path) is \(value), and its document does not have it")
            }
            // Of two telegrams at once, the values of the first came with the document of the second.
            if !isResent, isNext, document.held.contains(path) { note("p1/\(path) is held back, and was published") }
        }
        if story.sendsOnlyChanges { return }
        for path in document.leaves.keys where path != "held" && values[path] == nil && !document.held.contains(path) {
            let isGas = path.hasPrefix("gas/") || path.hasPrefix("mbus/")
            if isGas, !document.held.isEmpty { continue }
            note("p1/\(path) did not come before its document")
        }
    }
}
