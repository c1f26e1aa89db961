/// A topic with `+` in the place of some levels: a filter of MQTT that stands for the topics of many meters.
package struct TopicPattern: Sendable, Equatable, CustomStringConvertible {
    package let description: String
    /// `nil`: any.
    private let levels: [String?]

    /// - Parameter text: a topic for a setting, with at least one level that is `+` alone; `nil` for any other text.
    package init?(_ text: String) {
        let levels = Self.levels(of: text).map { $0 == "+" ? nil : String($0) }
        guard levels.contains(nil), levels.allSatisfy({ $0?.contains("+") != true && $0?.contains("#") != true }) else { return nil }
        description = text
        self.levels = levels
    }

    /// How many levels are any.
    package var wildcards: Int { levels.count { $0 == nil } }

    /// What stands in a topic in the place of each `+`; `nil` for a topic that this does not stand for.
    package func matches(_ topic: String) -> [Substring]? {
        var matched: [Substring] = []
        let other = Self.levels(of: topic)
        guard other.count == levels.count else { return nil }
        for (level, text) in zip(levels, other) {
            if let level {
                guard text == level else { return nil }
            } else {
                matched.append(text)
            }
        }
        return matched
    }

    /// Whether a topic exists that both stand for.
    package func overlaps(_ other: TopicPattern) -> Bool {
        levels.count == other.levels.count && zip(levels, other.levels).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
    }

    /// Whether it stands for a topic that is this one, or begins with it as with a prefix.
    package func reaches(below prefix: String) -> Bool {
        let other = Self.levels(of: prefix)
        return other.count <= levels.count && zip(levels, other).allSatisfy { level, text in level.map { $0 == text } ?? true }
    }

    private static func levels(of topic: String) -> [Substring] {
        topic.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Substring.init)
    }
}
