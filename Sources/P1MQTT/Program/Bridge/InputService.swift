import P1MQTTInput
import P1MQTTSystem
import ServiceLifecycle

/// The input thread: one loop over all sources. It ends at a shutdown, or when every source is at its end.
final class InputService: Service {
    /// Milliseconds that the loop may take to end.
    private static let limit: Int64 = 1000

    private let wake: WakeDescriptor
    private let ending = ThreadEnding(limit: limit)
    private let makeWork: @Sendable () -> Work

    /// All that lives on the input thread.
    struct Work {
        var loop: InputLoop
        /// What is left to do after the last telegram.
        var atEnd: () -> Void
    }

    /// - Parameters:
    ///   - wake: what the loop waits on besides its sources.
    ///   - makeWork: makes the loop with its sources and pipelines; called on the input thread.
    init(wake: WakeDescriptor, makeWork: @escaping @Sendable () -> Work) {
        self.wake = wake
        self.makeWork = makeWork
    }

    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await ending.run(named: "input") {
                    let work = self.makeWork()
                    work.loop.run { self.ending.isRequested }
                    work.atEnd()
                }
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
