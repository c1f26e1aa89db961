import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("What the input thread knows of the broker") struct BrokerMemoryTests {
    private func meters(_ names: [String?]) -> [MeterTopics] {
        names.map { MeterTopics(bridgePrefix: "p1", meterName: $0) }
    }

    private func message(_ topic: String, _ payload: [UInt8], isRetained: Bool = true) -> BrokerEvent {
        .message(BrokerMessage(topic: topic, payload: payload, isRetained: isRetained))
    }

    @Test("a few meters are asked for by name, many with one wildcard") func filters() {
        #expect(BrokerMemory.filters(meters([nil, "roof"])) == ["p1/json", "p1/roof/json"])
        #expect(BrokerMemory.filters(meters((0..<17).map { "m\($0)" })) == ["p1/+/json"])
        #expect(BrokerMemory.filters(meters([nil] + (0..<17).map { "m\($0)" })) == ["p1/json", "p1/+/json"])
        #expect(BrokerMemory.filters([]) == [])
    }

    @Test("a document of a meter that has not appeared yet may come again, and takes no second place") func again() {
        let memory = BrokerMemory()
        let fleet = FleetNames(prefix: "p1", maximum: 1)
        for payload: UInt8 in 1...2 {
            memory.recall([], fleet: fleet, at: PipelineFixture.start)
            memory.note(message("p1/roof/json", [payload]))
            #expect(memory.ignored == 0)
            memory.note(message("p1/barn/json", [payload]))
            #expect(memory.ignored == 1)
            memory.note(.recalled)
        }
        #expect(memory.unheard == ["roof"] && memory.takeDocument("p1/roof/json") == [2])
    }

    @Test("each earlier document is handed out once; others, live ones, large ones and late ones are not kept") func documents() {
        let memory = BrokerMemory(recalling: meters([nil, "roof", "barn"]))
        memory.note(message("p1/json", [1]))
        memory.note(message("p1/cellar/json", [2]))
        memory.note(message("p1/roof/json", [UInt8](repeating: 0, count: BrokerMemory.maximumSize + 1)))
        memory.note(message("p1/barn/json", [3], isRetained: false))
        #expect(!memory.isRecallOver)
        memory.note(.recalled)
        #expect(memory.isRecallOver)
        memory.note(message("p1/roof/json", [4]))
        #expect(memory.takeDocument("p1/json") == [1])
        for topic in ["p1/json", "p1/roof/json", "p1/barn/json", "p1/cellar/json"] { #expect(memory.takeDocument(topic) == nil) }
    }

    @Test("nothing is waited for where nothing was asked for") func nothing() {
        #expect(BrokerMemory().isRecallOver)
    }

    @Test("the broker is away until a connection is ready, and from its end on") func away() {
        let memory = BrokerMemory()
        #expect(memory.isAway)
        memory.note(.connected(to: .any))
        memory.note(.recalled)
        #expect(!memory.isAway)
        memory.note(.disconnected(reason: "test"))
        #expect(memory.isAway)
    }
}
