/// A page of the manual in the language of roff, with the macros of `man`.
struct ManualPage {
    private(set) var text: String

    /// - Parameters:
    ///   - section: 1 for a command, 5 for a file.
    ///   - purpose: what stands behind the name, without a capital and without a full stop.
    init(_ name: String, section: Int, purpose: String) {
        // Neither a date nor a version: the page changes only with what it says.
        text = """
            .\\" This file is generated: UPDATE_README=1 swift test --filter ManualTests
            .TH \(Self.escaped(name.uppercased())) \(section) "" "P1MQTT" "P1MQTT"
            .SH NAME
            \(Self.escaped(name)) \\- \(Self.escaped(purpose))

            """
    }

    mutating func section(_ title: String) { text += ".SH \(title.uppercased())\n" }

    mutating func subsection(_ title: String) { text += ".SS \(Self.escaped(title))\n" }

    /// One paragraph for each line.
    mutating func paragraphs(_ content: String) {
        for line in content.split(separator: "\n") { text += ".PP\n\(Self.marked(String(line)))\n" }
    }

    /// A term in bold, and what it means below it.
    mutating func item(_ term: String, _ meaning: [String]) {
        text += ".TP\n.B \(Self.escaped(term))\n" + meaning.map { Self.marked($0) + "\n" }.joined(separator: ".br\n")
    }

    /// As it is, line by line.
    mutating func example(_ content: String) {
        text += ".PP\n.nf\n\(Self.escaped(content))\n.fi\n"
    }

    /// What stands between grave accents is bold.
    static func marked(_ content: String) -> String {
        let parts = content.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { return escaped(content) }
        return parts.enumerated().map { $0.isMultiple(of: 2) ? escaped(String($1)) : "\\fB\(escaped(String($1)))\\fP" }.joined()
    }

    /// What roff would read as its own.
    static func escaped(_ content: String) -> String {
        content.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var text = line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" : ""
            for character in line {
                switch character {
                case "\\": text += "\\(rs"
                case "-": text += "\\-"
                case "'": text += "\\(aq"
                case "^": text += "\\(ha"
                case "~": text += "\\(ti"
                case "`": text += "\\(ga"
                default: text.append(character)
                }
            }
            return text
        }.joined(separator: "\n")
    }
}
