import P1Parser

/// Notices power failures: from the log of long ones, which says when and how long, and from the counters, which count
/// the short ones too. A failure that shows in both is reported once.
struct PowerFailureWatch: Sendable {
    private var counters = [Debounced<FixedDecimal>](repeating: Debounced(), count: Places.failureCounters.count)
    private var log = Debounced<[UInt8]>()
    /// The latest end in the log so far, seconds since 1970. What is older is no news, wherever it stands.
    private var latestEnd: Int64?
    /// Failures that a counter showed and that the log may still list, and for how many telegrams that is waited for.
    private var expected = (failures: 0, telegrams: 0)

    private static let patience = 30

    /// Takes the document of a telegram.
    ///
    /// - Parameters:
    ///   - document: its content.
    ///   - needed: telegrams in a row that must agree.
    /// - Returns: an event for each failure of the log, the latest last, and one for all that only a counter shows.
    mutating func look(at document: CompletedDocument, _ needed: Int) -> [MeterEvent] {
        let increase = increase(in: document, needed)
        var listed = newFailures(in: document, needed)
        expected.telegrams -= 1
        if expected.telegrams <= 0 { expected.failures = 0 }
        // The latest of them are those that were counted before.
        if increase == 0 {
            let known = min(expected.failures, listed.count)
            listed.removeLast(known)
            expected.failures -= known
        }
        let unlisted = increase - Int64(listed.count)
        var events = listed.map { event($0, document) }
        if unlisted > 0 {
            expected = (Int(unlisted), Self.patience)
            events.append(event(nil, document))
        }
        return events
    }

    /// Takes a document that an earlier run published as the telegram before the first.
    mutating func recall(_ earlier: JSONTree) {
        for (index, slot) in Places.failureCounters.enumerated() {
            if case .number(let count)? = earlier.documentValue(at: slot) { _ = counters[index].take(count, needed: 1) }
        }
        guard let list = earlier.at(DocumentLayout.shared.places[Places.failureLog].path), list != .null else { return }
        _ = log.take(Array(list.json.utf8), needed: 1)
        latestEnd = Self.failures(list).last?.end
    }

    /// What the counters have grown by, the larger of both.
    private mutating func increase(in document: CompletedDocument, _ needed: Int) -> Int64 {
        var increase: Int64 = 0
        for (index, slot) in Places.failureCounters.enumerated() {
            guard case .number(let count)? = document.values[slot], let old = counters[index].take(count, needed: needed)?.old,
                let step = count.subtracting(old), step.scale == 0
            else { continue }
            // Ten are listed at most; a counter that leaps is reported once.
            increase = max(increase, min(step.mantissa, 1000))
        }
        return increase
    }

    private mutating func newFailures(in document: CompletedDocument, _ needed: Int) -> [Failure] {
        guard case .json(let json)? = document.values[Places.failureLog], let change = log.take(json, needed: needed) else { return [] }
        // It was written by `HistoryJSON`: there is nothing in it that a user could get wrong.
        let failures = Self.failures((try? JSONReader.read(json)) ?? .null).filter { failure in latestEnd.map { failure.end > $0 } ?? true }
        latestEnd = failures.last?.end ?? latestEnd
        return change.old == nil ? [] : failures
    }

    private func event(_ failure: Failure?, _ document: CompletedDocument) -> MeterEvent {
        MeterEvent(.powerFailure, time: document.time) {
            $0.member("startOfFailure", time: failure.map { $0.end - $0.duration })
            $0.member("endOfFailure", time: failure?.end)
            $0.member("duration", failure?.duration)
            $0.member("unit", failure.map { _ in "s" })
            $0.member("count", counters[0].value ?? counters[1].value)
        }
    }

    // MARK: - The log

    private struct Failure: Sendable {
        /// Seconds since 1970.
        let end: Int64
        /// Seconds.
        let duration: Int64
    }

    /// The failures of a log as the document has it, by their end.
    private static func failures(_ list: JSONTree) -> [Failure] {
        guard case .array(let entries)? = list["log"] else { return [] }
        let failures = entries.compactMap { entry -> Failure? in
            guard case .text(let text)? = entry["endOfFailure"], let end = UTCTime.secondsSince1970(text),
                case .number(let digits)? = entry["duration"], let duration = Int64(digits)
            else { return nil }
            return Failure(end: end, duration: duration)
        }
        return failures.sorted { $0.end < $1.end }
    }
}
