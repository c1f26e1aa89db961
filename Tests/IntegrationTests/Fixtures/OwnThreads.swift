import Foundation
import Testing

/// Runs the tests of a suite on threads that they may block: while a test waits for a broker, a program or a terminal it
/// keeps its thread. The threads of the tasks are as few as the cores, and the tests that only compute need them.
///
/// Some of these tests run at a time, so that what one waits for is not late because of all the others.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(TestThreads.shared) {
            await TestPlaces.shared.take()
            defer { TestPlaces.shared.giveBack() }
            try await function()
        }
    }
}

extension Trait where Self == OwnThreads {
    /// For tests that wait.
    static var ownThreads: Self { OwnThreads() }
}

/// As many threads as there is work at a time: work that is handed over while all of them are busy gets a new one.
final class TestThreads: TaskExecutor, @unchecked Sendable {
    // Sendable: what changes is only touched under `condition`.
    static let shared = TestThreads()

    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var idle = 0

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            if idle >= jobs.count { condition.signal() } else { Thread.detachNewThread { self.work() } }
        }
    }

    private func work() {
        while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        condition.withLock {
            idle += 1
            defer { idle -= 1 }
            while jobs.isEmpty { condition.wait() }
            return jobs.removeFirst()
        }
    }
}

/// Limits how many tests run at a time. They mostly wait, but what they start needs a core.
final class TestPlaces: @unchecked Sendable {
    // Sendable: what changes is only touched under `lock`.
    static let shared = TestPlaces(max(2, ProcessInfo.processInfo.activeProcessorCount - 1))

    private let lock = NSLock()
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) {
        free = count
    }

    func take() async {
        await withCheckedContinuation { next in
            let isFree = lock.withLock {
                guard free > 0 else {
                    waiting.append(next)
                    return false
                }
                free -= 1
                return true
            }
            if isFree { next.resume() }
        }
    }

    func giveBack() {
        let next = lock.withLock {
            if waiting.isEmpty { free += 1 }
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
        next?.resume()
    }
}
