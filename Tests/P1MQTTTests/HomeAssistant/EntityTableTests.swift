import Foundation
import P1Parser
import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant
@testable import P1MQTTMeter

@Suite("Entity table") struct EntityTableTests {
    private static let devices = [EntityTable.shared.meter] + EntityTable.shared.mbus

    @Test("every place of the document has an entity, or deliberately none", arguments: DocumentLayout.shared.places.map(\.path))
    func isComplete(path: String) throws {
        let slot = DocumentLayout.shared.slot(path)
        let entities = EntityTable.entities(of: DocumentLayout.shared.places[slot])
        #expect(
            entities.isEmpty == EntityTable.isWithoutEntity(path),
            "give \(EntityNames.pattern(of: path).pattern) a name in EntityNames, or list it in EntityTable.isWithoutEntity")
        let uses = Self.devices.reduce(0) { $0 + $1.items.filter { $0.slot == slot }.count }
        // Any of the M-Bus meters may be the one under gas or water.
        #expect(uses == (entities.isEmpty ? 0 : EntityTable.derivedOfMBus[path] == nil ? 1 : 4))
    }

    @Test("every name is used by some place")
    func namesAreUsed() {
        let used = Set(Self.devices.flatMap(\.entities).flatMap { $0 }.map { EntityNames.pattern(of: $0.topic).pattern })
        #expect(Set(EntityNames.byPattern.keys).subtracting(used).isEmpty)
    }

    @Test("every entity has all four languages, with the same part to fill in")
    func namesAreComplete() {
        for (pattern, text) in EntityNames.byPattern {
            let hasPart =
                pattern.hasSuffix("Ln") || pattern.hasSuffix("tariffn") || pattern.hasSuffix("quadrantn") || pattern.hasSuffix("/n")
            for language in Language.allCases {
                #expect(!text[language].isEmpty, "\(pattern) \(language)")
                #expect(text[language].contains("%") == hasPart, "\(pattern) \(language)")
            }
        }
    }

    @Test("no two entities of a device share a name, in any language and country", arguments: Language.allCases)
    func namesAreDistinct(language: Language) {
        for country in [Country.netherlands, .belgium, .elsewhere] {
            for device in Self.devices {
                // What stands in for a value that the meter does not send has its name; they are never there together.
                let entities = device.entities.flatMap { $0 }.filter { !Self.standIns.contains($0.topic) }
                let names = Dictionary(grouping: entities) { $0.name.text(language, country) }
                for (name, same) in names where same.count > 1 { Issue.record("\(name): \(same.map(\.topic))") }
            }
        }
    }

    @Test("no two entities of a device share a key, but for what is sent or derived")
    func keysAreDistinct() {
        for device in Self.devices {
            let keys = Dictionary(grouping: device.entities.flatMap { $0 }, by: \.key).filter { $0.value.count > 1 }
            #expect(
                Set(keys.keys) == (device.events.isEmpty ? ["flow"] : ["electricity_received_total", "electricity_delivered_total"]))
        }
    }

    @Test("only what most people want is there from the start")
    func enabled() {
        let keys = EntityTable.shared.meter.entities.flatMap { $0 }.filter { $0.enabled != .never }.map(\.key)
        #expect(
            Set(keys.filter { !$0.contains("_tariff") }) == [
                "electricity_received_total", "electricity_received_actual", "electricity_delivered_total",
                "electricity_delivered_actual", "electricity_numberOfLongPowerFailures",
                "electricity_demand_positiveActiveDemand_currentDemandPeriod", "electricity_demand_positiveActiveDemand_maximumDemand",
                "derived_received_actual", "derived_delivered_actual", "derived_netPower_total", "derived_netPower_L1",
                "derived_netPower_L2", "derived_netPower_L3", "derived_demand_forecast", "derived_demand_headroom",
                "derived_demand_average12", "electricity_demand_positiveActiveDemand_maximumDemand_timestamp",
            ])
        // Two directions of 16 tariffs, and which one is in force, as a number and in words.
        #expect(keys.filter { $0.contains("_tariff") }.count == 34)
        #expect(
            EntityTable.shared.mbus[2].entities.flatMap { $0 }.filter { $0.enabled != .never }.map(\.key)
                == ["reading", "flow", "supplyTemperature", "returnTemperature", "energy", "flow", "flow", "flow"])
    }

    private static let standIns: Set<String> = [
        "derived/received/total", "derived/delivered/total", "derived/received/actual", "derived/delivered/actual", "derived/gas/flow",
        "derived/water/flow", "derived/warmWater/flow",
    ]
}
