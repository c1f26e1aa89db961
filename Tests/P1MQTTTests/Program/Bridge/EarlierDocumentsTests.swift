import Testing
@testable import P1MQTT
@testable import P1MQTTMeter

@Suite("Documents of an earlier run") struct EarlierDocumentsTests {
    private func topics(_ names: [String?]) -> [MeterTopics] {
        names.map { MeterTopics(bridgePrefix: "p1", meterName: $0) }
    }

    @Test("a few meters are asked for by name, many with one wildcard") func wanted() {
        #expect(EarlierDocuments(topics([nil, "roof"])).wanted == ["p1/json", "p1/roof/json"])
        #expect(EarlierDocuments(topics((0..<17).map { "m\($0)" })).wanted == ["p1/+/json"])
        #expect(EarlierDocuments(topics([nil] + (0..<17).map { "m\($0)" })).wanted == ["p1/json", "p1/+/json"])
        #expect(EarlierDocuments([]).wanted == [])
    }

    @Test("each document is handed out once; others, large ones and late ones are not kept") func offer() {
        let recall = EarlierDocuments(topics([nil, "roof"]))
        recall.offer([1], on: "p1/json")
        recall.offer([2], on: "p1/cellar/json")
        recall.offer([UInt8](repeating: 0, count: EarlierDocuments.maximumSize + 1), on: "p1/roof/json")
        #expect(!recall.isOver)
        recall.end()
        #expect(recall.isOver && recall.wanted.isEmpty)
        recall.offer([3], on: "p1/roof/json")
        #expect(recall.take("p1/json") == [1])
        #expect(recall.take("p1/json") == nil)
        #expect(recall.take("p1/roof/json") == nil && recall.take("p1/cellar/json") == nil)
    }
}
