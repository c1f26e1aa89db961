import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// What README.md shows of Home Assistant and Node-RED fits what the program announces and publishes.
@Suite("README.md: the examples for Home Assistant and Node-RED") struct ReadmeExamplesTests {
    @Test("every entity of the examples exists, under the id that it has by default") func entityIds() throws {
        let announced = try DiscoveryFixture.announced(.dutch).flatMap { payload in
            payload.components.values.compactMap { $0["default_entity_id"] as? String }
        }
        let cards = fencedBlocks("yaml", in: try readmeText()).joined().split { $0 == " " || $0 == "\n" }.filter { $0.hasPrefix("sensor.") }
        let new = try readmeText().split(separator: "\n").filter { $0.hasPrefix("| `sensor.") }.map { $0.split(separator: "`")[1] }
        #expect(cards.count > 5 && new.count == 5)
        for id in cards + new { #expect(announced.contains(String(id)), "\(id)") }
    }

    @Test("the flow can be imported: each node has its tab, its broker and its successors") func flow() throws {
        let nodes = try nodes()
        let ids = try nodes.map { try #require($0["id"]?.text) }
        #expect(Set(ids).count == ids.count)
        let types = Dictionary(uniqueKeysWithValues: zip(ids, nodes.map { $0["type"]?.text }))
        for node in nodes {
            let id = try #require(node["id"]?.text)
            guard let type = node["type"]?.text, !["tab", "mqtt-broker"].contains(type) else { continue }
            #expect(["mqtt in", "change", "switch", "function", "debug"].contains(type), "\(id): not of the core")
            #expect(types[node["z"]?.text ?? ""] == "tab", "\(id)")
            if type == "mqtt in" { #expect(types[node["broker"]?.text ?? ""] == "mqtt-broker", "\(id)") }
            let wires = try outputs(node).flatMap { $0 }
            #expect(wires.isEmpty == (type == "debug"), "\(id)")
            for wire in wires { #expect(ids.contains(wire), "\(id) leads to \(wire)") }
        }
    }

    @Test("the flow hears topics that there are, and reads a value that there is") func topicsAndPaths() throws {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let heard = try nodes().compactMap { $0["topic"]?.text }
        #expect(Set(heard) == [topics.document, topics.availability, "p1/event/+", "p1/bridge/state"])

        let document = try TelegramText.dutch.telegram().document(arrival: 0).tree()
        let paths = try nodes().flatMap { node -> [String] in
            guard node["type"] == .text("change"), case .array(let rules)? = node["rules"] else { return [] }
            return rules.compactMap { $0["to"]?.text }
        }
        #expect(!paths.isEmpty)
        for path in paths {
            #expect(path.hasPrefix("payload."))
            guard case .number? = document.at(path.replacing("payload.", with: "").replacing(".", with: "/")) else {
                Issue.record("\(path) is no number of the document")
                continue
            }
        }
    }

    private func nodes() throws -> [JSONTree] {
        let flows = try fencedBlocks("json", in: try readmeText()).compactMap { block -> [JSONTree]? in
            if case .array(let nodes) = try JSONReader.read(Array(block.utf8)) { nodes } else { nil }
        }
        return try #require(flows.first)
    }

    private func outputs(_ node: JSONTree) throws -> [[String]] {
        guard case .array(let outputs)? = node["wires"] else { return [] }
        return outputs.map { output in
            if case .array(let wires) = output { wires.compactMap(\.text) } else { [] }
        }
    }
}
