import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter

@Suite("Outbox queue") struct OutboxQueueTests {
    private func message(_ topic: String, _ text: String = "1", _ kind: Message.Kind = .value) -> Message {
        Message(topic: topic, text: text, qos: 0, retain: true, kind: kind)
    }

    private func taken(_ queue: inout OutboxQueue, limit: Int = 1000) -> [String] {
        queue.take(limit: limit).map { "\($0.topic)=\(String(decoding: $0.payload, as: UTF8.self))" }
    }

    @Test("keeps the order of a batch, and moves what is superseded to the end")
    func order() {
        var queue = OutboxQueue()
        queue.post([message("a"), message("b"), message("json", "1", .document)])
        queue.post([message("a", "2"), message("json", "2", .document)])
        #expect(taken(&queue) == ["b=1", "a=2", "json=2"])
        #expect(queue.counters.superseded == 2)
        #expect(queue.isEmpty)
        #expect(queue.counters.published == 3)
    }

    @Test("hands out at most as many as asked for and goes on where it stopped")
    func limit() {
        var queue = OutboxQueue()
        queue.post((0..<5).map { message("t\($0)") })
        #expect(taken(&queue, limit: 2) == ["t0=1", "t1=1"])
        #expect(queue.counters.pending == 3)
        #expect(taken(&queue, limit: 2) == ["t2=1", "t3=1"])
        #expect(taken(&queue) == ["t4=1"])
        #expect(taken(&queue).isEmpty)
    }

    @Test("a batch ends with the message that fills its bytes, of topics and payloads")
    func bytes() {
        var queue = OutboxQueue()
        queue.post((0..<5).map { message("t\($0)", "12345678") })
        #expect(queue.take(limit: 10, bytes: 20).count == 2)
        #expect(queue.take(limit: 10, bytes: 21).count == 3)
        queue.post([message("t", String(repeating: "x", count: 1000)), message("u")])
        #expect(queue.take(limit: 10, bytes: 1).map(\.topic) == ["t"], "one that is larger leaves alone")
        #expect(queue.counters.pending == 1)
    }

