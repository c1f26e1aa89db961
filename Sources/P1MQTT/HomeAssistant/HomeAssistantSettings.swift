/// Whether and how the meters are announced.
package struct HomeAssistantSettings: Sendable, Equatable {
    package var enabled = true
    package var prefix = "homeassistant"
    package var language = Language.en

    package init(enabled: Bool = true, prefix: String = "homeassistant", language: Language = Language.en) {
        self.enabled = enabled
        self.prefix = prefix
        self.language = language
    }
}

package enum Language: String, Sendable, CaseIterable {
    case en, nl, fr, de
}
