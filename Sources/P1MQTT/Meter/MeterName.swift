/// What a meter may be called: its name is a level of its topics.
package enum MeterName {
    package static let maximumLength = 64
    /// First levels of topics, which no meter may have as its name.
    package static let reserved = DocumentLayout.reservedNames

    /// Whether a text has the form of a name.
    package static func isWellFormed(_ text: some StringProtocol) -> Bool {
        1...maximumLength ~= text.utf8.count && text.utf8.allSatisfy(isAllowed)
    }

    /// Whether a meter may be called so.
    package static func isAllowed(_ text: String) -> Bool { isWellFormed(text) && !reserved.contains(text) }

    /// A text with `_` in the place of each character that no name may have, and no longer than a name.
    package static func cleaned(_ text: String) -> String {
        let name = text.unicodeScalars.map { scalar in
            UInt8(exactly: scalar.value).map(isAllowed) ?? false ? Character(scalar) : "_"
        }
        return String(name.prefix(maximumLength))
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Names of many meters, made of what the `+` of their topics stand for: `{1}`, `house_{1}_{2}`.
package struct MeterNameTemplate: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case text(String)
        /// The number of a `+`, from 1 on.
        case level(Int)
    }

    private let parts: [Part]

    /// `nil` for a text that is none: other characters than those of names, or braces without a digit from 1 to 9.
    package init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let place = rest[open...].prefix(3)
            guard place.utf8.count == 3, place.last == "}", let number = place.dropFirst().dropLast().first?.wholeNumberValue, number > 0
            else { return nil }
            parts.append(.level(number))
            rest = rest[place.endIndex...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard parts.allSatisfy({ if case .text(let text) = $0 { MeterName.isWellFormed(text) } else { true } }) else { return nil }
        self.parts = parts
    }

    /// The numbers of the `+` that it names.
    package var levels: [Int] { parts.compactMap { if case .level(let number) = $0 { number } else { nil } } }

    /// The name of the meter whose topic has these levels in the place of the `+`.
    package func name(_ matched: [Substring]) -> String {
        MeterName.cleaned(
            parts.map { part in
                switch part {
                case .text(let text): text
                case .level(let number): number <= matched.count ? String(matched[number - 1]) : ""
                }
            }.joined())
    }
}
