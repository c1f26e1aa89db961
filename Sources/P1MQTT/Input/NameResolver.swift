package import P1MQTTSystem

/// Looks names up on a thread of its own, one after the other, because the system's look-up may block for many
/// seconds. The thread lives only while there is something to do.
package final class NameResolver: Sendable {
    /// Names that may wait at the same time, and sources for each of them.
    package static let limit = 1024

    package typealias Outcome = Result<[SocketAddress], SocketAddress.LookUpFailure>

    /// A look-up under way; the source that asked looks into it after each wake.
    package final class LookUp: Sendable {
        private let state = Locked<Outcome?>(nil)
        var outcome: Outcome? { state.withLock { $0 } }
        fileprivate func complete(_ outcome: Outcome) { state.withLock { $0 = outcome } }
    }

    private final class Waiter: Sendable {
        // Weak: a source that gave up is not waited for.
        private let box: Locked<WeakLookUp>
        init(_ lookUp: LookUp) { box = Locked(WeakLookUp(lookUp: lookUp)) }
        var lookUp: LookUp? { box.withLock { $0.lookUp } }
    }

    private struct WeakLookUp {
        weak var lookUp: LookUp?
    }

    private struct Queue {
        var hosts: [String] = []
        var waiters: [String: [Waiter]] = [:]
        var isRunning = false
    }

    private let queue = Locked(Queue())
    private let wake: WakeDescriptor
    private let find: @Sendable (String) -> Outcome

    /// `find` is for tests.
    package init(
        wake: WakeDescriptor,
        find: @escaping @Sendable (String) -> Outcome = { SocketAddress.lookUp($0, port: 0) }
    ) {
        self.wake = wake
        self.find = find
    }

    /// Starts a look-up; the addresses come with port 0. A thousand meters behind one name are one look-up.
    func lookUp(_ host: String) -> LookUp {
        let lookUp = LookUp()
        let mustStart = queue.withLock { queue in
            var waiters = queue.waiters[host] ?? []
            if waiters.count >= Self.limit { waiters.removeAll { $0.lookUp == nil } }
            guard waiters.count < Self.limit, queue.hosts.count < Self.limit else {
                lookUp.complete(.failure(.init(text: "too many names wait to be looked up")))
                return false
            }
            if queue.waiters[host] == nil { queue.hosts.append(host) }
            queue.waiters[host] = waiters + [Waiter(lookUp)]
            defer { queue.isRunning = true }
            return !queue.isRunning
        }
        if mustStart { DedicatedThread.start(named: "p1-names") { self.work() } }
        return lookUp
    }

    private func work() {
        while let host = next() {
            let outcome = find(host)
            let waiters = queue.withLock { $0.waiters.removeValue(forKey: host) ?? [] }
            for waiter in waiters { waiter.lookUp?.complete(outcome) }
            wake.wake()
        }
    }

    private func next() -> String? {
        queue.withLock { queue in
            while !queue.hosts.isEmpty {
                let host = queue.hosts.removeFirst()
                if queue.waiters[host]?.contains(where: { $0.lookUp != nil }) == true { return host }
                queue.waiters[host] = nil
            }
            queue.isRunning = false
            return nil
        }
    }
}
