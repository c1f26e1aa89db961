import Foundation
import Testing
@testable import P1MQTTBroker
@testable import P1MQTTSystem

@Suite("Lock on this machine") struct MachineLockTests {
    @Test("one holder at a time, whose process is named; free again when the holder goes") func exclusive() throws {
        let name = "test/\(getpid())/exclusive"
        do {
            let lock = try MachineLock(name)
            #expect(throws: MachineLock.Refusal.held(process: Int(getpid()))) { try MachineLock(name) }
            _ = try MachineLock(name + "2")
            withExtendedLifetime(lock) {}
        }
        _ = try MachineLock(name)
    }

    @Test("who holds it is not known once many have asked, and it is held all the same") func manyVisitors() throws {
        let name = "test/\(getpid())/visitors"
        let lock = try MachineLock(name)
        for _ in 0..<40 {
            #expect {
                try MachineLock(name)
            } throws: {
                if case .held? = $0 as? MachineLock.Refusal { true } else { false }
            }
        }
        withExtendedLifetime(lock) {}
    }

    @Test("who asks is answered by the holder; nobody, and a holder that says nothing, are told apart") func visitors() throws {
        let name = "test/\(getpid())/answer"
        #expect(throws: MachineLock.Silence.nobody) { try MachineLock.ask(name, limit: 1) }
        let lock = try MachineLock(name)
        let asking = Thread { Self.answer.withLock { $0 = Result { try MachineLock.ask(name, limit: 60) } } }
        asking.start()
        var waits = pollfd(fd: lock.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&waits, 1, 60_000) == 1)
        #expect(lock.answer { "well" })
        while Self.answer.withLock({ $0 == nil }) { sched_yield() }
        #expect(try Self.answer.withLock { try $0?.get() } == "well")
        #expect(throws: MachineLock.Silence.stuck) { try MachineLock.ask(name, limit: 1) }
    }
    private static let answer = Locked<Result<String, any Error>?>(nil)

    @Test("a long name is hashed, two of them differently") func longName() throws {
        let name = String(repeating: "n", count: 99)
        #expect(MachineLock.path(of: name) == "@p1mqtt/" + name)
        let paths = ["a", "b"].map { MachineLock.path(of: name + $0) }
        #expect(paths[0] != paths[1])
        #expect(paths.allSatisfy { $0.hasPrefix("@p1mqtt/") && $0.utf8.count < 30 })
        let lock = try MachineLock(name + name)
        withExtendedLifetime(lock) {}
    }

    @Test("its name is that of a client id at a broker, however the own machine is written") func names() {
        let name = MQTTSettings().lock(clientId: "c")
        for host in ["127.0.0.1", "::1", "LocalHost"] { #expect(MQTTSettings(host: host).lock(clientId: "c") == name) }
        let others = [
            MQTTSettings().lock(clientId: "d"), MQTTSettings(port: 1884).lock(clientId: "c"), MQTTSettings(host: "b").lock(clientId: "c"),
        ]
        #expect(Set(others + [name]).count == 4)
        #expect(MQTTSettings(topicPrefix: "other").lock(clientId: "c") == name)
    }
}
