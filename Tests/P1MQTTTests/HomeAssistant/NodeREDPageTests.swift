import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

/// The flow on docs/node-red.md fits what the program publishes.
@Suite("The flow for Node-RED") struct NodeREDPageTests {
    @Test("the flow can be imported: each node has its tab, its broker and its successors") func flow() throws {
        let nodes = try nodes()
        let ids = try nodes.map { try #require($0["id"]?.text) }
        #expect(Set(ids).count == ids.count)
        let types = Dictionary(uniqueKeysWithValues: zip(ids, nodes.map { $0["type"]?.text }))
        for node in nodes {
            let id = try #require(node["id"]?.text)
            guard let type = node["type"]?.text, !["tab", "mqtt-broker"].contains(type) else { continue }
            #expect(["mqtt in", "switch", "function", "status", "debug"].contains(type), "\(id): not of the core")
            #expect(types[node["z"]?.text ?? ""] == "tab", "\(id)")
            if type == "mqtt in" { #expect(types[node["broker"]?.text ?? ""] == "mqtt-broker", "\(id)") }
            let wires = try outputs(node).flatMap { $0 }
            #expect(wires.isEmpty == (type == "debug"), "\(id)")
            for wire in wires { #expect(ids.contains(wire), "\(id) leads to \(wire)") }
            if type == "status", case .array(let scope)? = node["scope"] {
                for source in scope { #expect(types[source.text ?? ""] == "mqtt in", "\(id) watches \(source)") }
            }
        }
    }

    @Test("rows of the flow are 60 px apart, and no two nodes lie on one another") func layout() throws {
        let places = try nodes().compactMap { node in node["x"].flatMap { x in node["y"].map { (x.json, $0.json) } } }
        #expect(places.count == 15)
        #expect(places.allSatisfy { Int($0.1).map { $0 > 0 && $0 % 60 == 0 } ?? false })
        #expect(Set(places.map { "\($0) \($1)" }).count == places.count)
    }

    @Test("telegrams that were retained are dropped, and ids are read as text") func reading() throws {
        for node in try nodes() where node["type"] == .text("mqtt in") {
            let topic = node["topic"]?.text ?? ""
            // Else each live message would count as retained with MQTT 5.
            #expect(node["rap"] == .bool(false), "\(topic)")
            #expect(node["datatype"] == .text(topic == "p1/json" || topic == "p1/event/+" ? "auto-detect" : "utf8"), "\(topic)")
            #expect(node["qos"] == .text(["p1/json", "p1/equipmentId"].contains(topic) ? "0" : "1"), "\(topic)")
        }
        let telegrams = try #require(try nodes().first { $0["topic"] == .text("p1/json") })
        let next = try outputs(telegrams).flatMap { $0 }
        let gates = try nodes().filter { next.contains($0["id"]?.text ?? "") }
        #expect(gates.map { $0["property"] } == [.text("retain")])
        #expect(gates.first?["rules"] == .array([.object([JSONMember(name: "t", value: .text("false"))])]))
    }

    @Test("the flow hears topics that there are, and reads a value that there is") func topicsAndPaths() throws {
        let topics = MeterTopics(bridgePrefix: "p1", meterName: nil)
        let heard = try nodes().compactMap { $0["topic"]?.text }
        #expect(Set(heard) == [topics.document, topics.availability, "p1/event/+", "p1/bridge/state", "p1/equipmentId"])

        let document = try TelegramText.dutch.telegram().document(arrival: 0).tree()
        guard case .number? = document.at("derived/netPower/total/reading") else {
            Issue.record("the net power is no number of the document")
            return
        }
        let power = try #require(try code(of: "p1mqtt-power"))
        #expect(power.contains("msg.payload.derived?.netPower?.total") && power.contains("net.reading"))
    }

    @Test("its functions: power, surplus and whether values are current", .enabled(if: NodeJS.isThere, "node is not there: skipped"))
    func functions() throws {
        let telegram = try TelegramText.dutch.telegram().document(arrival: 0).tree().json
        let heat = try TelegramText.heat.telegram().document(arrival: 0).tree().json
        #expect(
            try run("p1mqtt-power", [#"{"payload": \#(telegram)}"#, #"{"payload": \#(heat)}"#, #"{"payload": ""}"#]) == [
                "0.895", "null", "null",
            ])

        let powers = [-0.8, -1.2, -0.9, -0.6, -0.4, -0.9, -1.1]
        let surplus = powers.map { #"{"payload": \#($0)}"# } + [#"{"payload": true}"#, #"{"payload": false}"#, #"{"payload": -0.9}"#]
        #expect(
            try run("p1mqtt-surplus", surplus) == ["false", "true", "null", "null", "false", "null", "true", "null", "false", "null"])

        let online = ["p1/bridge/state", "p1/availability"].map { #"{"topic": "\#($0)", "payload": "online"}"# }
        let away = #"{"topic": "p1/availability", "payload": "offline"}"#
        let (green, red) = (#"{"status": {"fill": "green"}}"#, #"{"status": {"fill": "red"}}"#)
        #expect(
            try run("p1mqtt-current", [red, green] + online + [away, online[1], red, green] + online)
                == ["false", "null", "null", "true", "false", "true", "false", "null", "null", "true"])
    }

    /// What a function of the flow sends on for each message, as JSON; `null` for nothing.
    private func run(_ id: String, _ messages: [String]) throws -> [String] {
        try NodeJS.run(function: try #require(try code(of: id)), messages: messages)
    }

    private func code(of id: String) throws -> String? {
        try nodes().first { $0["id"] == .text(id) }?["func"]?.text
    }

    private func nodes() throws -> [JSONTree] {
        let flows = try DocumentedPage("docs/node-red.md").blocks("json").compactMap { block -> [JSONTree]? in
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
