import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTBroker
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Outbox") struct OutboxTests {
    private let message = Message(topic: "a", text: "1", qos: 0, retain: true, kind: .value)

    private func isAwake(_ outbox: Outbox) -> Bool {
        var wait = pollfd(fd: outbox.wake.raw, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1
    }

    @Test("wakes the taker once, and again only after it found nothing left")
    func wakes() {
        let outbox = Outbox()
        #expect(!isAwake(outbox))
        outbox.post([message])
        #expect(isAwake(outbox))
        outbox.wake.drain()
        outbox.post([message])
        #expect(!isAwake(outbox), "the taker was woken already")
        #expect(outbox.takePending(limit: 10).count == 1)
        outbox.post([message])
        #expect(isAwake(outbox))
    }

    @Test("does not wake for nothing")
    func nothing() {
        let outbox = Outbox()
        outbox.post([])
        outbox.sendAgain()
        outbox.takeBack([])
        #expect(!isAwake(outbox))
    }

    @Test("the birth message comes first after a connect")
    func birth() {
        let outbox = Outbox()
        outbox.post([message])
        outbox.connected(.availability("state", isOnline: true, kind: .bridge))
        #expect(outbox.takePending(limit: 10).map(\.topic) == ["state", "a"])
    }

    @Test("that a meter is not there comes before the birth message, and all that was held back in the order of a start")
    func release() {
        let outbox = Outbox(isHeld: true)
        outbox.post([message, .availability("b", isOnline: true)])
        outbox.connected(.availability("state", isOnline: true, kind: .bridge))
        outbox.wake.drain()
        #expect(outbox.isHeld)
        #expect(outbox.availability("b") == true && outbox.availability("c") == nil && outbox.availability("a") == nil)
        outbox.post([.availability("c", isOnline: false)])
        outbox.release()
        #expect(!outbox.isHeld && isAwake(outbox))
        #expect(outbox.takePending(limit: 10).map(\.topic) == ["c", "state", "b", "a"])
        #expect(outbox.availability("c") == false)
    }

    @Test("loses nothing between threads")
    func threads() async {
        let outbox = Outbox()
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask {
                    for number in 0..<1000 {
                        outbox.post([
                            Message(topic: "\(part)/\(number)", text: "1", qos: 0, retain: true, kind: .value)
                        ])
                    }
                }
            }
        }
        var count = 0
        while case let batch = outbox.takePending(limit: 77), !batch.isEmpty { count += batch.count }
        #expect(count == 4000)
    }
}
