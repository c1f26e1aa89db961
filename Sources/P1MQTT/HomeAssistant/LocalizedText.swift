import P1Parser

/// A text in each language that `homeAssistant.language` can be.
package struct LocalizedText: Sendable, Equatable {
    let en, nl, fr, de: String

    init(_ en: String, _ nl: String, _ fr: String, _ de: String) {
        self.en = en
        self.nl = nl
        self.fr = fr
        self.de = de
    }

    subscript(language: Language) -> String {
        switch language {
        case .en: en
        case .nl: nl
        case .fr: fr
        case .de: de
        }
    }
}

/// Where a meter stands, as far as the words of its people depend on it.
enum Country: Sendable, Equatable {
    case netherlands
    case belgium
    case elsewhere

    init(_ dialect: Dialect) {
        switch dialect {
        case .dsmr22, .dsmr4, .dsmr5: self = .netherlands
        case .emucs: self = .belgium
        default: self = .elsewhere
        }
    }

    /// What a tariff is called. The numbers mean the opposite in the Netherlands and in Belgium (1 is low here, day there).
    func tariff(_ number: String) -> LocalizedText {
        switch (self, number) {
        case (.netherlands, "1"): LocalizedText("low tariff", "laagtarief", "tarif bas", "Niedertarif")
        case (.netherlands, "2"): LocalizedText("normal tariff", "normaaltarief", "tarif normal", "Normaltarif")
        case (.belgium, "1"): LocalizedText("day tariff", "dagtarief", "tarif jour", "Tagtarif")
        case (.belgium, "2"): LocalizedText("night tariff", "nachttarief", "tarif nuit", "Nachttarif")
        default: LocalizedText("tariff \(number)", "tarief \(number)", "tarif \(number)", "Tarif \(number)")
        }
    }

    /// The tariffs that have a name of their own, in one word.
    var tariffWords: [(number: String, word: LocalizedText)] {
        switch self {
        case .netherlands:
            [("1", LocalizedText("low", "laag", "bas", "niedrig")), ("2", LocalizedText("normal", "normaal", "normal", "normal"))]
        case .belgium: [("1", LocalizedText("day", "dag", "jour", "Tag")), ("2", LocalizedText("night", "nacht", "nuit", "Nacht"))]
        case .elsewhere: []
        }
    }

    /// The tariff numbers that a meter can show as the one in force.
    var tariffs: ClosedRange<Int64> {
        self == .elsewhere ? 1...4 : 1...2
    }

    /// The word of this country: in Belgium it is not "teruglevering".
    func localized(_ text: String, _ language: Language) -> String {
        guard self == .belgium, language == .nl else { return text }
        return text.replacing("Teruglevering", with: "Injectie").replacing("teruglevering", with: "injectie")
    }
}
