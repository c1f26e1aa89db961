import Glibc

/// Runs a thread that is asked to end and has a limited time to do so. Where it hangs in a call that nothing can
/// interrupt, such as a look-up of a name, it is left behind.
package final class ThreadEnding: Sendable {
    private let limit: Int64
    private let ended = WakeDescriptor()
    private let state = Locked(State())

    private struct State: Sendable {
        var isRequested = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// - Parameter limit: milliseconds from the request to the end at the latest.
    package init(limit: Int64) {
        self.limit = limit
    }

    package var isRequested: Bool { state.withLock(\.isRequested) }

    /// Returns when `body` has ended on its thread, or the time after the request is up.
    package func run(named name: String, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { waiter in
            let isRequested = state.withLock { state in
                state.waiter = waiter
                return state.isRequested
            }
            DedicatedThread.start(named: name) {
                body()
                self.ended.wake()
                self.finish()
            }
            if isRequested { watch() }
        }
    }

    /// Asks for the end; `body` has to look at `isRequested`.
    package func request() {
        let mustWatch = state.withLock { state in
            defer { state.isRequested = true }
            return !state.isRequested && state.waiter != nil
        }
        if mustWatch { watch() }
    }

    private func watch() {
        DedicatedThread.start(named: "broker-limit") {
            self.ended.wait(milliseconds: self.limit)
            self.finish()
        }
    }

    private func finish() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension WakeDescriptor {
    /// Waits until `wake()` or for so long; an interrupting signal ends it earlier.
    package func wait(milliseconds: Int64) {
        var waits = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        if poll(&waits, 1, CInt(clamping: milliseconds)) > 0 { drain() }
    }
}
