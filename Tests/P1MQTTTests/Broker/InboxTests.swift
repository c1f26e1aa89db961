import Glibc
import Testing
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Inbox") struct InboxTests {
    private let wake = WakeDescriptor()
    private let inbox: Inbox

    init() { inbox = Inbox(wake: wake, maximumEvents: 20) }

    private var isAwake: Bool {
        var wait = pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1
    }

    private func message(_ topic: String, size: Int = 1) -> BrokerEvent {
        .message(BrokerMessage(topic: topic, payload: Array(repeating: 0x78, count: size), isRetained: false))
    }

    private func topics() -> [String] { inbox.take().compactMap { $0.message?.topic } }

    @Test("hands out everything in order, once, and wakes for the first only") func order() {
        #expect(!isAwake)
        inbox.post(.connected(to: .any))
        #expect(isAwake)
        wake.drain()
        inbox.post(message("a"))
        inbox.post(.recalled)
        #expect(!isAwake)
        #expect(inbox.take() == [.connected(to: .any), message("a"), .recalled])
        #expect(inbox.take().isEmpty)
        inbox.post(message("b"))
        #expect(isAwake)
    }

    @Test("of too many messages the oldest goes and is counted; what tells of the connection stays") func tooMany() {
        inbox.post(.connected(to: .any))
        for number in 0..<70 { inbox.post(message("\(number)")) }
        inbox.post(.disconnected(reason: "test"))
        #expect(inbox.counters.ignored == 52)
        let events = inbox.take()
        #expect(events.count == 20)
        #expect(events.first == .connected(to: .any) && events.last == .disconnected(reason: "test"))
        #expect(events[1] == message("52"))
    }

    @Test("a flood of large messages costs bounded memory") func tooLarge() {
        for number in 0..<20 { inbox.post(message("\(number)", size: 900_000)) }
        #expect(inbox.counters.ignored == 16)
        #expect(topics() == ["16", "17", "18", "19"])
        inbox.post(message("a"))
        inbox.post(message("b", size: Inbox.maximumPayload + 1))
        #expect(topics() == ["a"], "what is too large on its own takes nobody's place")
        #expect(inbox.counters.ignored == 17)
    }

    @Test("a connection that comes and goes without end is bounded too") func flapping() {
        for _ in 0..<60 {
            inbox.post(.connected(to: .any))
            inbox.post(.disconnected(reason: "test"))
        }
        let events = inbox.take()
        #expect(events.count == 20)
        #expect(events.suffix(2) == [.connected(to: .any), .disconnected(reason: "test")])
    }

    @Test("tells how the broker thread fares") func beat() {
        let now = Moment(monotonic: 1000, utc: 0)
        #expect(!inbox.pulse.hasBegun)
        inbox.beat(at: now, limit: 100, counters: BrokerCounters(connections: 2, failures: 1, rejected: 3))
        inbox.post(message("a", size: Inbox.maximumPayload + 1))
        #expect(inbox.pulse.isAlive(at: now.advanced(byMilliseconds: 100)))
        #expect(inbox.counters == BrokerCounters(connections: 2, failures: 1, rejected: 3, ignored: 1))
    }
}
