import Glibc
import Testing
@testable import P1MQTT
@testable import P1MQTTInput
@testable import P1MQTTMeter
@testable import P1MQTTSystem

@Suite("Names and addresses")
struct NameResolverTests {
    /// Waits for the wake itself, at most 10 s for each.
    private func wait(for lookUps: [NameResolver.LookUp], _ wake: WakeDescriptor) -> Bool {
        while lookUps.contains(where: { $0.outcome == nil }) {
            var polled = pollfd(fd: wake.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 10_000) == 1 else { return false }
            wake.drain()
        }
        return true
    }

    @Test("knows literal addresses of both families without a look-up")
    func literals() {
        #expect(SocketAddress.numeric("192.168.1.5", port: 23)?.text == "192.168.1.5")
        #expect(SocketAddress.numeric("::1", port: 23)?.text == "::1")
        #expect(SocketAddress.numeric("::1", port: 23)?.family == AF_INET6)
        #expect(SocketAddress.numeric("meter.local", port: 23) == nil)
        #expect(TCPSource(host: "fe80::1", port: 23, resolver: NameResolver(wake: WakeDescriptor())).name == "tcp [fe80::1]:23")
    }

    @Test("answers everybody who asked for a name, with few look-ups, and wakes the loop")
    func together() {
        let wake = WakeDescriptor()
        let asked = Locked(0)
        let gate = Locked(false)
        let resolver = NameResolver(wake: wake) { _ in
            asked.withLock { $0 += 1 }
            let end = Moment.now().monotonic + 10_000
            while !gate.withLock({ $0 }), Moment.now().monotonic < end {}
            return .failure(.init(text: "no such name"))
        }
        let lookUps = (0..<500).map { _ in resolver.lookUp("meter.invalid") }
        gate.withLock { $0 = true }
        #expect(wait(for: lookUps, wake))
        #expect(asked.withLock { $0 } <= 2)
    }

    @Test("has a bound, and does not look up what nobody waits for")
    func bounded() {
        let wake = WakeDescriptor()
        let asked = Locked<[String]>([])
        let gate = Locked(false)
        let resolver = NameResolver(wake: wake) { host in
            asked.withLock { $0.append(host) }
            let end = Moment.now().monotonic + 10_000
            while !gate.withLock({ $0 }), Moment.now().monotonic < end {}
            return .success([])
        }
        let first = resolver.lookUp("first")
        // These are given up at once.
        for number in 0..<100 { _ = resolver.lookUp("abandoned\(number)") }
        let waiting = (0..<NameResolver.limit).map { resolver.lookUp("waiting\($0)") }
        let refused = waiting.filter { if case .failure? = $0.outcome { true } else { false } }
        #expect(refused.count >= 100)
        gate.withLock { $0 = true }
        #expect(wait(for: [first] + waiting, wake))
        #expect(asked.withLock { !$0.contains { $0.hasPrefix("abandoned") } })
    }
}
