import Foundation
import Testing

/// README.md, CHANGELOG.md or a page in `docs`, as it is.
struct DocumentedPage {
    /// From the top of the project, such as "docs/topics.md".
    let name: String
    let text: String

    static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../..").standardized

    /// Whether there is a folder of pictures.
    static let hasPictures = FileManager.default.fileExists(atPath: top.appendingPathComponent("docs/images").path)

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: Self.top.appendingPathComponent(name), encoding: .utf8)
    }

    /// All of them, README.md first.
    static func all() throws -> [DocumentedPage] {
        let names = try FileManager.default.contentsOfDirectory(atPath: top.appendingPathComponent("docs").path)
        return try (["README.md", "CHANGELOG.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }).map(Self.init)
    }

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: Self.top.appendingPathComponent(name))
    }
}

// MARK: - Its parts

extension DocumentedPage {
    /// The contents of the blocks that are fenced as this language.
    func blocks(_ language: String) -> [String] { fencedBlocks(language, in: text) }

    /// Its lines outside of fenced blocks.
    private var prose: [Substring] {
        var isFenced = false
        return text.split(separator: "\n").filter { line in
            if line.hasPrefix("```") { isFenced.toggle() }
            return !isFenced
        }
    }

    /// A link that leads into the project: to a file, a heading, or both.
    struct Link {
        /// What is shown; of a picture the text that stands for it.
        var text: String
        /// From the top of the project.
        var file: String
        var anchor: String?
        var isPicture: Bool
    }

    /// Those that do not lead away.
    var links: [Link] {
        prose.flatMap { $0.replacing(/`[^`]*`/, with: "code").matches(of: /(!?)\[([^\]]*)\]\(([^)\s]+)\)/) }.compactMap { match in
            let target = match.output.3.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            guard let path = target.first, !path.contains("://") else { return nil }
            let folder = URL(fileURLWithPath: "/" + name).deletingLastPathComponent()
            let file = path.isEmpty ? "/" + name : folder.appendingPathComponent(String(path)).standardized.path
            return Link(
                text: String(match.output.2), file: String(file.dropFirst()), anchor: target.count > 1 ? String(target[1]) : nil,
                isPicture: !match.output.1.isEmpty)
        }
    }

    /// What a link may have behind its `#`, as GitHub makes it of headings.
    var anchors: Set<String> {
        var anchors: Set<String> = []
        for line in prose where line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased().replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.output.1 }
            let kept = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            let anchor = kept.replacing(" ", with: "-")
            let other = (1...).lazy.map { "\(anchor)-\($0)" }.first { !anchors.contains($0) }
            anchors.insert(anchors.contains(anchor) ? other ?? anchor : anchor)
        }
        return anchors
    }
}

/// The contents of the blocks that are fenced as this language.
func fencedBlocks(_ language: String, in text: String) -> [String] {
    var blocks: [String] = []
    var open: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if let content = open {
            if line.hasPrefix("```") {
                blocks.append(content)
                open = nil
            } else {
                open = content + line + "\n"
            }
        } else if line == "```\(language)" {
            open = ""
        }
    }
    return blocks
}
