import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Entity names") struct EntityNamesTests {
    @Test(
        "say it in the words of the country",
        arguments: [
            (.en, .netherlands, "Grid import low tariff"), (.en, .belgium, "Grid import day tariff"),
            (.en, .elsewhere, "Grid import tariff 1"),
            (.nl, .netherlands, "Afname laagtarief"), (.nl, .belgium, "Afname dagtarief"), (.nl, .elsewhere, "Afname tarief 1"),
            (.fr, .netherlands, "Prélèvement tarif bas"), (.fr, .belgium, "Prélèvement tarif jour"),
            (.fr, .elsewhere, "Prélèvement tarif 1"), (.de, .netherlands, "Netzbezug Niedertarif"),
            (.de, .belgium, "Netzbezug Tagtarif"), (.de, .elsewhere, "Netzbezug Tarif 1"),
        ] as [(Language, Country, String)])
    func tariffs(language: Language, country: Country, expected: String) throws {
        #expect(try name("electricity/received/tariff1", language, country) == expected)
    }

    @Test("Flemish people feed in an injectie, Dutch people a teruglevering")
    func flemish() throws {
        #expect(try name("electricity/delivered/tariff2", .nl, .belgium) == "Injectie nachttarief")
        #expect(try name("electricity/delivered/tariff2", .nl, .netherlands) == "Teruglevering normaaltarief")
        #expect(try name("electricity/delivered/actual", .nl, .belgium) == "Vermogen injectie")
        #expect(try name("electricity/delivered/tariff2", .fr, .belgium) == "Injection tarif nuit")
        #expect(try name("electricity/delivered/tariff2", .de, .belgium) == "Einspeisung Nachttarif")
    }

    @Test(
        "carry phases and numbers",
        arguments: [
            ("electricity/instantaneous/voltage/L2", "Voltage L2"), ("electricity/received/tariff13", "Grid import tariff 13"),
            ("electricity/relay/4", "Relay 4"), ("electricity/reactive/quadrant3", "Reactive energy quadrant 3"),
            ("textMessage/extra/2", "Message 2"), ("mbus/3/reading", "Reading"), ("derived/netPower/L1", "Net power L1"),
        ])
    func parts(path: String, expected: String) throws {
        #expect(try name(path, .en, .elsewhere) == expected)
    }

    @Test("tell the countries apart by dialect", arguments: Dialect.allCases)
    func countries(dialect: Dialect) {
        let expected: Country =
            switch dialect {
            case .dsmr22, .dsmr4, .dsmr5: .netherlands
            case .emucs: .belgium
            default: .elsewhere
            }
        #expect(Country(dialect) == expected)
    }

    private func name(_ path: String, _ language: Language, _ country: Country) throws -> String {
        try #require(EntityNames.name(ofPath: path)).text(language, country)
    }
}