    @Test("sends all state again after a connect, by kind and then by first appearance")
    func connected() {
        var queue = OutboxQueue()
        queue.post([
            message("json", "1", .document), message("v2"), message("v1"), message("avail", "on", .availability),
            message("disc", "{}", .discovery), message("info", "{}", .info), message("state", "on", .bridge),
        ])
        _ = queue.take(limit: 100)
        queue.post([message("v1", "2"), message("event", "e", .event), message("raw", "r", .passing)])
        queue.sendAgain()
        #expect(queue.counters.pending == 9)
        #expect(
            taken(&queue) == [
                "state=on", "info={}", "disc={}", "avail=on", "v2=1", "v1=2", "json=1", "raw=r", "event=e",
            ])
        queue.sendAgain()
        #expect(queue.counters.pending == 7, "what passes and events are sent once")
    }

    @Test("state that is not retained is sent again too")
    func notRetained() {
        var queue = OutboxQueue()
        queue.post([Message(topic: "a", text: "1", qos: 0, retain: false, kind: .value)])
        _ = queue.take(limit: 1)
        queue.sendAgain()
        #expect(taken(&queue) == ["a=1"])
    }

    @Test("keeps only the newest of what passes, and nothing of it once sent (dsmr-reader 1774, 1999, 2030)")
    func passing() {
        var queue = OutboxQueue()
        queue.post([message("raw", "1", .passing), message("raw", "2", .passing)])
        #expect(taken(&queue) == ["raw=2"])
        #expect(queue.counters.topics == 0)
        queue.sendAgain()
        #expect(queue.isEmpty)
    }

    @Test("events stay in order among the state, and the oldest go when there are too many")
    func events() {
        var queue = OutboxQueue(maximumEvents: 3)
        queue.post([message("e", "0", .event), message("a"), message("e", "1", .event)])
        #expect(taken(&queue) == ["e=0", "a=1", "e=1"])
        for number in 0..<1000 { queue.post([message("e", "\(number)", .event)]) }
        #expect(queue.counters.eventsDropped == 997)
        #expect(queue.counters.pending == 3)
        #expect(taken(&queue) == ["e=997", "e=998", "e=999"])
    }

    @Test("forgets with one empty retained payload, also a topic that it never had")
    func forget() {
        var queue = OutboxQueue()
        queue.post([message("a"), message("b")])
        _ = queue.take(limit: 10)
        queue.forget(["a", "stranger"])
        let batch = queue.take(limit: 10)
        #expect(batch.map(\.topic) == ["a", "stranger"])
        #expect(batch.allSatisfy { $0.payload.isEmpty && $0.retain && $0.qos == 1 } as Bool)
        queue.sendAgain()
        #expect(taken(&queue) == ["b=1"])
        #expect(queue.counters.topics == 1)
    }

    @Test("a topic that comes back after it was forgotten is kept again")
    func forgottenAndBack() {
        var queue = OutboxQueue()
        queue.post([message("a")])
        queue.forget(["a"])
        queue.post([message("a", "2")])
        #expect(taken(&queue) == ["a=2"])
        queue.sendAgain()
        #expect(taken(&queue) == ["a=2"])
    }

    @Test("takes back events, in order and at the head, and deletions, but no state")
    func takeBack() {
        var queue = OutboxQueue(maximumEvents: 3)
        queue.post([message("e", "1", .event), message("e", "2", .event), message("a"), message("b")])
        queue.forget(["b"])
        let lost = queue.take(limit: 10)
        queue.post([message("e", "3", .event), message("e", "4", .event)])
        queue.takeBack(lost)
        queue.sendAgain()
        #expect(queue.counters.eventsDropped == 1)
        #expect(taken(&queue) == ["a=1", "b=", "e=2", "e=3", "e=4"].sortedByKind)
    }

    @Test("history is in line with the events, but none of it is dropped: neither for room nor when a connection is lost")
    func history() {
        var queue = OutboxQueue(maximumEvents: 3)
        queue.post((0..<5).map { message("h", "\($0)", .history) })
        queue.post((0..<4).map { message("e", "\($0)", .event) })
        #expect(queue.counters.eventsDropped == 1)
        #expect(queue.counters.pending == 8)
        let lost = queue.take(limit: 3)
        queue.post([message("e", "4", .event), message("e", "5", .event)])
        #expect(queue.counters.eventsDropped == 3)
        queue.takeBack(lost)
        queue.sendAgain()
        #expect(taken(&queue) == ["h=0", "h=1", "h=2", "h=3", "h=4", "e=3", "e=4", "e=5"])
        #expect(queue.isEmpty)
    }

    @Test("events of sources that come and go push none of a meter out, nor the other way round, and all stay in order")
    func flapping() {
        var queue = OutboxQueue(maximumEvents: 3)
        queue.post([message("sag", "1", .event)])
        for number in 0..<1000 { queue.post([message("b", "\(number)", .bridgeEvent)]) }
        queue.post([message("sag", "2", .event)])
        let lost = queue.take(limit: 10)
        #expect(lost.map(\.text) == ["1", "997", "998", "999", "2"])
        #expect(queue.counters.eventsDropped == 997)
        queue.post((3..<6).map { message("sag", "\($0)", .event) })
        queue.takeBack(lost)
        #expect(taken(&queue) == ["b=997", "b=998", "b=999", "sag=3", "sag=4", "sag=5"])
        #expect(queue.counters.eventsDropped == 999)
    }

    @Test("no more that is to be confirmed is handed out than the window has room for, and nothing overtakes")
    func window() {
        var queue = OutboxQueue()
        func confirmed(_ topic: String) -> Message { Message(topic: topic, text: "1", qos: 1, retain: true, kind: .value) }
        queue.post([message("a"), confirmed("b"), message("c"), confirmed("d"), message("e"), message("v", "1", .event)])
        queue.post([Message(topic: "w", text: "1", qos: 2, retain: false, kind: .event)])
        #expect(queue.take(limit: 10, window: 1).map(\.topic) == ["a", "b", "c"])
        #expect(queue.take(limit: 10, window: 0).isEmpty)
        #expect(queue.counters.pending == 4)
        queue.post([confirmed("d")])
        #expect(queue.take(limit: 10, window: 0).map(\.topic) == ["e", "v"], "what is newer waits behind the rest")
        #expect(queue.take(limit: 10, window: 2).map(\.topic) == ["w", "d"])
        #expect(queue.isEmpty && queue.places == 0)
    }

    @Test("a deletion that was lost does not undo a newer value")
    func takeBackAfterNewValue() {
        var queue = OutboxQueue()
        queue.forget(["a"])
        let lost = queue.take(limit: 10)
        queue.post([message("a", "new")])
        queue.takeBack(lost)
        #expect(taken(&queue) == ["a=new"])
    }

    @Test("refuses topics beyond the bound and counts them, but not known ones")
    func bound() {
        var queue = OutboxQueue(maximumTopics: 2)
        queue.post([message("a"), message("b"), message("c"), message("a", "2")])
        #expect(queue.counters.refused == 1)
        #expect(taken(&queue) == ["b=1", "a=2"])
    }

    @Test("stays small and exact while nobody takes")
    func longOutage() {
        var queue = OutboxQueue()
        for round in 0..<20_000 {
            queue.post((0..<4).map { message("t\($0)", "\(round)") } + [message("json", "\(round)", .document)])
        }
        #expect(queue.places < 1200)
        #expect(queue.counters.pending == 5)
        #expect(queue.counters.superseded == 5 * 19_999)
        #expect(taken(&queue) == (0..<4).map { "t\($0)=19999" } + ["json=19999"])
    }

    @Test("the farewell takes the place of all that waits: each availability is offline, by topic, and the will comes last")
    func farewell() {
        var queue = OutboxQueue()
        let will = Message.availability("p1/bridge/state", isOnline: false, kind: .bridge)
        queue.post([.availability("b", isOnline: true), .availability("c", isOnline: false)])
        _ = queue.take(limit: 10)
        queue.post([.availability("a", isOnline: true), message("v"), message("e", "1", .event), message("raw", "r", .passing)])
        queue.sayFarewell(will)
        #expect(queue.counters.pending == 4)
        #expect(queue.take(limit: 10) == ["a", "b", "c"].map { .availability($0, isOnline: false) } + [will])
        #expect(queue.isEmpty)
    }

    @Test("agrees with a simple model on any sequence of steps", arguments: 0..<20 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = OutboxQueue(maximumEvents: 4)
        var state: [(topic: String, text: String)] = []
        var waiting: [(topic: String, text: String)] = []
        for step in 0..<3000 {
            switch random.next() % 8 {
            case 0..<5:
                let entry = (topic: "t\(random.next() % 6)", text: "\(step)")
                queue.post([message(entry.topic, entry.text)])
                waiting.removeAll { $0.topic == entry.topic }
                waiting.append(entry)
                if let index = state.firstIndex(where: { $0.topic == entry.topic }) {
                    state[index] = entry
                } else {
                    state.append(entry)
                }
            case 5, 6:
                let count = Int(random.next() % 4)
                let expected = waiting.prefix(count).map { "\($0.topic)=\($0.text)" }
                #expect(taken(&queue, limit: count) == expected)
                waiting.removeFirst(expected.count)
            default:
                queue.sendAgain()
                waiting = state
            }
            #expect(queue.counters.pending == waiting.count)
        }
    }
}

extension [String] {
    /// Deletions of unknown kind count as discovery, which comes before values.
    fileprivate var sortedByKind: [String] { filter { $0 == "b=" } + filter { $0 != "b=" } }
}

/// A small reproducible source of numbers.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
