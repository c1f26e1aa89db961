import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter

@Suite("Events of the bridge") struct BridgeEventTests {
    private func event(_ kind: SourceReport.Kind) -> BridgeEvent {
        BridgeEvent(SourceReport(kind: kind, source: "tcp a:1", reason: "why", remedy: "Do it.", retry: 3), meter: "roof")
    }

    @Test("have the names of node-p1-reader") func names() {
        #expect(
            [SourceReport.Kind.connected, .recovered, .failed, .unreadable, .silent, .ended].map { event($0).kind.rawValue }
                == ["connected", "connected", "error", "error", "error", "close"])
    }

    @Test("say which meter, when and why, and are not retained") func message() {
        let message = event(.failed).message(BridgeTopics(prefix: "p1"), seq: 8, at: Moment(monotonic: 0, utc: 1_783_095_302_999))
        #expect(message.topic == "p1/bridge/event")
        #expect(!message.retain && message.qos == 1 && message.kind == .bridgeEvent)
        #expect(
            message.text
                == #"{"event":"error","meter":"roof","time":"2026-07-03T16:15:02.000Z","seq":8,"source":"tcp a:1","reason":"why","remedy":"Do it."}"#
        )
    }

    @Test("null stands for what is not there; control characters from a wire do not pass") func sanitised() {
        let event = BridgeEvent(kind: .close, meter: nil, reason: "a\u{1B}[2Jb")
        let message = event.message(BridgeTopics(prefix: "x"), seq: 9, at: Moment(monotonic: 0, utc: 0))
        #expect(
            message.text
                == #"{"event":"close","meter":null,"time":"1970-01-01T00:00:00.000Z","seq":9,"source":null,"reason":"a?[2Jb","remedy":null}"#
        )
    }

    @Test("text from a wire is cut at 200 characters") func long() {
        #expect(String(repeating: "x", count: 500).sanitised.count == 200)
    }
}
