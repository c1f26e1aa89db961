import Foundation

/// What was done, and what was found. Anything found makes the soak fail.
struct SoakReport {
    /// Something that must never happen.
    enum Finding: String, CaseIterable {
        case wrong = "values wrong"
        case backwards = "values that went back to an older telegram"
        case lostTelegram = "telegrams lost"
        case lostValue = "values lost"
        case lostHistory = "minutes missing in the history"
        case repeatedHistory = "minutes twice or out of order in the history"
        case state = "availability, information or discovery not as it has to be"
        case source = "sources that the program gave up"
        case process = "the process not as it has to be"
    }

    private(set) var findings: [Finding: Int] = [:]
    /// Faults by their kind.
    private(set) var faults: [String: Int] = [:]
    var telegrams = 0
    var values = 0
    var documents = 0
    var minutes = 0
    var heldRegisters = 0
    /// Topics of meters that the model knows nothing of.
    var unknownTopics: Set<String> = []

    var isGood: Bool { findings.isEmpty }
    var faultCount: Int { faults.values.reduce(0, +) }

    mutating func note(_ finding: Finding, _ what: String) {
        findings[finding, default: 0] += 1
        guard findings[finding, default: 0] <= 10 else { return }
        FileHandle.standardError.write(Data("\(finding.rawValue): \(what)\n".utf8))
    }

    mutating func inject(_ fault: String) { faults[fault, default: 0] += 1 }

    func text(_ figures: [ProcessFigures.Sample]) -> String {
        var lines = [
            "telegrams sent      \(telegrams)", "values published    \(values)", "documents           \(documents)",
            "history minutes     \(minutes)", "registers held      \(heldRegisters)", "faults injected     \(faultCount)",
        ]
        lines += faults.sorted { $0.key < $1.key }.map { "  \($0.key)  \($0.value)" }
        if let first = figures.first, let last = figures.last {
            let most = figures.map(\.memory).max() ?? 0
            lines.append("memory (RssAnon)    \(first.memory) kB at the start, \(last.memory) kB at the end, \(most) kB at most")
            lines.append("descriptors         \(first.descriptors) at the start, \(last.descriptors) at the end")
        }
        if !unknownTopics.isEmpty { lines.append("not in the model    \(unknownTopics.sorted().joined(separator: ", "))") }
        lines += Finding.allCases.map { "\($0.rawValue)  \(findings[$0] ?? 0)" }
        return (lines + [isGood ? "GOOD" : "BAD"]).joined(separator: "\n")
    }
}
