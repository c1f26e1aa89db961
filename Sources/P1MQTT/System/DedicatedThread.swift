import CLinux

import Glibc

/// A thread of the system for work that blocks in `poll`, which a task must not.
package enum DedicatedThread {
    /// Runs `body` on a thread of its own and returns its result when it has ended. The body must return soon after
    /// whatever wakes it at a shutdown; nothing here can stop it.
    package static func run<Result>(named name: String, _ body: @escaping @Sendable () -> sending Result) async -> sending Result {
        await withCheckedContinuation { done in
            start(named: name) { done.resume(returning: body()) }
        }
    }

    /// Starts `body` on a thread of its own and does not wait for it.
    package static func start(named name: String, _ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                let work = Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
                p1_name_thread(work.name)
                work.body()
                return nil
            }, work.toOpaque())
        precondition(code == 0, "pthread_create failed with \(code): the machine has no thread left")
        pthread_detach(thread)
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
