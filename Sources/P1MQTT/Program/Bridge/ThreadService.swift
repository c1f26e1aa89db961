import P1MQTTSystem
import ServiceLifecycle

/// A service that is one thread of its own. It runs until its work is done or a shutdown asks it to end.
final class ThreadService: Service {
    private let name: String
    private let wake: WakeDescriptor
    private let ending: ThreadEnding
    private let work: @Sendable (_ isStopping: () -> Bool) -> Void

    /// - Parameters:
    ///   - limit: milliseconds from the request to the end; after them the thread is left behind, wherever it hangs.
    ///   - wake: what the thread waits on; it is woken to see that it is to end.
    ///   - work: called on the thread; it has to return soon after `isStopping` says so.
    init(
        named name: String, limit: Int64, wake: WakeDescriptor, work: @escaping @Sendable (_ isStopping: () -> Bool) -> Void
    ) {
        self.name = name
        self.wake = wake
        ending = ThreadEnding(limit: limit)
        self.work = work
    }

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await ending.run(named: name) { self.work { self.ending.isRequested } }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
    }

    private func stop() {
        ending.request()
        wake.wake()
    }
}
